"""Where a parser stands among the tokens: what comes next, what must come, how deep it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from elanus.filter.syntax.tokens import Scanner, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from elanus.filter.syntax.source import Source

T = TypeVar("T")

DEEPEST = 64
"""Brackets inside brackets a filter may have: each costs a handful of Python frames."""

_KEYWORDS = {"and": "&&", "or": "||", "not": "!"} | {w: w for w in ("in", "like", "is", "null", "exists")}
_BITWISE = ("&", "|", "^", "~", "<<", ">>")


class Cursor:
    """What a parser is built on."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._scanner = Scanner(source)
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._scanner.token

    @property
    def _symbol(self) -> str:
        """The current operator or keyword in its one spelling; "" for anything else."""
        token = self._scanner.token
        if token.kind is TokenKind.SYMBOL:
            return token.text
        if token.kind is TokenKind.NAME and (token.text.islower() or token.text.isupper()):
            return _KEYWORDS.get(token.text.lower(), "")
        return ""

    def _accept(self, symbol: str) -> bool:
        if self._symbol != symbol:
            return False
        self._scanner.advance()
        return True

    def _expect(self, symbol: str, allowed: str) -> None:
        if not self._accept(symbol):
            raise self._unexpected(allowed)

    def _deeper(self, position: int, inner: Callable[[], T]) -> T:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._source.rejection(position, f"nested more than {DEEPEST} levels deep", "write it flatter")
        node = inner()
        self._depth -= 1
        return node

    def _unexpected(self, allowed: str, hint: str = "") -> Exception:
        token = self._token
        if token.kind is TokenKind.SYMBOL and token.text == "=":
            return self._source.rejection(token.position, "unexpected '='", "compare with '=='")
        if token.text in _BITWISE:
            return self._source.rejection(token.position, f"bitwise operator '{token.text}' is not supported")
        if token.text in ("=~", "!~"):
            return self._source.rejection(token.position, f"regular expressions ({token.text}) are not supported yet")
        return self._source.rejection(token.position, f"found {token.shown}, expected {allowed}", hint)
