"""Tokens -> syntax tree, by precedence climbing.

Milvus binds ``not`` tighter than comparisons, where it only accepts a bool; wherever Milvus accepts the text both
readings mean the same, so ours only adds ``not a > 3``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from elanus.filter.syntax.cursor import Cursor
from elanus.filter.syntax.tokens import TokenKind
from elanus.filter.syntax.tree import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Exists,
    In,
    IsNull,
    Item,
    Like,
    ListOf,
    Literal,
    Name,
    Node,
    Not,
    Option,
    Or,
    Sign,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from elanus.filter.syntax.source import Source


class Level(IntEnum):
    """How tightly an operator binds, loosest first."""

    OR = 1
    AND = 2
    EQUALITY = 3
    RELATION = 4
    TEST = 5
    SUM = 6
    PRODUCT = 7
    POWER = 8


_LESS = ("<", "<=")
_GREATER = (">", ">=")
_LEVELS = {
    "||": Level.OR,
    "&&": Level.AND,
    **dict.fromkeys(("==", "!="), Level.EQUALITY),
    **dict.fromkeys(_LESS + _GREATER, Level.RELATION),
    **dict.fromkeys(("in", "like", "is", "!"), Level.TEST),
    **dict.fromkeys(("+", "-"), Level.SUM),
    **dict.fromkeys(("*", "/", "%"), Level.PRODUCT),
    "**": Level.POWER,
}
_CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def parse(source: Source) -> Node:
    """The tree of a filter that is not blank. Raises FilterInvalid."""
    return _Parser(source).whole()


class _Parser(Cursor):
    def whole(self) -> Node:
        node = self._expression(Level.OR)
        if self._token.kind is not TokenKind.END:
            raise self._unexpected("an operator or the end")
        return node

    # operators

    def _expression(self, loosest: Level) -> Node:
        """An expression whose operators bind at least as tightly as ``loosest``."""
        node = self._prefixed()
        while (level := _LEVELS.get(self._symbol)) is not None and level >= loosest:
            node = self._extended(node, level)
        return node

    def _prefixed(self) -> Node:
        position = self._token.position
        if self._accept("!"):
            return Not(position, self._deeper(position, lambda: self._expression(Level.EQUALITY)))
        if self._symbol in ("-", "+"):
            symbol = self._scanner.advance().text
            return Sign(position, symbol, self._deeper(position, lambda: self._expression(Level.POWER)))
        return self._with_items()

    def _extended(self, left: Node, level: Level) -> Node:
        """``left`` together with the operator that follows it."""
        match level:
            case Level.OR | Level.AND:
                return self._joined(left, level)
            case Level.EQUALITY:
                return self._comparison(left, level)
            case Level.RELATION:
                return self._relation(left)
            case Level.TEST:
                return self._test(left)
            case _:
                return self._arithmetic(left, level)

    def _joined(self, first: Node, level: Level) -> Node:
        symbol = self._symbol
        items = [first]
        while self._accept(symbol):
            items.append(self._expression(Level(level + 1)))
        joined = Or if level == Level.OR else And
        return joined(first.position, tuple(items))

    def _comparison(self, left: Node, level: Level) -> Comparison:
        token = self._scanner.advance()
        return Comparison(token.position, token.text, left, self._expression(Level(level + 1)))

    def _relation(self, left: Node) -> Node:
        same_way = _LESS if self._symbol in _LESS else _GREATER
        first = self._comparison(left, Level.RELATION)
        node: Node = first
        if self._symbol in same_way:
            node = And(first.position, (first, self._comparison(first.right, Level.RELATION)))
        if self._symbol in _LESS + _GREATER:
            raise self._unexpected("one range like 1 < a <= 5, both signs the same way", "join comparisons with 'and'")
        return node

    def _test(self, operand: Node) -> Node:
        position = self._token.position
        if self._accept("is"):
            return self._null_test(position, operand)
        negated = self._accept("!")
        test = self._in_or_like(operand)
        return Not(position, test) if negated else test

    def _in_or_like(self, operand: Node) -> Node:
        position = self._token.position
        if self._accept("in"):
            return In(position, operand, self._expression(Level.SUM))
        self._expect("like", "'in' or 'like'")
        return Like(position, operand, self._expression(Level.SUM))

    def _null_test(self, position: int, operand: Node) -> Node:
        negated = self._accept("!")
        self._expect("null", "'null' or 'not null'")
        test = IsNull(position, operand)
        return Not(position, test) if negated else test

    def _arithmetic(self, left: Node, level: Level) -> Node:
        token = self._scanner.advance()
        if level == Level.POWER:
            right = self._deeper(token.position, lambda: self._expression(Level.POWER))
        else:
            right = self._expression(Level(level + 1))
        return Arithmetic(token.position, token.text, left, right)

    # operands

    def _with_items(self) -> Node:
        node = self._primary()
        while self._symbol == "[":
            position = self._scanner.advance().position
            node = Item(position, node, self._key())
            self._expect("]", "']'")
        return node

    def _key(self) -> int | str:
        token = self._token
        value = token.value
        is_index = token.kind is TokenKind.NUMBER and isinstance(value, int)
        if is_index or token.kind is TokenKind.STRING:
            self._scanner.advance()
            return value  # type: ignore[return-value]
        raise self._unexpected("a key in quotes or an index from 0 up")

    def _primary(self) -> Node:
        token = self._token
        match token.kind:
            case TokenKind.NUMBER | TokenKind.STRING:
                return Literal(self._scanner.advance().position, token.value)
            case TokenKind.TEMPLATE:
                return Template(self._scanner.advance().position, str(token.value))
            case TokenKind.NAME if not self._symbol:
                return self._named()
        return self._opened()

    def _opened(self) -> Node:
        """What starts with a bracket or with ``exists``."""
        position = self._token.position
        if self._symbol == "[":
            return self._list()
        if self._accept("("):
            node = self._deeper(position, lambda: self._expression(Level.OR))
            self._expect(")", "')'")
            return node
        if self._accept("exists"):
            return Exists(position, self._with_items())
        raise self._unexpected("a field, a value, '(' or '['", self._null_hint())

    def _list(self) -> Node:
        position = self._token.position
        values = self._scanner.take_plain_list()
        if values is not None:
            return Literal(position, values)
        self._scanner.advance()
        items = self._until("]", self._item)
        if all(isinstance(item, Literal) for item in items):
            return Literal(position, tuple(item.value for item in items if isinstance(item, Literal)))
        return ListOf(position, items)

    def _named(self) -> Node:
        token = self._scanner.advance()
        if token.text in _CONSTANTS:
            return Literal(token.position, _CONSTANTS[token.text])
        if self._accept("("):
            name = token.text.lower() if token.text.isupper() else token.text
            return Call(token.position, name, self._until(")", self._argument))
        return Name(token.position, token.text)

    def _argument(self) -> Node:
        """A value, or ``name=value``."""
        node = self._item()
        if isinstance(node, Name) and self._accept("="):
            return Option(node.position, node.name, self._item())
        return node

    def _item(self) -> Node:
        return self._expression(Level.OR)

    def _until(self, closing: str, item: Callable[[], Node]) -> tuple[Node, ...]:
        """Items separated by commas, one more comma allowed at the end."""
        items: list[Node] = []
        while not self._accept(closing):
            items.append(self._deeper(self._token.position, item))
            if self._symbol != closing:
                self._expect(",", f"',' or '{closing}'")
        return tuple(items)

    def _null_hint(self) -> str:
        return "test with 'is null' or 'is not null'" if self._symbol == "null" else ""
