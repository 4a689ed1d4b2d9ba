"""The filter text, and the one way to say what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from elanus.errors import FilterInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_QUOTE = 300
_EXCERPT = 36


@dataclass(frozen=True, slots=True)
class Source:
    text: str

    def rejection(self, position: int, cause: str, hint: str = "") -> FilterInvalid:
        """The error to raise: Milvus's sentence, then the place under a caret.

        position  offset of the first wrong character, or -1 when no place is to blame
        source    Milvus 2.x, "failed to create query plan: cannot parse expression: ..."
        """
        advice = f", {hint}" if hint else ""
        place = f" at position {position}" if position >= 0 else ""
        message = (
            f"failed to create query plan: cannot parse expression: {_shortened(self.text)}, "
            f"error: {cause}{place}{advice}: invalid parameter"
        )
        return FilterInvalid(message + self._caret(position), position=position, hint=hint)

    def _caret(self, position: int) -> str:
        if position < 0:
            return ""
        start, end = max(0, position - _EXCERPT), position + _EXCERPT
        excerpt = "".join(c if c.isprintable() else " " for c in self.text[start:end])
        return f"\n  {excerpt}\n  {' ' * (position - start)}^"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known name, or ""."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}... ({len(text)} characters)"
