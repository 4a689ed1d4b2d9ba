"""and, or, not over conditions, with what is already decided left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.filter.conditions import AllOf, Always, AnyOf, Negated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elanus.filter.conditions import Condition


def all_of(parts: Sequence[Condition]) -> Condition:
    if any(isinstance(part, Always) and not part.value for part in parts):
        return Always(False)
    open_parts = tuple(part for part in parts if not isinstance(part, Always))
    return _joined(open_parts, AllOf) if open_parts else Always(True)


def any_of(parts: Sequence[Condition]) -> Condition:
    if any(isinstance(part, Always) and part.value for part in parts):
        return Always(True)
    open_parts = tuple(part for part in parts if not isinstance(part, Always))
    return _joined(open_parts, AnyOf) if open_parts else Always(False)


def negated(part: Condition) -> Condition:
    if isinstance(part, Always):
        return Always(not part.value)
    return part.part if isinstance(part, Negated) else Negated(part)


def _joined(parts: tuple[Condition, ...], joined: type[AllOf] | type[AnyOf]) -> Condition:
    return parts[0] if len(parts) == 1 else joined(parts)
