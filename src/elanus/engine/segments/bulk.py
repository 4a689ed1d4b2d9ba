"""A large insert becomes segment files at once, without passing through the log.

Only when every primary key in it is new: an older row with the same key would have to be marked as superseded, and
that is the log's business. The rows become durable and visible in one catalog transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from elanus.engine.requests import Inserted
from elanus.engine.segments.sealed import NewSegment, open_sealed, write_sealed
from elanus.engine.writes.write import stamped
from elanus.schema.collection import CollectionSchema
from elanus.segment.keys import Codes, key_codes
from elanus.segment.view import SegmentView
from elanus.storage.catalog import SegmentRecord
from elanus.storage.rows import Batches

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

Placed = Sequence[tuple[int, pa.RecordBatch]]


def import_rows(collection: Collection, placed: Placed, keys: pa.Array) -> Inserted | None:
    """Insert the rows (by partition id) as sealed segments; None, and no trace, when some key is not new."""
    collection.view.check_whole()
    schema = collection.schema
    for _, rows in placed:
        collection.check_columns(rows.schema)
    codes = key_codes(keys)
    seen = collection.view.segments
    if len(np.unique(codes)) < len(codes) or _hold(collection, seen, codes, keys):
        return None
    ids: list[int] = []
    visible_ts = 0
    try:
        records = [_written(collection, schema, ids, *part) for part in _cut(collection, placed)]
        with collection.lock:
            collection.check_schema(schema)
            known = {(segment.id, segment.row_count) for segment in seen}
            newer = [s for s in collection.view.segments if (s.id, s.row_count) not in known]
            if not _hold(collection, newer, codes, keys):
                visible_ts = _named(collection, records)
    finally:
        if not visible_ts:
            collection.remove_files(ids)
    if not visible_ts:
        return None
    collection.indexes.want_builds()
    return Inserted(keys, visible_ts)


def _hold(collection: Collection, segments: Iterable[SegmentView], codes: Codes, keys: pa.Array) -> bool:
    """Whether some segment has (or had) a row with one of the keys."""
    primary = collection.schema.primary.name
    return any(len(segment.find_keys(codes, keys, primary)[1]) for segment in segments)


def _cut(collection: Collection, placed: Placed) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The parts in pieces of at most a segment's size."""
    limit = collection.resources.settings.segment_bytes
    for partition, rows in placed:
        step = max(1, rows.num_rows * limit // max(rows.nbytes, 1))
        for first in range(0, rows.num_rows, step):
            yield partition, rows.slice(first, step)


def _written(
    collection: Collection, schema: CollectionSchema, ids: list[int], partition_id: int, rows: pa.RecordBatch
) -> SegmentRecord:
    """Files of a new segment, whose id is noted in ``ids`` before the first of them is there."""
    resources = collection.resources
    batch = Batches([stamped(rows, resources.clock.now())])
    new = NewSegment(resources.new_id(), collection.id, partition_id, batch, schema)
    ids.append(new.id)
    return write_sealed(resources, new)


def _named(collection: Collection, written: Sequence[SegmentRecord]) -> int:
    """The transaction and the next view; gives the timestamp of both. Under the lock."""
    ts = collection.resources.clock.now()
    records = {r.id: replace(r, visible_from=ts, min_ts=ts, max_ts=ts) for r in written}
    collection.check_partitions(record.partition_id for record in written)
    opened = [open_sealed(collection.resources.layout, record, collection.schema) for record in records.values()]
    with collection.changing() as change:
        for record in records.values():
            change.put(record)
    collection.sealed.update(records)
    collection.seals.opened(opened)
    collection.seals.note_write()
    collection.view = replace(collection.view, ts=ts)
    collection.replace_segments((), opened)
    return ts
