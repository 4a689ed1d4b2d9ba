"""A column as sorted (value, row) entries: what every index by value is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.index.scalar.base import RowNumbers

_Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """values (m,) ascending, large_string, int64, float32, float64 or uint8; rows (m,), ascending among equal ones.

    No value comes twice with the same row.
    """

    values: pa.Array
    rows: RowNumbers

    def starts(self) -> _Positions:
        """(terms + 1,) where each distinct value begins, and the end."""
        return np.concatenate((np.flatnonzero(_differs(self.values)), [len(self.values)]))


def sorted_entries(column: pa.Array) -> Entries:
    """Of every value (of every element, in a list column) that is neither NULL nor NaN."""
    values, rows = _flat(column)
    wanted = pc.is_valid(values)
    if pa.types.is_floating(values.type):
        wanted = pc.and_not(wanted, pc.is_nan(values).fill_null(True))
    values, rows = _comparable(values.filter(wanted)), rows[wanted.to_numpy(zero_copy_only=False)]
    order = _order(values)
    return _once(values.take(pa.array(order)), rows[order])


def _flat(column: pa.Array) -> tuple[pa.Array, RowNumbers]:
    if not pa.types.is_large_list(column.type):
        return column, np.arange(len(column), dtype=np.uint32)
    return column.flatten(), pc.list_parent_indices(column).to_numpy().astype(np.uint32)


def _comparable(values: pa.Array) -> pa.Array:
    """Whole numbers as int64 and bools as numbers, so that there are few kinds of term."""
    if pa.types.is_integer(values.type):
        return values.cast(pa.int64())
    return values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values


def _order(values: pa.Array) -> npt.NDArray[Any]:
    if pa.types.is_large_string(values.type):
        order: npt.NDArray[Any] = pc.array_sort_indices(values).to_numpy()
        return order
    return np.argsort(values.to_numpy(), kind="stable")


def _once(values: pa.Array, rows: RowNumbers) -> Entries:
    first = _differs(values)
    first[1:] |= rows[1:] != rows[:-1]
    return Entries(values, rows) if first.all() else Entries(values.filter(pa.array(first)), rows[first])


def _differs(values: pa.Array) -> npt.NDArray[np.bool_]:
    """(m,) True where a value is not that before it."""
    differs = np.ones(len(values), np.bool_)
    if len(values) > 1:
        differs[1:] = pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return differs
