"""The syntax tree: what was written, before any schema is known. Every node keeps its offset in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    position: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A bool, int, float, str, or a tuple of such values (a list)."""

    value: Any


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list with something in it that is not a plain literal."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Template(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Item(Node):
    """``base[key]``."""

    base: Node
    key: int | str


@dataclass(frozen=True, slots=True)
class Sign(Node):
    """``-x`` or ``+x``."""

    symbol: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left symbol right`` with + - * / % **."""

    symbol: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left symbol right`` with == != < <= > >=. ``1 < a <= 5`` is an And of two of them."""

    symbol: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    operand: Node
    items: Node


@dataclass(frozen=True, slots=True)
class Like(Node):
    operand: Node
    pattern: Node


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Exists(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Option(Node):
    """``name=value`` among the arguments of a call."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``name(arguments, option=value)``; ``name`` in lower case."""

    name: str
    arguments: tuple[Node, ...]
