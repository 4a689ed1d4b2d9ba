"""The rows a merge keeps, in the order of their timestamps, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.schema.arrow import TIMESTAMP_COLUMN, row_schema
from elanus.schema.collection import CollectionSchema
from elanus.segment.view import SegmentView

RowNumbers = npt.NDArray[np.int64]

PIECE_BYTES = 8 * 2**20
"""A merge holds about two pieces of this size in memory, however large its segments are."""


@dataclass(frozen=True)
class Source:
    """A sealed segment, and the numbers, ascending, of its rows that are kept."""

    segment: SegmentView
    kept: RowNumbers

    def timestamps(self) -> npt.NDArray[np.uint64]:
        return self.segment.blocks[0].timestamps()[self.kept]

    def rows(self, numbers: RowNumbers, wanted: pa.Schema) -> pa.RecordBatch:
        """These rows with the timestamps readers see, which an imported segment's rows get here for good."""
        block = self.segment.blocks[0]
        held = [name for name in wanted.names if name != TIMESTAMP_COLUMN and name not in block.absent]
        taken = _taken(block.batch.select(held), numbers)
        others = (name for name in wanted.names if name not in held)
        made = {name: self._made(name, numbers) for name in others}
        columns = [taken.column(name) if name not in made else made[name] for name in wanted.names]
        return pa.RecordBatch.from_arrays(columns, schema=wanted)

    def _made(self, name: str, numbers: RowNumbers) -> pa.Array:
        """A column that the segment does not store as readers see it."""
        block = self.segment.blocks[0]
        if name == TIMESTAMP_COLUMN:
            return pa.array(block.timestamps()[numbers])
        return block.made(name, len(numbers), lambda other: block.column(other).take(pa.array(numbers)))


class MergedRows:
    """order   (n,) of each merged row its number among the kept rows of all sources, one source after the other
    schema  of what is written: a field that no source stores is left out again, unless a function computes it
    """

    def __init__(self, sources: Sequence[Source], schema: CollectionSchema) -> None:
        self.sources = tuple(sources)
        self.schema = self._stored(schema)
        self._firsts = np.cumsum([0, *(len(source.kept) for source in sources)])
        self.order: RowNumbers = np.argsort(np.concatenate([s.timestamps() for s in sources]), kind="stable")

    def __len__(self) -> int:
        return len(self.order)

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        step = self._rows_per_piece()
        wanted = pa.schema([self.schema.field(name) for name in columns])
        return (self._piece(self.order[first : first + step], wanted) for first in range(0, len(self), step))

    def new_numbers(self, source: int) -> RowNumbers:
        """(rows of the source,) the number each gets in the merged segment; -1 = it is not kept."""
        first, end = self._firsts[source], self._firsts[source + 1]
        numbers = np.full(self.sources[source].segment.row_count, -1, np.int64)
        within = np.flatnonzero((self.order >= first) & (self.order < end))
        numbers[self.sources[source].kept[self.order[within] - first]] = within
        return numbers

    def _stored(self, schema: CollectionSchema) -> pa.Schema:
        names = {name for source in self.sources for name in source.segment.blocks[0].batch.schema.names}
        names |= {name for function in schema.functions for name in function.outputs}
        return pa.schema([field for field in row_schema(schema) if field.name in names])

    def _rows_per_piece(self) -> int:
        size: int = sum(source.segment.blocks[0].batch.nbytes for source in self.sources)
        rows = sum(source.segment.row_count for source in self.sources)
        return max(1, PIECE_BYTES * rows // max(size, 1))

    def _piece(self, wanted: RowNumbers, schema: pa.Schema) -> pa.RecordBatch:
        """Taken from each source in its order, then brought into the order wanted."""
        source_of = np.searchsorted(self._firsts, wanted, side="right") - 1
        by_source = np.argsort(source_of, kind="stable")
        parts = [
            self.sources[number].rows(
                self.sources[number].kept[wanted[source_of == number] - self._firsts[number]], schema
            )
            for number in np.unique(source_of)
        ]
        if len(parts) == 1:
            return parts[0]
        back = np.empty(len(by_source), np.int64)
        back[by_source] = np.arange(len(by_source))
        return _taken(pa.concat_batches(parts), back)


def _taken(batch: pa.RecordBatch, rows: RowNumbers) -> pa.RecordBatch:
    """These rows; without a copy when they follow one another."""
    if len(rows) and bool((np.diff(rows) == 1).all()):
        return batch.slice(int(rows[0]), len(rows))
    return batch.take(pa.array(rows))
