"""Number and string literals, as C writes them."""

from __future__ import annotations

import math
import re

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_LONGEST_NUMBER = 400
_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "?": "?",
    # Left as they are: what they mean is for LIKE to say.
    "%": r"\%",
    "_": r"\_",
}


class BadLiteral(ValueError):
    """A literal that cannot be read; ``offset`` is counted from its first character."""

    def __init__(self, cause: str, *, offset: int = 0, hint: str = "") -> None:
        super().__init__(cause)
        self.offset = offset
        self.hint = hint


def number(text: str) -> int | float:
    """``12``, ``0x1f``, ``017`` (octal), ``0b101`` as int; ``1.5``, ``.5``, ``1e3`` as float. Raises BadLiteral."""
    if len(text) > _LONGEST_NUMBER:
        raise BadLiteral(f"a number of {len(text)} characters is out of range")
    lowered = text.lower()
    if lowered.startswith(("0x", "0b")):
        return int(text, 0)
    if "." in text or "e" in lowered:
        return _float(text)
    if text[0] == "0" and len(text) > 1:
        return _octal(text)
    return int(text)


def string(text: str) -> str:
    """The value of a quoted literal: ``'..'`` and ``".."`` with C escapes, ``r".."`` as written. Raises BadLiteral."""
    if text[0] == "r":
        return text[2:-1]
    if "\\" not in text:
        return text[1:-1]
    value = _ESCAPE.sub(_unescaped, text[1:-1])
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise BadLiteral("string holds half of a surrogate pair", hint="write the character itself or \\UXXXXXXXX")
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise BadLiteral(f"float literal {text} out of range")
    return value


def _octal(text: str) -> int:
    try:
        return int(text, 8)
    except ValueError:
        raise BadLiteral(f"octal literal {text} has a digit above 7", hint="drop the leading 0") from None


def _unescaped(match: re.Match[str]) -> str:
    body = match.group(1)
    if body in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[body]
    if body[0] in "xuU" and len(body) > 1:
        return _character(int(body[1:], 16), match)
    if body[0] in "01234567":
        return _character(int(body, 8), match)
    raise BadLiteral(
        f"unknown escape \\{body}", offset=match.start() + 1, hint='write \\\\ for a backslash, or a raw string r".."'
    )


def _character(code: int, match: re.Match[str]) -> str:
    if code > 0x10FFFF:
        raise BadLiteral(f"{match.group()} is not a character", offset=match.start() + 1)
    return chr(code)
