"""A block: an immutable run of rows as Arrow columns, with a memo for what is derived from them."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.base import Dense, Floats, Vectors
from elanus.index.distance import squared_norms
from elanus.schema.arrow import TIMESTAMP_COLUMN, holds
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.segment.arena import Arena, Stretch, column_bytes, fits_an_arena
from elanus.segment.computed import Columns, made
from elanus.segment.vectors import vectors_of

T = TypeVar("T")

MERGED_ROWS = 8192
"""Small neighbours are merged until a block has about this many rows: few blocks to search, little to copy."""
SMALL_ROWS, SMALL_BYTES = 512, 1 << 20
"""A block within both takes in whatever comes next: copying it costs less than searching one block more."""
COPIED_BYTES = 4 << 20
"""Most bytes copied into one block; the vectors that lie in an arena are not."""


class _SquaredNorms(NamedTuple):
    """Of a column: the memo that a merged block takes over, so that no row is measured twice."""

    column: str


NONE_ABSENT: Mapping[str, Field] = MappingProxyType({})
NOTHING_LAID: Mapping[str, Stretch] = MappingProxyType({})


class Block:
    """Rows 0..n-1 in insertion order: the fields of the collection and ``$ts``, ascending.

    Safe to read from many threads. ``derived`` results live as long as the block (two threads may compute one twice).

    written_ts  version of the schema that a data file's rows were written under
    absent      fields of later versions, by name: what rows hold of them is made when somebody asks
    schema      whose fields those are; None where there are none
    stretches   where the vectors of growing rows lie, by column
    """

    __slots__ = (
        "__weakref__", "_derived", "_imported_ts", "absent", "batch", "row_count", "schema", "stretches", "written_ts",
    )  # fmt: skip

    def __init__(self, batch: pa.RecordBatch, imported_ts: int = 0, written_ts: int = 0) -> None:
        """imported_ts  commit timestamp of all the rows, which were written before it was known; 0 = see ``$ts``"""
        self.batch = batch
        self.written_ts = written_ts
        self.absent: Mapping[str, Field] = NONE_ABSENT
        self.schema: CollectionSchema | None = None
        self.stretches: Mapping[str, Stretch] = NOTHING_LAID
        self.row_count: int = batch.num_rows
        self._imported_ts = imported_ts
        self._derived: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        """The column of this name, in its storage type (see :mod:`elanus.schema.arrow`)."""
        if name in self.absent:
            return self.derived(("absent", name), lambda: self.made(name, self.row_count, self.column))
        return self.batch.column(name)

    def made(self, name: str, count: int, columns: Columns) -> pa.Array:
        """What so many of the rows hold of an absent field. columns  theirs"""
        assert self.schema is not None, f"no schema says what {name} is"
        return made(self.schema, self.absent[name], count, columns)

    def under(self, schema: CollectionSchema) -> Block:
        """The same rows of a data file with the fields of this schema; nothing is copied."""
        names = self.batch.schema.names
        held = {field.name for field in schema.fields if holds(names, field, self.written_ts)} | {TIMESTAMP_COLUMN}
        batch = self.batch.select([name for name in names if name in held])
        block = Block(batch, self._imported_ts, self.written_ts)
        block.absent = {field.name: field for field in schema.fields if field.name not in held}
        block.schema = schema
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
    """The blocks with ``new`` at the end, small neighbours merged, its vectors beside those of the last.

    Beyond ``SMALL_ROWS`` like carrying in a binary counter: a row is copied at most log2(MERGED_ROWS / SMALL_ROWS)
    times more, its vectors only once.
    """
    new = _laid(new, blocks[-1] if blocks else None)
    kept = list(blocks)
    merging = [new]
    while kept and _takes_in(kept[-1], merging):
        merging.insert(0, kept.pop())
    kept.append(new if len(merging) == 1 else _merged(merging))
    return tuple(kept)


def concatenated(blocks: Sequence[Block]) -> Block:
    """One block with the rows of all, in order, and the squared norms that were computed for any of them."""
    schema = blocks[0].batch.schema
    stretches = _joined(blocks)
    columns = [
        stretches[name].column() if name in stretches else pa.concat_arrays([b.batch.column(name) for b in blocks])
        for name in schema.names
    ]
    whole = Block(pa.RecordBatch.from_arrays(columns, schema=schema))
    whole.stretches = stretches
    for memo in {key for block in blocks for key in block._derived.copy() if isinstance(key, _SquaredNorms)}:
        whole._derived[memo] = np.concatenate([block.squared_norms(memo.column) for block in blocks])
    return whole


def follows(before: Block, after: Block, column: str) -> bool:
    """Whether the vectors of the second block lie directly behind those of the first."""
    stretch = before.stretches.get(column)
    return stretch is not None and stretch.is_followed_by(after.stretches.get(column))


def vectors_of_all(blocks: Sequence[Block], column: str) -> Vectors:
    """The vectors of one block, or of several of which each follows the one before."""
    if len(blocks) == 1:
        return blocks[0].vectors(column)
    return vectors_of(blocks[0].stretches[column].up_to(blocks[-1].stretches[column]).column())


def _merged(blocks: Sequence[Block]) -> Block:
    """Joined, and laid again behind the last where their vectors lie apart."""
    whole = concatenated(blocks)
    return whole if whole.stretches else _laid(whole, blocks[-1])


def _laid(new: Block, last: Block | None) -> Block:
    """The new block with its vectors behind those of the last."""
    before = NOTHING_LAID if last is None else last.stretches
    columns = dict(zip(new.batch.schema.names, new.batch.columns, strict=True))
    stretches = {
        name: (before[name].arena if name in before else Arena(column.type)).lay(column)
        for name, column in columns.items()
        if fits_an_arena(column)
    }
    if not stretches:
        return new
    columns |= {name: stretch.column() for name, stretch in stretches.items()}
    block = Block(pa.RecordBatch.from_arrays(list(columns.values()), schema=new.batch.schema))
    block.stretches = stretches
    block._derived |= {key: memo for key, memo in new._derived.items() if isinstance(key, _SquaredNorms)}
    return block


def _joined(blocks: Sequence[Block]) -> Mapping[str, Stretch]:
    """The stretches that go through all the blocks."""
    last = blocks[-1].stretches
    whole = {
        name: stretch.up_to(last[name])
        for name, stretch in blocks[0].stretches.items()
        if all(follows(before, after, name) for before, after in pairwise(blocks))
    }
    return whole or NOTHING_LAID


def _outlives(memo: Hashable, held: Container[str]) -> bool:
    """Whether what is kept under this key is true under another schema: keys, times, and what columns that stay are."""
    return memo in ("keys", "timestamps") or (isinstance(memo, _SquaredNorms) and memo.column in held)


def _takes_in(last: Block, merging: Sequence[Block]) -> bool:
    """Whether the last block and these after it become one. Vectors that lie apart would be copied."""
    rows = sum(block.row_count for block in merging)
    if last.row_count + rows > 2 * MERGED_ROWS:
        return False
    together = all(_follows_everywhere(before, after) for before, after in pairwise((last, *merging)))
    copied = [_bytes_beside_vectors(block) if together else int(block.batch.nbytes) for block in (last, *merging)]
    small = last.row_count <= SMALL_ROWS and copied[0] <= SMALL_BYTES
    return (small or last.row_count <= rows) and sum(copied) <= COPIED_BYTES


def _follows_everywhere(before: Block, after: Block) -> bool:
    names = before.stretches.keys() | after.stretches.keys()
    return all(follows(before, after, name) for name in names)


def _bytes_beside_vectors(block: Block) -> int:
    """Of what does not lie in an arena."""
    laid = sum(column_bytes(block.batch.column(name)) for name in block.stretches)
    return int(block.batch.nbytes) - laid
