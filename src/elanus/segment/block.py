"""A block: an immutable run of rows as Arrow columns, with a memo for what is derived from them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.schema.arrow import TIMESTAMP_COLUMN

T = TypeVar("T")

MERGED_ROWS = 8192
"""Small neighbours are merged until a block has about this many rows: few blocks to search, little to copy."""


class Block:
    """Rows 0..n-1 in insertion order: the fields of the collection and ``$ts``, ascending.

    Safe to read from many threads. ``derived`` results live as long as the block (two threads may compute one twice).
    """

    __slots__ = ("__weakref__", "_derived", "_imported_ts", "batch", "row_count")

    def __init__(self, batch: pa.RecordBatch, imported_ts: int = 0) -> None:
        """imported_ts  commit timestamp of all the rows, which were written before it was known; 0 = see ``$ts``"""
        self.batch = batch
        self.row_count: int = batch.num_rows
        self._imported_ts = imported_ts
        self._derived: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        """The stored column of this name, in its storage type (see :mod:`elanus.schema.arrow`)."""
        return self.batch.column(name)

    def matrix(self, name: str) -> npt.NDArray[np.float32]:
        """A FLOAT_VECTOR column as (n, dim) float32, without a copy."""
        return self.derived(("matrix", name), lambda: vectors_of(self.column(name)))

    def timestamps(self) -> npt.NDArray[np.uint64]:
        """Commit timestamp of each row, ascending."""
        return self.derived("timestamps", self._timestamps)

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What ``compute`` gives, kept under ``key``: rows never change, so it stays true."""
        try:
            return cast("T", self._derived[key])
        except KeyError:
            value = self._derived[key] = compute()
            return value

    def _timestamps(self) -> npt.NDArray[np.uint64]:
        if self._imported_ts:
            return np.full(self.row_count, self._imported_ts, np.uint64)
        return cast("npt.NDArray[np.uint64]", self.column(TIMESTAMP_COLUMN).to_numpy())


def vectors_of(column: pa.FixedSizeListArray) -> npt.NDArray[np.float32]:
    """(n, dim) view of a fixed-size-list column without NULLs."""
    dim = column.type.list_size
    flat = column.values.to_numpy(zero_copy_only=True)
    start = column.offset * dim
    return cast("npt.NDArray[np.float32]", flat[start : start + len(column) * dim].reshape(len(column), dim))


def append(blocks: tuple[Block, ...], new: Block) -> tuple[Block, ...]:
    """The blocks with ``new`` at the end, small neighbours merged.

    Like carrying in a binary counter: a row is copied at most log2(MERGED_ROWS / rows per insert) times.
    """
    kept = list(blocks)
    merging = [new]
    rows = new.row_count
    while kept and kept[-1].row_count <= rows and kept[-1].row_count + rows <= 2 * MERGED_ROWS:
        block = kept.pop()
        merging.append(block)
        rows += block.row_count
    kept.append(new if len(merging) == 1 else concatenated(merging[::-1]))
    return tuple(kept)


def concatenated(blocks: Sequence[Block]) -> Block:
    """One block with the rows of all, in order."""
    return Block(pa.concat_batches([block.batch for block in blocks]))
