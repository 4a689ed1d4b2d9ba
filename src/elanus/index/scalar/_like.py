"""LIKE patterns taken apart, as far as an index needs them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LikePattern:
    """A pattern in Arrow's form: ``%`` any text, ``_`` one character, a backslash takes the next as it is.

    parts      the texts between the wildcards, in order; the first begins every match, the last ends it
    wildcards  ``%`` and ``_``, one fewer than the parts
    """

    parts: tuple[str, ...]
    wildcards: str

    @property
    def literals(self) -> tuple[str, ...]:
        """The texts between the wildcards that are not empty."""
        return tuple(part for part in self.parts if part)

    @property
    def prefix(self) -> str:
        """What every match begins with."""
        return self.parts[0]

    @property
    def is_literal(self) -> bool:
        """No wildcard at all: it matches ``prefix`` alone."""
        return not self.wildcards

    @property
    def is_prefix(self) -> bool:
        """After the prefix comes nothing but ``%``."""
        return self.only_any_text and bool(self.wildcards) and not any(self.parts[1:])

    @property
    def only_any_text(self) -> bool:
        """No wildcard counts characters."""
        return "_" not in self.wildcards


def read_like(pattern: str) -> LikePattern:
    parts: list[str] = [""]
    wildcards: list[str] = []
    escaped = False
    for character in pattern:
        if not escaped and character in "%_":
            wildcards.append(character)
            parts.append("")
        elif not escaped and character == "\\":
            escaped = True
        else:
            parts[-1] += character
            escaped = False
    return LikePattern(tuple(parts), "".join(wildcards))
