"""The view: everything a reader needs of a collection, frozen at one timestamp.

A reader takes the collection's current view by one attribute read and never locks. Every change publishes the next
view; objects that did not change are shared between them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import DataCorrupted
from elanus.filter.field_index import Indexes, Place
from elanus.index.base import IndexSpec, VectorIndex
from elanus.index.curve import CurvePoint
from elanus.index.scalar.base import ScalarIndex, ScalarSpec
from elanus.schema.collection import CollectionSchema
from elanus.schema.metric import Metric
from elanus.segment.block import Block
from elanus.segment.computed import filled_rows
from elanus.segment.gone import NOTHING_GONE, Bits, Gone
from elanus.segment.keys import Codes, RowNumbers, SortedKeys


@dataclass(frozen=True, slots=True, eq=False)
class ServingIndex:
    """A finished build, open, on one segment; ``curve`` is what it measured."""

    index_id: int
    build_id: int
    spec: IndexSpec
    index: VectorIndex
    curve: tuple[CurvePoint, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ServingScalar:
    """A finished build of a scalar index, open on one segment."""

    index_id: int
    build_id: int
    spec: ScalarSpec
    index: ScalarIndex


OpenIndex = ServingIndex | ServingScalar


@dataclass(frozen=True, eq=False)
class SegmentView:
    """One segment as a reader sees it.

    blocks   the rows, oldest first; a sealed segment has exactly one
    indexes  by field id; a field without an entry is searched exactly
    scalars  by what they are over; filters are computed from the columns where there is none
    """

    id: int
    partition_id: int
    blocks: tuple[Block, ...]
    row_count: int
    is_growing: bool
    gone: Gone = NOTHING_GONE
    indexes: Mapping[int, ServingIndex] = field(default_factory=dict)
    scalars: Mapping[Place, ServingScalar] = field(default_factory=dict)

    @property
    def open_indexes(self) -> tuple[OpenIndex, ...]:
        """All that serve it."""
        return (*self.indexes.values(), *self.scalars.values())

    def under(self, schema: CollectionSchema, before: CollectionSchema) -> SegmentView:
        """The same rows with the fields of this schema. before  the schema they have now, where they grow."""
        if self.is_growing:
            grown = (Block(filled_rows(block.batch, schema, before.version)) for block in self.blocks)
            return replace(self, blocks=tuple(grown))
        return replace(self, blocks=tuple(block.under(schema) for block in self.blocks))

    @property
    def without_indexes(self) -> SegmentView:
        return replace(self, indexes={}, scalars={}) if self.open_indexes else self

    @cached_property
    def filter_indexes(self) -> Indexes:
        """What filters may ask."""
        return {place: serving.index for place, serving in self.scalars.items()}

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """First row number of each block."""
        counts = [block.row_count for block in self.blocks]
        return tuple(int(first) for first in np.cumsum([0, *counts])[:-1])

    @cached_property
    def live(self) -> Bits | None:
        """(row_count,) rows reads may return now; None = all."""
        return _padded(self.gone.live, self.row_count)

    @cached_property
    def present(self) -> Bits | None:
        """(row_count,) rows ``count(*)`` counts now; None = all."""
        return _padded(self.gone.present, self.row_count)

    def inserted_by(self, ts: int) -> int:
        """How many rows were inserted at or before ``ts``: they are the first ones."""
        if not self.blocks or int(self.blocks[-1].timestamps()[-1]) <= ts:
            return self.row_count
        return sum(int(np.searchsorted(block.timestamps(), np.uint64(ts), side="right")) for block in self.blocks)

    def find_keys(self, codes: Codes, keys: pa.Array, primary: str) -> tuple[RowNumbers, RowNumbers]:
        """Rows (gone or not) that hold one of the primary keys: positions in ``keys``, and rows.

        codes  ``key_codes(keys)``, computed once for all segments
        """
        if not len(codes):
            return codes, codes
        lowest, highest = int(codes.min()), int(codes.max())
        positions: list[RowNumbers] = []
        rows: list[RowNumbers] = []
        for block, first in self.located_blocks():
            sorted_keys = block_keys(block, primary)
            if sorted_keys.might_hold(lowest, highest):
                found, within = sorted_keys.find(codes)
                found, within = _really_equal(block, primary, keys, found, within)
                positions.append(found)
                rows.append(within + first)
        if not positions:
            return codes[:0], codes[:0]
        return np.concatenate(positions), np.concatenate(rows)

    def located_blocks(self) -> Iterator[tuple[Block, int]]:
        """Each block with its first row number."""
        return zip(self.blocks, self.offsets, strict=True)


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a collection whose files cannot be read.

    part          ``segment 12`` or ``log 3``
    partition_id  of its rows; None = its rows may be in any partition
    row_count     of its rows; 0 where the files cannot say
    reason        which file, what was expected and what was found
    """

    part: str
    partition_id: int | None
    row_count: int
    reason: str


@dataclass(frozen=True, eq=False)
class View:
    """A collection at ``ts``.

    segments          every readable segment, sealed first
    partition_ids     by name
    loaded_partitions None = not loaded; else the ids of the loaded partitions
    declared          what the index of a vector field is declared to be, and then what is to replace it, by field id
    ttl_ms            rows older than this are hidden; 0 = never
    damages           parts that cannot be read: whoever needs their rows is refused
    whole_since_ts    rows that left up to it may be gone for good: who reads at an earlier time is refused
    """

    ts: int
    collection_id: int
    schema: CollectionSchema
    segments: tuple[SegmentView, ...]
    partition_ids: Mapping[str, int]
    loaded_partitions: frozenset[int] | None
    declared: Mapping[int, tuple[IndexSpec, ...]] = field(default_factory=dict)
    ttl_ms: int = 0
    damages: tuple[Damage, ...] = ()
    whole_since_ts: int = 0

    def declaration(self, field_id: int) -> IndexSpec | None:
        """Of the index that serves a vector field, built or not; None = there is no index."""
        return next(iter(self.declared.get(field_id, ())), None)

    def metric(self, field_id: int) -> Metric | None:
        """Of the index declared for a vector field."""
        spec = self.declaration(field_id)
        return None if spec is None else spec.metric

    @cached_property
    def row_count(self) -> int:
        """Rows inserted and not yet compacted away, as Milvus counts them in its statistics."""
        readable = sum(segment.row_count for segment in self.segments)
        return readable + sum(damage.row_count for damage in self.damages)

    def check_whole(self, partition_ids: Container[int] | None = None) -> None:
        """Raises DataCorrupted when rows of these partitions (None = of any) cannot be read."""
        for damage in self.damages:
            if partition_ids is None or damage.partition_id is None or damage.partition_id in partition_ids:
                raise DataCorrupted(
                    f"{damage.part} of collection {self.schema.name} is damaged, its rows can be neither read nor "
                    f"changed: {damage.reason}; restore the data directory from a backup, or stop Elanus and give "
                    "these rows up: elanus inspect DIRECTORY --drop-damaged"
                )

    def segment(self, segment_id: int) -> SegmentView | None:
        return next((segment for segment in self.segments if segment.id == segment_id), None)


def block_keys(block: Block, primary: str) -> SortedKeys:
    """Sorted primary keys of a block; a sealed one had them read from its keys file."""
    return block.derived("keys", lambda: SortedKeys.of(block.column(primary)))


def _padded(mask: Bits | None, row_count: int) -> Bits | None:
    if mask is None or len(mask) == row_count:
        return mask
    return np.concatenate([mask, np.ones(row_count - len(mask), bool)])


def _really_equal(
    block: Block, primary: str, keys: pa.Array, found: RowNumbers, rows: RowNumbers
) -> tuple[RowNumbers, RowNumbers]:
    """Drops pairs whose codes agree and whose texts do not."""
    if pa.types.is_int64(keys.type) or not len(found):
        return found, rows
    same = pc.equal(block.column(primary).take(pa.array(rows)), keys.take(pa.array(found)))
    kept: npt.NDArray[np.bool_] = same.to_numpy(zero_copy_only=False)
    return found[kept], rows[kept]
