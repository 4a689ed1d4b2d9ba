"""What can be said of each segment of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.engine.requests import SegmentInfo
from elanus.segment.view import SegmentView
from elanus.storage.catalog import SegmentRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


def segment_infos(collection: Collection) -> list[SegmentInfo]:
    """Of the readable ones, then of the damaged."""
    readable = [_readable(collection, segment) for segment in collection.view.segments]
    reasons = {damage.part: damage.reason for damage in collection.view.damages}
    damaged = [_damaged(record, reasons.get(f"segment {record.id}", "")) for record in collection.damaged.values()]
    return readable + damaged


def _readable(collection: Collection, segment: SegmentView) -> SegmentInfo:
    record = collection.sealed.get(segment.id)
    size = record.data.size_bytes if record else sum(block.batch.nbytes for block in segment.blocks)
    built = tuple(serving.index_id for serving in segment.open_indexes)
    deleted = segment.gone.deleted_count
    return SegmentInfo(segment.id, segment.partition_id, segment.row_count, deleted, segment.is_growing, size, built)


def _damaged(record: SegmentRecord, reason: str) -> SegmentInfo:
    size = record.data.size_bytes
    return SegmentInfo(record.id, record.partition_id, record.row_count, 0, False, size, (), reason)
