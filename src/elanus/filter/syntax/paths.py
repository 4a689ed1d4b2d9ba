"""A JSON path on its own, as a filter writes it: ``info['price'][0]``."""

from __future__ import annotations

from elanus.errors import FilterInvalid
from elanus.filter.syntax.parse import parse
from elanus.filter.syntax.source import Source
from elanus.filter.syntax.tree import Item, Name

Keys = tuple[str | int, ...]


def path_of(text: str) -> Keys:
    """The name the path begins with, and the keys and positions below it. Raises FilterInvalid."""
    node, keys = parse(Source(text)), list[str | int]()
    while isinstance(node, Item):
        keys.append(node.key)
        node = node.base
    if not isinstance(node, Name):
        raise FilterInvalid(f"'{text}' is no path", hint="write a field and the keys below it: info['price']")
    return (node.name, *reversed(keys))
