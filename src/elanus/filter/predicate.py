"""A filter ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from elanus.filter.field_index import NO_INDEXES, Indexes, Place
from elanus.filter.plan import Plan

if TYPE_CHECKING:
    from elanus.filter.columns import Columns, Mask
    from elanus.filter.conditions import Condition


@dataclass(frozen=True, eq=False, slots=True)
class Predicate:
    """Immutable, hashed by identity, safe from any thread. Made by :func:`elanus.filter.compile_filter`.

    fields                stored columns it reads, ``$meta`` for dynamic keys
    always_true           blank, or true whatever the rows
    always_false          true of no row, whatever the rows
    primary_keys          the keys named, as written, when it is exactly ``pk == x`` or ``pk in [..]``; else None
    partition_key_values  values of which every matching row has one as partition key; None if nothing is implied
    """

    text: str
    condition: Condition
    fields: frozenset[str]
    always_true: bool
    always_false: bool
    primary_keys: tuple[int | str, ...] | None
    partition_key_values: tuple[int | str, ...] | None

    def mask(self, columns: Columns, indexes: Indexes = NO_INDEXES) -> Mask:
        """(row_count,) bool, True where the filter holds; unknown (NULL) counts as false.

        indexes  over the same rows: they make it quicker and change nothing else
        """
        return Plan(columns, indexes).mask(self.condition)

    def used_indexes(self, columns: Columns, indexes: Indexes) -> frozenset[Place]:
        """The indexes that :meth:`mask` takes rows from."""
        plan = Plan(columns, indexes)
        plan.mask(self.condition)
        return frozenset(plan.used)
