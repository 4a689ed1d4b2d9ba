"""LIKE patterns taken apart, as far as an index needs them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LikePattern:
    """A pattern in Arrow's form: ``%`` any text, ``_`` one character, a backslash takes the next as it is.

    literals    the texts between the wildcards, in order, none empty
    prefix      what every match begins with
    is_literal  no wildcard at all: it matches ``prefix`` alone
    is_prefix   after the prefix comes nothing but ``%``
    """

    literals: tuple[str, ...]
    prefix: str
    is_literal: bool
    is_prefix: bool


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
    only_prefix = bool(wildcards) and set(wildcards) == {"%"} and not any(parts[1:])
    return LikePattern(tuple(part for part in parts if part), parts[0], not wildcards, only_prefix)
