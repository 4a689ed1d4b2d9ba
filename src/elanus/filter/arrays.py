"""Conditions over whole ARRAY fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from elanus.filter.columns import Columns, any_in_each, data_of, mask_of, null_mask, offsets_of
from elanus.filter.members import Members
from elanus.filter.truth import Truth, truth

if TYPE_CHECKING:
    import pyarrow as pa

    from elanus.filter.columns import Mask
    from elanus.filter.operands import Kind


@dataclass(frozen=True, slots=True)
class ArrayField:
    """A declared ARRAY field and the kind of its elements."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ArrayContains:
    """At least one element is one of the members."""

    array: ArrayField
    members: Members

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.array.name,))

    def truth(self, columns: Columns) -> Truth:
        lists = columns.column(self.array.name)
        hits = _element_hits(lists, self.members, self.array.kind)
        return truth(any_in_each(hits, offsets_of(lists)), null_mask(lists))


@dataclass(frozen=True, slots=True)
class ArrayEquals:
    """The same elements in the same order."""

    array: ArrayField
    items: tuple[Any, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.array.name,))

    def truth(self, columns: Columns) -> Truth:
        lists = columns.column(self.array.name)
        offsets = offsets_of(lists)
        equal = np.diff(offsets) == len(self.items)
        for position, item in enumerate(self.items):
            rows = np.flatnonzero(equal)
            same = _element_hits(lists, Members((item,)), self.array.kind)
            equal[rows] = same[offsets[rows] + position]
        return truth(equal, null_mask(lists))


def _element_hits(lists: pa.Array, members: Members, kind: Kind) -> Mask:
    """(len(lists.values),) over all elements, those outside the rows too."""
    elements = lists.values
    hits = members.holding(data_of(elements), kind)
    return hits & mask_of(elements.is_valid()) if elements.null_count else hits
