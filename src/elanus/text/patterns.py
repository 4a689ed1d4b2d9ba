"""Regular expressions of users, matched in time that is linear in the text: no expression can hold the server up.

RE2, the engine, has no look-ahead; those at the beginning of an expression, ``^(?!test)``, are matched one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import NotImplementedYet, ParameterInvalid

Matches = Callable[[str], bool]

_AHEAD = re.compile(r"\(\?[!=]")
_LOOKS = re.compile(r"\(\?<?[!=]")
_PARENTHESES = re.compile(r"\\.|[()]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Part:
    """wanted  whether it must match, or must not"""

    expression: str
    wanted: bool = True

    def holds(self, text: str) -> bool:
        return bool(_matches(self.expression, text)) is self.wanted


def pattern_of(expression: str) -> Matches:
    """True of a text that the expression is found in.

    raises  ParameterInvalid for what is no expression, NotImplementedYet for look-arounds that are not at its beginning
    """
    parts = _parts_of(expression)
    for part in parts:
        if _LOOKS.search(part.expression):
            raise NotImplementedYet(
                f"a look-around is only implemented at the beginning of a regular expression, after ^: {expression}"
            )
        _check(part.expression, expression)
    return lambda text: all(part.holds(text) for part in parts)


def _parts_of(expression: str) -> list[_Part]:
    """The look-aheads after a leading ``^``, and what is left."""
    if not expression.startswith("^"):
        return [_Part(expression)]
    parts, rest = [], expression[1:]
    while _AHEAD.match(rest):
        end = _closing(rest)
        parts.append(_Part(f"^(?:{rest[3:end]})", wanted=rest[2] == "="))
        rest = rest[end + 1 :]
    return [*parts, _Part("^" + rest)]


def _closing(expression: str) -> int:
    """Where the parenthesis that the expression begins with is closed. Raises ParameterInvalid."""
    depth = 0
    for found in _PARENTHESES.finditer(expression):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if not depth and found.group() == ")":
            return found.start()
    raise ParameterInvalid(f"regex expression invalid, expr:{expression}, err: missing closing )")


def _check(part: str, expression: str) -> None:
    try:
        _matches(part, "")
    except pa.ArrowInvalid as wrong:
        raise ParameterInvalid(f"regex expression invalid, expr:{expression}, err: {wrong}") from None


def _matches(expression: str, text: str) -> pa.Scalar:
    return pc.match_substring_regex(pa.scalar(text), expression)
