"""Three-valued logic over columns: true, false, unknown (SQL's and Milvus's treatment of NULL)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elanus.filter.columns import Mask


@dataclass(frozen=True, slots=True)
class Truth:
    """One truth value per row.

    true     (row_count,) bool, never True where unknown
    unknown  (row_count,) bool; None = known everywhere
    """

    true: Mask
    unknown: Mask | None = None


def truth(holds: Mask, unknown: Mask | None = None, absent: Mask | None = None) -> Truth:
    """A Truth from a mask that may be True where the row is unknown, or where there is nothing to compare."""
    if absent is not None:
        holds = holds & ~absent
    return Truth(holds) if unknown is None else Truth(holds & ~unknown, unknown)


def negation(a: Truth) -> Truth:
    return truth(~a.true, a.unknown)


def conjunction(a: Truth, b: Truth) -> Truth:
    """False if either is false, whatever the other is."""
    true = a.true & b.true
    if a.unknown is None and b.unknown is None:
        return Truth(true)
    possible = _possible(a) & _possible(b)
    return Truth(true, possible & ~true)


def disjunction(a: Truth, b: Truth) -> Truth:
    """True if either is true, whatever the other is."""
    true = a.true | b.true
    if a.unknown is None and b.unknown is None:
        return Truth(true)
    return Truth(true, (_possible(a) | _possible(b)) & ~true)


def either(a: Mask | None, b: Mask | None) -> Mask | None:
    """Union of two masks where None means nowhere."""
    if a is None or b is None:
        return a if b is None else b
    return a | b


def _possible(a: Truth) -> Mask:
    return a.true if a.unknown is None else a.true | a.unknown
