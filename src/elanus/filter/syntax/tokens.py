"""Text -> tokens, one at a time.

Lazy on purpose: where a list may start, the parser first asks for the whole list (:meth:`Scanner.take_plain_list`),
so ten thousand plain values never become ten thousand tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import orjson

from elanus.filter.syntax.literals import BadLiteral, number, string

if TYPE_CHECKING:
    from elanus.filter.syntax.source import Source

Scalar = bool | int | float | str


class TokenKind(Enum):
    NUMBER = auto()
    STRING = auto()
    NAME = auto()
    TEMPLATE = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """``value`` is the converted literal, the name, or the symbol; ``text`` is what was written."""

    kind: TokenKind
    text: str
    position: int
    value: Scalar = ""

    @property
    def shown(self) -> str:
        return "the end of the filter" if self.kind is TokenKind.END else f"'{self.text[:40]}'"


_TOKEN = re.compile(
    r"""
      (?P<NUMBER> 0[xX][0-9a-fA-F]+ | 0[bB][01]+ | (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<STRING> r"[^"]*" | r'[^']*' | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )
    | (?P<NAME> [A-Za-z_$][A-Za-z0-9_$]* )
    | \{ \s* (?P<TEMPLATE> [A-Za-z_][A-Za-z0-9_]* ) \s* \}
    | (?P<SYMBOL> && | \|\| | == | != | <= | >= | << | >> | \*\* | =~ | !~ | [-+*/%<>=!()\[\],&|^~] )
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*+")
_NUMBER_TAIL = re.compile(r"[A-Za-z0-9_.]")
_WHOLE_LIST = re.compile(r"\[[-0-9,\s]*+\]")
_PLAIN_LISTS = (
    _WHOLE_LIST,
    re.compile(r"\[[-+0-9.eE,\s]*+\]"),
    re.compile(r'\[(?:\s*+"[^"\\]*+"\s*+,?+)*+\s*+\]'),
    re.compile(r"\[(?:\s*+'[^'\"\\]*+'\s*+,?+)*+\s*+\]"),
)


class Scanner:
    """One token of look-ahead over a filter."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.token = self._scan(0)
        self._end = self.token.position + len(self.token.text)

    def advance(self) -> Token:
        """The current token; the next one becomes current."""
        token = self.token
        self.token = self._scan(self._end)
        self._end = self.token.position + len(self.token.text)
        return token

    def take_plain_list(self) -> tuple[Scalar, ...] | None:
        """The list starting at the current ``[`` if it holds only plain numbers or plain strings of one kind.

        None for anything else (nested, octal, escapes, templates ...): then it is parsed token by token.
        """
        for pattern in _PLAIN_LISTS:
            match = pattern.match(self.source.text, self.token.position)
            values = _plain_values(match.group()) if match else None
            if match and values is not None:
                self._end = match.end()
                self.advance()
                return values
        return None

    def _scan(self, start: int) -> Token:
        text = self.source.text
        start = _end_of(_SPACE, text, start)
        if start == len(text):
            return Token(TokenKind.END, "", start)
        match = _TOKEN.match(text, start)
        if match is None or match.lastgroup is None:
            raise self._unreadable(start)
        kind = TokenKind[match.lastgroup]
        return Token(kind, match.group(), start, self._value(kind, match))

    def _value(self, kind: TokenKind, match: re.Match[str]) -> Scalar:
        try:
            if kind is TokenKind.NUMBER:
                return self._number(match)
            return string(match.group()) if kind is TokenKind.STRING else match.group(kind.name)
        except BadLiteral as bad:
            raise self.source.rejection(match.start() + bad.offset, str(bad), bad.hint) from None

    def _number(self, match: re.Match[str]) -> int | float:
        if _NUMBER_TAIL.match(self.source.text, match.end()):
            raise BadLiteral(f"'{match.group()}' is followed by a letter or digit that cannot be part of a number")
        return number(match.group())

    def _unreadable(self, position: int) -> Exception:
        character = self.source.text[position]
        if character in "'\"":
            return self.source.rejection(position, f"string without its closing {character}")
        return self.source.rejection(position, f"unexpected character {character!r}")


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _plain_values(text: str) -> tuple[Scalar, ...] | None:
    """By the JSON reader, the fastest there is, wherever it reads the text as this language does."""
    try:
        values = tuple(orjson.loads(text.replace("'", '"')))
    except orjson.JSONDecodeError:
        return None
    # The JSON reader rounds whole numbers beyond 64 bits; here they are an error.
    rounded = float in map(type, values) and _WHOLE_LIST.fullmatch(text)
    return None if rounded else values
