"""Memory for the vectors of growing rows: they lie one after the other, however many inserts brought them.

So a search multiplies one matrix instead of one for each insert, and merging blocks copies no vector. Memory is
written once, before anyone is shown it; a write that fails leaves a gap, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap

import numpy as np
import pyarrow as pa

ARENA_BYTES = 32 << 20
"""Of address space: what is not written yet takes no memory."""
OWN_BYTES = 2 << 20
"""Vectors of one insert of this much stay where they are: copying costs more than searching one matrix more."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Rows ``first`` to ``last`` (exclusive) of an arena."""

    arena: Arena
    first: int
    last: int

    def column(self) -> pa.FixedSizeListArray:
        """The vectors, without a copy."""
        return self.arena.column(self.first, self.last)

    def is_followed_by(self, other: Stretch | None) -> bool:
        return other is not None and self.arena is other.arena and self.last == other.first

    def up_to(self, other: Stretch) -> Stretch:
        """This one and all that follow to the end of the other, which lies behind it."""
        return replace(self, last=other.last)


class Arena:
    """Room for vectors of one Arrow type. One thread at a time may lay rows; any may read what was laid."""

    def __init__(self, kind: pa.FixedSizeListType) -> None:
        self._kind = kind
        self._row_bytes = kind.list_size * kind.value_type.bit_width // 8
        self._capacity = ARENA_BYTES // self._row_bytes
        # from the system itself: allocators touch what they give (8 ms), numpy's come in pages of 2 MB
        self._memory = pa.py_buffer(mmap(-1, ARENA_BYTES, flags=MAP_PRIVATE | MAP_ANONYMOUS))
        self._bytes = np.frombuffer(self._memory, np.uint8)
        self._laid = 0

    def lay(self, column: pa.FixedSizeListArray) -> Stretch:
        """Copy vectors that fit an arena behind those that are there, or into a new one where these fill it."""
        first, last = self._laid, self._laid + len(column)
        if last > self._capacity:
            return Arena(self._kind).lay(column)
        start = column.offset * self._row_bytes
        values = np.frombuffer(column.values.buffers()[1], np.uint8)
        self._bytes[first * self._row_bytes : last * self._row_bytes] = values[start : start + column_bytes(column)]
        self._laid = last
        return Stretch(self, first, last)

    def column(self, first: int, last: int) -> pa.FixedSizeListArray:
        """Rows ``first`` to ``last`` (exclusive)."""
        size, width = last - first, self._kind.list_size
        laid = self._memory.slice(first * self._row_bytes, size * self._row_bytes)
        values = pa.Array.from_buffers(self._kind.value_type, size * width, [None, laid])
        return pa.FixedSizeListArray.from_arrays(values, type=self._kind)


def fits_an_arena(column: pa.Array) -> bool:
    """Whether these are vectors, none of them NULL, that are worth being laid with others."""
    if not pa.types.is_fixed_size_list(column.type) or column.null_count:
        return False
    return column_bytes(column) < OWN_BYTES


def column_bytes(column: pa.FixedSizeListArray) -> int:
    """Of the values of all its rows."""
    return int(len(column) * column.type.list_size * column.type.value_type.bit_width // 8)
