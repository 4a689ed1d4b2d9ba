"""Segment files: written from a view's segment, and opened as one."""

from __future__ import annotations

from pathlib import Path

from elanus.engine.resources import Resources
from elanus.segment.block import Block, concatenated
from elanus.segment.gone import NOTHING_GONE, Gone, gone_from_events
from elanus.segment.keys import SortedKeys
from elanus.segment.view import SegmentView, block_keys
from elanus.storage.catalog import SegmentRecord
from elanus.storage.files import FileEntry
from elanus.storage.layout import Layout
from elanus.storage.segment_files import open_gone, open_keys, open_segment, write_gone, write_keys, write_segment


def write_sealed(resources: Resources, collection_id: int, segment: SegmentView, primary: str) -> SegmentRecord:
    """Write rows, keys and what has left as files; the record that a transaction makes them exist by."""
    directory = resources.layout.segment(collection_id, segment.id)
    block = segment.blocks[0] if len(segment.blocks) == 1 else concatenated(segment.blocks)
    keys = block_keys(block, primary)
    stamps = block.timestamps()
    return SegmentRecord(
        id=segment.id,
        collection_id=collection_id,
        partition_id=segment.partition_id,
        row_count=segment.row_count,
        min_ts=int(stamps[0]),
        max_ts=int(stamps[-1]),
        data=write_segment(directory, block.batch),
        keys=write_keys(directory, keys.codes, keys.rows),
        gone=save_gone(directory, segment.gone),
        created_ts=resources.clock.now(),
    )


def save_gone(directory: Path, gone: Gone) -> FileEntry | None:
    """Write which rows have left, under the timestamp of the last that did."""
    if not len(gone.events):
        return None
    return write_gone(directory, int(gone.events["ts"].max()), gone.events)


def open_sealed(layout: Layout, record: SegmentRecord) -> SegmentView:
    """The segment of a record, mapped; without indexes."""
    directory = layout.segment(record.collection_id, record.id)
    block = Block(open_segment(directory, record.data), imported_ts=record.visible_from)
    keys = open_keys(directory, record.keys)
    block.derived("keys", lambda: SortedKeys(keys.codes, keys.rows))
    gone = gone_from_events(open_gone(directory, record.gone), record.row_count) if record.gone else NOTHING_GONE
    return SegmentView(
        id=record.id,
        partition_id=record.partition_id,
        blocks=(block,),
        row_count=record.row_count,
        is_growing=False,
        gone=gone,
    )
