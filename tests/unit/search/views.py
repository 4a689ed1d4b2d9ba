"""Views made by hand, a fake index, and what the answers must be: a row loop over plain Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from elanus.index.base import Bits, Floats, Hits, IndexSpec, VectorIndex
from elanus.index.distance import distances_to
from elanus.schema.arrow import row_schema
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.segment.block import Block, append, concatenated
from elanus.segment.keys import key_codes
from elanus.segment.view import SegmentView, ServingIndex, View

DIM = 4
VECTOR_ID = 101
DEFAULT, OTHER = 1, 2

SCHEMA = CollectionSchema(
    "films",
    (
        Field(100, "id", DataType.INT64, is_primary=True),
        Field(VECTOR_ID, "v", DataType.FLOAT_VECTOR, dim=DIM),
        Field(102, "n", DataType.INT32),
        Field(103, "genre", DataType.VARCHAR, max_length=64, nullable=True),
        dynamic_field(104),
    ),
)
TEXT_KEYS = replace(
    SCHEMA, fields=(Field(100, "id", DataType.VARCHAR, max_length=64, is_primary=True), *SCHEMA.fields[1:])
)


@dataclass(frozen=True)
class Row:
    """One inserted row and when it left: ``superseded_ts`` and ``deleted_ts`` are 0 while it stays."""

    id: int | str
    v: tuple[float, ...]
    n: int = 0
    genre: str | None = None
    ts: int = 1
    partition: int = DEFAULT
    superseded_ts: int = 0
    deleted_ts: int = 0

    def live(self, ts: int) -> bool:
        return self.present(ts) and not 0 < self.superseded_ts <= ts

    def present(self, ts: int) -> bool:
        return self.ts <= ts and not 0 < self.deleted_ts <= ts


def block_of(rows: Sequence[Row], schema: CollectionSchema = SCHEMA) -> Block:
    stored = row_schema(schema)
    flat = np.array([row.v for row in rows], np.float32).ravel()
    columns = [
        pa.array([row.id for row in rows], stored.field("id").type),
        pa.FixedSizeListArray.from_arrays(pa.array(flat), type=stored.field("v").type),
        pa.array([row.n for row in rows], pa.int32()),
        pa.array([row.genre for row in rows], pa.large_string()),
        pa.array([b'{"twice": %d}' % (2 * row.n) for row in rows], pa.large_binary()),
        pa.array([row.ts for row in rows], pa.uint64()),
    ]
    return Block(pa.RecordBatch.from_arrays(columns, schema=stored))


def random_rows(count: int, *, first: int = 0, seed: int = 0, **values: Any) -> list[Row]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return [
        Row(first + i, tuple(vector.tolist()), n=(first + i) % 7, genre=f"g{(first + i) % 3}", **values)
        for i, vector in enumerate(vectors)
    ]


@dataclass
class Collection:
    """Writes rows into segments as an engine would, and remembers them as plain rows.

    metric    of the index declared
    declared  it; None = FLAT
    """

    schema: CollectionSchema = SCHEMA
    metric: Metric | None = Metric.L2
    declared: IndexSpec | None = None
    ttl_ms: int = 0
    clock: int = 0
    segments: list[SegmentView] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def insert(self, rows: Sequence[Row], partition: int = DEFAULT, ts: int = 0) -> int:
        self.clock = ts or self.clock + 1
        self._leave([row.id for row in rows], superseded=True)
        rows = [replace(row, ts=self.clock, partition=partition) for row in rows]
        self.rows += rows
        growing = self._growing(partition)
        blocks = append(growing.blocks, block_of(rows, self.schema))
        self._put(replace(growing, blocks=blocks, row_count=growing.row_count + len(rows)))
        return self.clock

    def delete(self, ids: Sequence[int | str]) -> int:
        self.clock += 1
        self._leave(ids, superseded=False)
        return self.clock

    def seal(self, index: VectorIndex | None = None, metric: Metric = Metric.L2) -> None:
        """Every growing segment becomes a sealed one, served by ``index`` if given."""
        for segment in self.segments:
            if segment.is_growing:
                indexes = {} if index is None else {VECTOR_ID: serving(index, metric)}
                block = concatenated(segment.blocks)
                self._put(replace(segment, blocks=(block,), is_growing=False, indexes=indexes))

    def view(self, loaded: frozenset[int] | None = frozenset({DEFAULT, OTHER})) -> View:
        return View(
            ts=self.clock,
            collection_id=1,
            schema=self.schema,
            segments=tuple(sorted(self.segments, key=lambda segment: segment.is_growing)),
            partition_ids={"_default": DEFAULT, "other": OTHER},
            loaded_partitions=loaded,
            declared=self._declared(),
            ttl_ms=self.ttl_ms,
        )

    def _declared(self) -> dict[int, tuple[IndexSpec, ...]]:
        if self.metric is None:
            return {}
        return {VECTOR_ID: (self.declared or IndexSpec("FLAT", self.metric, DIM, {}),)}

    def _growing(self, partition: int) -> SegmentView:
        for segment in self.segments:
            if segment.is_growing and segment.partition_id == partition:
                return segment
        return SegmentView(len(self.segments) + 1, partition, (), 0, True)

    def _put(self, changed: SegmentView) -> None:
        self.segments = [*(segment for segment in self.segments if segment.id != changed.id), changed]

    def _leave(self, ids: Sequence[int | str], *, superseded: bool) -> None:
        keys = pa.array(ids, row_schema(self.schema).field("id").type)
        for segment in list(self.segments):
            rows = segment.find_keys(key_codes(keys), keys, "id")[1]
            gone = segment.gone.with_rows(rows, self.clock, superseded=superseded, row_count=segment.row_count)
            self._put(replace(segment, gone=gone))
        left = "superseded_ts" if superseded else "deleted_ts"
        self.rows = [
            replace(row, **{left: self.clock}) if row.id in set(ids) and not getattr(row, left) else row
            for row in self.rows
        ]


class FakeIndex(VectorIndex):
    """Exact, remembers how it was asked, and finds only the rows numbered below ``blind_from``."""

    resident_bytes = 0

    def __init__(self, vectors: Floats, metric: Metric = Metric.L2, blind_from: int = 1 << 60) -> None:
        self.vectors, self.metric, self.blind_from = vectors, metric, blind_from
        self.row_count = len(vectors)
        self.calls: list[tuple[int, Bits | None, Mapping[str, Any]]] = []

    def search(self, queries: Floats, k: int, *, mask: Bits | None, params: Mapping[str, Any]) -> Hits:
        self.calls.append((k, mask, params))
        rows = np.arange(self.row_count) if mask is None else np.flatnonzero(mask)
        rows = rows[rows < self.blind_from]
        hits = Hits(np.full((len(queries), k), np.inf, np.float32), np.full((len(queries), k), -1, np.int64))
        for i, query in enumerate(queries):
            distances = distances_to(self.vectors, rows, query, self.metric)
            order = np.argsort(distances, kind="stable")[:k]
            hits.distances[i, : len(order)], hits.rows[i, : len(order)] = distances[order], rows[order]
        return hits

    def widened(self, params: Mapping[str, Any], *, k: int, kept: float) -> Mapping[str, Any]:
        return {**params, "widened_k": k, "widened_kept": kept}


def serving(index: VectorIndex, metric: Metric = Metric.L2, build_id: int = 1) -> ServingIndex:
    return ServingIndex(1, build_id, IndexSpec("HNSW", metric, DIM, {"M": 16, "efConstruction": 200}), index)


def indexed(rows: Sequence[Row], metric: Metric = Metric.L2, **index: Any) -> tuple[Collection, FakeIndex]:
    """A collection of one sealed segment under a fake index."""
    collection = Collection(metric=metric)
    collection.insert(rows)
    fake = FakeIndex(np.array([row.v for row in rows], np.float32), metric, **index)
    collection.seal(fake, metric)
    return collection, fake


def score(row: Row, query: Floats, metric: Metric) -> float:
    """In double precision, as the definition of the metric says."""
    left, right = np.array(row.v, np.float64), query.astype(np.float64)
    if metric is Metric.L2:
        return float(((left - right) ** 2).sum())
    product = float(left @ right)
    if metric is Metric.IP:
        return product
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    return product / lengths if lengths else 0.0


def ranked(rows: Sequence[Row], query: Floats, metric: Metric) -> list[Row]:
    """Nearest first, ties by primary key."""
    sign = -1 if metric.larger_is_nearer else 1
    return sorted(rows, key=lambda row: (np.float32(sign * score(row, query, metric)), row.id))


def queries(count: int, seed: int = 7) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
