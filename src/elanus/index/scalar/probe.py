"""A written index is asked for some of what the column holds, and must find what reading the column finds."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import BuildFailed
from elanus.index.scalar._entries import sorted_entries
from elanus.index.scalar.base import Found, ScalarIndex
from elanus.schema.geometry import boxes_of

PROBES = 32


def probed(index: ScalarIndex, column: pa.Array) -> int:
    """How many probes were made. Raises BuildFailed when the index names other rows than the column holds."""
    return _by_box(index, column) if pa.types.is_large_binary(column.type) else _by_value(index, column)


def _by_value(index: ScalarIndex, column: pa.Array) -> int:
    entries = sorted_entries(column)
    count = 0
    for value in entries.values.take(pa.array(_places(len(entries.values)))).unique():
        found = _rows_of(index, value)
        if found is None:
            continue
        count += 1
        rows = np.unique(found.rows())
        wanted = entries.rows[pc.equal(entries.values, value).to_numpy(zero_copy_only=False)]
        if not np.isin(wanted, rows).all() or (found.exact and len(rows) != len(wanted)):
            raise BuildFailed(f"the index names other rows for {value} than the column holds")
    return count


def _by_box(index: ScalarIndex, shapes: pa.Array) -> int:
    """The box round a shape meets itself."""
    boxes = boxes_of(shapes)
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    probes = there[_places(len(there))]
    for row in probes:
        found = index.meeting(boxes[row : row + 1])
        if found is None or row not in found.rows():
            raise BuildFailed(f"the index does not name row {row} for the box of its own shape")
    return len(probes)


def _places(count: int) -> npt.NDArray[np.int64]:
    """Of the probes, spread evenly over so many entries."""
    return np.linspace(0, count - 1, PROBES if count else 0).astype(np.int64)


def _rows_of(index: ScalarIndex, value: pa.Scalar) -> Found | None:
    found = index.equal(pa.array([value.as_py()], value.type))
    if found is None and pa.types.is_large_string(value.type):
        return index.like(re.sub(r"([%_\\])", r"\\\1", value.as_py()))
    return found
