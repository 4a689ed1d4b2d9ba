"""Which visible rows of each part pass a filter, and how many: what the planner decides from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from elanus.errors import ParameterInvalid
from elanus.filter import Predicate
from elanus.schema.arrow import arrow_type
from elanus.schema.field import Field
from elanus.search.prune import parts_that_may_hold
from elanus.search.visible import Bits, Part, Places, Reading
from elanus.segment.block import Block
from elanus.segment.keys import RowNumbers, key_codes

FILTERS_PER_BLOCK = 64
MASK_BYTES_PER_BLOCK = 1 << 23


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Rows of one part that may be returned.

    mask   (row_count,) bool; None = every row
    count  how many
    """

    part: Part
    mask: Bits | None
    count: int

    def rows(self) -> RowNumbers:
        """Their row numbers, ascending."""
        return np.arange(self.part.row_count) if self.mask is None else np.flatnonzero(self.mask)


def keep(reading: Reading, predicate: Predicate | None, primary: Field) -> list[Kept]:
    """The parts that hold at least one visible row that passes; ``predicate`` None = all pass."""
    if predicate is None:
        return [Kept(part, part.visible, part.count) for part in reading.parts]
    if predicate.always_false:
        return []
    if predicate.primary_keys is not None:
        return keep_keys(reading, predicate.primary_keys, primary)
    both = (_of_visible(part, _mask(part, predicate)) for part in parts_that_may_hold(reading, predicate))
    return [kept for kept in both if kept.count]


def keep_keys(reading: Reading, keys: Sequence[int | str], primary: Field) -> list[Kept]:
    """The parts that hold a visible row with one of these primary keys, found without reading the others.

    Raises ParameterInvalid for keys that are not of the primary key's type.
    """
    wanted = _as_stored(keys, primary)
    codes = key_codes(wanted)
    rows_of: dict[int, RowNumbers] = {}
    found: list[Kept] = []
    for part in reading.parts:
        segment = part.segment
        if segment.id not in rows_of:
            rows_of[segment.id] = segment.find_keys(codes, wanted, primary.name)[1]
        rows = rows_of[segment.id] - part.offset
        rows = rows[(rows >= 0) & (rows < part.row_count)]
        if len(rows):
            mask = np.zeros(part.row_count, bool)
            mask[rows] = True
            found.append(_of_visible(part, mask))
    return [kept for kept in found if kept.count]


def _as_stored(keys: Sequence[int | str], primary: Field) -> pa.Array:
    # Arrow would cut 1.5 to 1, so the types are looked at first.
    kinds = {int} if primary.type.is_integer else {str}
    try:
        if set(map(type, keys)) <= kinds:
            return pa.array(keys, arrow_type(primary))
    except OverflowError:
        pass
    raise ParameterInvalid(
        f"primary key field {primary.name} is {primary.type.milvus_name}, "
        f"but got ids that are not: {', '.join(map(repr, keys[:3]))}"
    )


def both(left: Sequence[Kept], right: Sequence[Kept]) -> list[Kept]:
    """Rows kept on both sides, of the same reading."""
    others = {kept.part.first: kept for kept in right}
    met = (_met(kept, others[kept.part.first]) for kept in left if kept.part.first in others)
    return [kept for kept in met if kept.count]


def with_value(kept: Sequence[Kept], field: Field) -> Sequence[Kept]:
    """Without the rows where this field is NULL."""
    if not field.nullable:
        return kept
    valued = (_of_valued(one, field.name) for one in kept)
    return [one for one in valued if one.count]


def places(kept: Sequence[Kept]) -> Places:
    """Of every kept row, part after part."""
    return np.concatenate([_NOWHERE, *(one.rows() + one.part.first for one in kept)])


def _met(left: Kept, right: Kept) -> Kept:
    if left.mask is None or right.mask is None:
        return right if left.mask is None else left
    return _counted(left.part, left.mask & right.mask)


def _of_valued(kept: Kept, name: str) -> Kept:
    block = kept.part.block
    valid = block.derived(("has a value", name), lambda: _validity(block.column(name)))
    if valid is None:
        return kept
    return _counted(kept.part, valid if kept.mask is None else valid & kept.mask)


def _validity(column: pa.Array) -> Bits | None:
    """True where the column is not NULL; None = everywhere."""
    return column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None


def _of_visible(part: Part, mask: Bits | None) -> Kept:
    if mask is None:
        return Kept(part, part.visible, part.count)
    return _counted(part, mask if part.visible is None else mask & part.visible)


def _counted(part: Part, mask: Bits) -> Kept:
    count = int(np.count_nonzero(mask))
    return Kept(part, None if count == part.row_count else mask, count)


_NOWHERE: Places = np.empty(0, np.int64)


def _mask(part: Part, predicate: Predicate) -> Bits | None:
    """Rows of the part's block that pass, None when every row does; of the last filters used it is kept."""
    return _kept_masks(part.block)(predicate).of(part)


class _KeptMask:
    """The mask of one filter over one block, computed when it is first asked for."""

    __slots__ = ("_mask", "_predicate")

    def __init__(self, predicate: Predicate) -> None:
        self._predicate = predicate
        self._mask: Bits | None = _UNKNOWN

    def of(self, part: Part) -> Bits | None:
        if self._mask is _UNKNOWN:
            mask = self._predicate.mask(part.block, part.segment.filter_indexes)
            self._mask = None if mask.all() else mask
        return self._mask


_UNKNOWN: Bits = np.empty(0, np.bool_)


def _kept_masks(block: Block) -> Callable[[Predicate], _KeptMask]:
    return block.derived("filter masks", lambda: lru_cache(maxsize=_masks_to_keep(block))(_KeptMask))


def _masks_to_keep(block: Block) -> int:
    return max(1, min(FILTERS_PER_BLOCK, MASK_BYTES_PER_BLOCK // max(1, block.row_count)))
