"""A write as a value: what goes to the log, and the pure step from one view to the next.

Insert, delete and upsert are one kind of change: some primary keys leave, some rows come, at one timestamp. The same
``apply`` runs when the write happens and when the log is replayed, so a recovered view is the view that was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus.schema.arrow import TIMESTAMP_COLUMN
from elanus.schema.collection import CollectionSchema
from elanus.segment.block import Block, append
from elanus.segment.computed import filled_rows
from elanus.segment.keys import Codes, RowNumbers, key_codes
from elanus.segment.view import SegmentView, View, block_keys
from elanus.storage.log import LogRecord

RECORD_BYTES = 256 * 2**20
"""A log record holds at most about this much (SQLite takes values up to 1 GB)."""

StartSegment = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Write:
    """deleted_keys  primary keys whose rows leave, or None
    partition_ids    where they are looked for; empty = everywhere
    inserts          rows by partition id: stored fields without ``$ts``, in schema order
    keys_are_new     True when the keys were generated, so no older row can have one
    seen_ts          of the view the keys were found in: rows inserted after it stay; 0 = every row leaves
    """

    deleted_keys: pa.Array | None = None
    partition_ids: frozenset[int] = frozenset()
    inserts: tuple[tuple[int, pa.RecordBatch], ...] = ()
    keys_are_new: bool = False
    seen_ts: int = 0

    def under(self, schema: CollectionSchema, written_ts: int) -> Write:
        """The write as it is under this schema, which may have changed since it was logged."""
        inserts = tuple((partition, filled_rows(rows, schema, written_ts)) for partition, rows in self.inserts)
        return replace(self, inserts=inserts)

    def bodies(self) -> list[tuple[str, pa.Buffer]]:
        """(kind, Arrow IPC stream) of each log record; made before any lock is taken."""
        bodies: list[tuple[str, pa.Buffer]] = []
        if self.deleted_keys is not None:
            keys = pa.record_batch([self.deleted_keys], names=["key"])
            bodies.append((f"{_kind('delete', sorted(self.partition_ids))}:{self.seen_ts}", _ipc(keys)))
        verb = "insert-new" if self.keys_are_new else "insert"
        for partition, rows in self.inserts:
            bodies += [(_kind(verb, [partition]), _ipc(piece)) for piece in _pieces(rows)]
        return bodies


@dataclass(frozen=True, slots=True)
class Applied:
    """The next view, and how many rows the write deleted."""

    view: View
    deleted: int


def write_from_records(records: Iterable[LogRecord]) -> Write:
    """The write that was logged as these records (all of one timestamp)."""
    write = Write()
    for record in records:
        verb, ids, *seen = record.kind.split(":")
        batch = pa.ipc.open_stream(record.body).read_next_batch()
        if verb == "delete":
            scope = frozenset(int(i) for i in ids.split(",") if i)
            write = replace(write, deleted_keys=batch.column(0), partition_ids=scope, seen_ts=int(seen[0]))
        else:
            inserts = (*write.inserts, (int(ids), batch))
            write = replace(write, inserts=inserts, keys_are_new=verb == "insert-new")
    return write


def apply_write(view: View, write: Write, ts: int, growing: Mapping[int, int], start: StartSegment) -> Applied:
    """The view after the write.

    In a replay the partition of some rows may have been dropped since: they do not come, yet what they superseded
    stays superseded.

    growing  id of the growing segment of each partition, where there is one
    start    called with a partition that has none: gives the id of its new growing segment
    """
    segments = {segment.id: segment for segment in view.segments}
    deleted = 0
    if write.deleted_keys is not None:
        until_ts = min(ts, write.seen_ts) if write.seen_ts else ts
        leaving = _Leaving.of(write.deleted_keys, view, ts, until_ts, superseded=False)
        deleted = _delete(segments, leaving, write.partition_ids)
    known = view.partition_ids.values()
    for partition_id, rows in write.inserts:
        if not write.keys_are_new:
            _supersede(segments, _Leaving.of(rows.column(view.schema.primary.name), view, ts, ts, superseded=True))
        if partition_id not in known or not rows.num_rows:
            continue
        segment = segments.get(growing.get(partition_id, -1)) or _started(start(partition_id), partition_id)
        segments[segment.id] = _with_rows(segment, rows, ts, view, write.keys_are_new)
    return Applied(replace(view, ts=ts, segments=tuple(segments.values())), deleted)


def stamped(rows: pa.RecordBatch, ts: int) -> pa.RecordBatch:
    """The rows with their ``$ts`` column."""
    stamps = pa.array(np.full(rows.num_rows, ts, np.uint64))
    return pa.RecordBatch.from_arrays(
        [*rows.columns, stamps], schema=rows.schema.append(pa.field(TIMESTAMP_COLUMN, pa.uint64(), nullable=False))
    )


def duplicated_rows(block: Block, primary: str) -> RowNumbers:
    """Rows of the block whose primary key comes again in a later row of it."""
    keys = block_keys(block, primary)
    again = np.flatnonzero(keys.codes[1:] == keys.codes[:-1])
    if not len(again):
        return again
    column = block.column(primary)
    equal = pc.equal(column.take(pa.array(keys.rows[again])), column.take(pa.array(keys.rows[again + 1])))
    rows: RowNumbers = keys.rows[again[equal.to_numpy(zero_copy_only=False)]]
    return rows


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Rows that leave: those inserted up to ``until_ts`` that hold one of the keys.

    The bound matters when a delete by filter met newer rows, and when the log is replayed over segments that already
    hold rows (imported, merged) younger than the record.
    """

    keys: pa.Array
    codes: Codes
    primary: str
    ts: int
    until_ts: int
    superseded: bool

    @staticmethod
    def of(keys: pa.Array, view: View, ts: int, until_ts: int, *, superseded: bool) -> _Leaving:
        return _Leaving(keys, key_codes(keys), view.schema.primary.name, ts, until_ts, superseded)

    def leave(self, segment: SegmentView) -> SegmentView:
        _, rows = segment.find_keys(self.codes, self.keys, self.primary)
        if len(rows):
            rows = np.unique(rows[rows < segment.inserted_by(self.until_ts)])
        if not len(rows):
            return segment
        gone = segment.gone.with_rows(rows, self.ts, superseded=self.superseded, row_count=segment.row_count)
        return segment if gone is segment.gone else replace(segment, gone=gone)


def _delete(segments: dict[int, SegmentView], leaving: _Leaving, partition_ids: frozenset[int]) -> int:
    deleted = 0
    for segment in list(segments.values()):
        if partition_ids and segment.partition_id not in partition_ids:
            continue
        left = leaving.leave(segment)
        if left is not segment:
            deleted += left.gone.deleted_count - segment.gone.deleted_count
            segments[segment.id] = left
    return deleted


def _supersede(segments: dict[int, SegmentView], leaving: _Leaving) -> None:
    for segment in list(segments.values()):
        segments[segment.id] = leaving.leave(segment)


def _with_rows(segment: SegmentView, rows: pa.RecordBatch, ts: int, view: View, keys_are_new: bool) -> SegmentView:
    block = Block(stamped(rows, ts))
    row_count = segment.row_count + block.row_count
    gone = segment.gone
    if not keys_are_new:
        repeated = duplicated_rows(block, view.schema.primary.name) + segment.row_count
        gone = gone.with_rows(repeated, ts, superseded=True, row_count=row_count)
    return replace(segment, blocks=append(segment.blocks, block), row_count=row_count, gone=gone)


def _started(segment_id: int, partition_id: int) -> SegmentView:
    return SegmentView(segment_id, partition_id, (), 0, is_growing=True)


def _pieces(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows in pieces that fit a log record."""
    step = max(1, rows.num_rows * RECORD_BYTES // max(rows.nbytes, 1))
    return (rows.slice(first, step) for first in range(0, rows.num_rows, step))


def _kind(verb: str, ids: Sequence[int]) -> str:
    return f"{verb}:{','.join(map(str, ids))}"


def _ipc(batch: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()
