"""A block: an immutable run of rows as Arrow columns, with a memo for what is derived from them."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.base import Dense, Floats, Vectors
from elanus.index.distance import squared_norms
from elanus.schema.arrow import TIMESTAMP_COLUMN, holds, missing
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.segment.vectors import vectors_of

T = TypeVar("T")

MERGED_ROWS = 8192
"""Small neighbours are merged until a block has about this many rows: few blocks to search, little to copy."""
SMALL_ROWS, SMALL_BYTES = 512, 1 << 20
"""A block within both takes in whatever comes next: copying it costs less than searching one block more."""


class _SquaredNorms(NamedTuple):
    """Of a column: the memo that a merged block takes over, so that no row is measured twice."""

    column: str


NONE_ABSENT: Mapping[str, Field] = MappingProxyType({})


class Block:
    """Rows 0..n-1 in insertion order: the fields of the collection and ``$ts``, ascending.

    Safe to read from many threads. ``derived`` results live as long as the block (two threads may compute one twice).

    written_ts  version of the schema that a data file's rows were written under
    absent      fields of later versions, by name: every row holds the same
    """

    __slots__ = ("__weakref__", "_derived", "_imported_ts", "absent", "batch", "row_count", "written_ts")

    def __init__(self, batch: pa.RecordBatch, imported_ts: int = 0, written_ts: int = 0) -> None:
        """imported_ts  commit timestamp of all the rows, which were written before it was known; 0 = see ``$ts``"""
        self.batch = batch
        self.written_ts = written_ts
        self.absent: Mapping[str, Field] = NONE_ABSENT
        self.row_count: int = batch.num_rows
        self._imported_ts = imported_ts
        self._derived: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        """The column of this name, in its storage type (see :mod:`elanus.schema.arrow`)."""
        if name in self.absent:
            return self.derived(("absent", name), lambda: missing(self.absent[name], self.row_count))
        return self.batch.column(name)

    def under(self, schema: CollectionSchema) -> Block:
        """The same rows of a data file with the fields of this schema; nothing is copied."""
        names = self.batch.schema.names
        held = {field.name for field in schema.fields if holds(names, field, self.written_ts)} | {TIMESTAMP_COLUMN}
        batch = self.batch.select([name for name in names if name in held])
        block = Block(batch, self._imported_ts, self.written_ts)
        block.absent = {field.name: field for field in schema.fields if field.name not in held}
        known = self._derived.copy()  # readers go on deriving
        block._derived = {key: memo for key, memo in known.items() if _outlives(key, held)}
        return block

    def vectors(self, name: str) -> Vectors:
        """A vector column in its stored type, without a copy (:func:`elanus.segment.vectors.vectors_of`)."""
        return self.derived(("vectors", name), lambda: vectors_of(self.column(name)))

    def squared_norms(self, name: str) -> Floats:
        """(n,) squared length of each vector of a dense column."""
        return self.derived(_SquaredNorms(name), lambda: squared_norms(cast("Dense", self.vectors(name))))

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


def append(blocks: tuple[Block, ...], new: Block) -> tuple[Block, ...]:
    """The blocks with ``new`` at the end, small neighbours merged.

    Beyond ``SMALL_ROWS`` like carrying in a binary counter: a row is copied at most log2(MERGED_ROWS / SMALL_ROWS)
    times more.
    """
    kept = list(blocks)
    merging = [new]
    rows = new.row_count
    while kept and _takes_in(kept[-1], rows):
        block = kept.pop()
        merging.append(block)
        rows += block.row_count
    kept.append(new if len(merging) == 1 else concatenated(merging[::-1]))
    return tuple(kept)


def concatenated(blocks: Sequence[Block]) -> Block:
    """One block with the rows of all, in order, and the squared norms that were computed for any of them."""
    whole = Block(pa.concat_batches([block.batch for block in blocks]))
    for memo in {key for block in blocks for key in block._derived.copy() if isinstance(key, _SquaredNorms)}:
        whole._derived[memo] = np.concatenate([block.squared_norms(memo.column) for block in blocks])
    return whole


def _outlives(memo: Hashable, held: Container[str]) -> bool:
    """Whether what is kept under this key is true under another schema: keys, times, and what columns that stay are."""
    return memo in ("keys", "timestamps") or (isinstance(memo, _SquaredNorms) and memo.column in held)


def _takes_in(last: Block, rows: int) -> bool:
    """Whether the last block and so many rows after it become one."""
    if last.row_count + rows > 2 * MERGED_ROWS:
        return False
    return last.row_count <= rows or (last.row_count <= SMALL_ROWS and last.batch.nbytes <= SMALL_BYTES)
