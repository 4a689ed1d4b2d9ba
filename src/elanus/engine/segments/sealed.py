"""Segment files: written from a view's segment, and opened as one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from elanus.engine.resources import Resources
from elanus.errors import DataCorrupted
from elanus.schema.arrow import TIMESTAMP_COLUMN
from elanus.schema.collection import CollectionSchema
from elanus.segment.block import Block
from elanus.segment.gone import NOTHING_GONE, Gone, gone_from_events
from elanus.segment.keys import SortedKeys
from elanus.segment.view import SegmentView
from elanus.storage.catalog import SegmentRecord
from elanus.storage.files import FileEntry, verify_file
from elanus.storage.layout import Layout
from elanus.storage.rows import Rows
from elanus.storage.segment_files import open_gone, open_keys, open_segment, write_gone, write_keys, write_segment

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewSegment:
    """Rows that become a segment, in order of their timestamps.

    schema  that of the rows
    """

    id: int
    collection_id: int
    partition_id: int
    rows: Rows
    schema: CollectionSchema
    gone: Gone = NOTHING_GONE


def write_sealed(resources: Resources, new: NewSegment) -> SegmentRecord:
    """Write rows, keys and what has left as files; the record that a transaction makes them exist by."""
    return write_files(resources.layout.segment(new.collection_id, new.id), new, resources.clock.now())


def write_files(directory: Path, new: NewSegment, created_ts: int) -> SegmentRecord:
    """As :func:`write_sealed`, into any directory."""
    data = write_segment(directory, new.rows, new.schema.version)
    written = open_segment(directory, data).batch
    keys = SortedKeys.of(written.column(new.schema.primary.name))
    stamps = written.column(TIMESTAMP_COLUMN)
    return SegmentRecord(
        id=new.id,
        collection_id=new.collection_id,
        partition_id=new.partition_id,
        row_count=written.num_rows,
        min_ts=stamps[0].as_py(),
        max_ts=stamps[-1].as_py(),
        data=data,
        keys=write_keys(directory, keys.codes, keys.rows),
        gone=save_gone(directory, new.gone),
        created_ts=created_ts,
    )


def save_gone(directory: Path, gone: Gone) -> FileEntry | None:
    """Write which rows have left, under the timestamp of the last that did."""
    if not len(gone.events):
        return None
    return write_gone(directory, int(gone.events["ts"].max()), gone.events)


def with_whole_keys(resources: Resources, record: SegmentRecord, primary: str) -> SegmentRecord:
    """The record, its keys file read whole; a damaged one is written again from the rows. Raises DataCorrupted."""
    directory = resources.layout.segment(record.collection_id, record.id)
    try:
        verify_file(directory, record.keys)
        return record
    except DataCorrupted as damage:
        logger.warning("keys of segment %d are damaged, they are written again: %s", record.id, damage)
    verify_file(directory, record.data)
    keys = SortedKeys.of(open_segment(directory, record.data).batch.column(primary))
    record = replace(record, keys=write_keys(directory, keys.codes, keys.rows))
    with resources.catalog.change() as change:
        change.put(record)
    return record


def open_sealed(layout: Layout, record: SegmentRecord, schema: CollectionSchema) -> SegmentView:
    """The segment of a record, mapped, with the fields of this schema; without indexes."""
    directory = layout.segment(record.collection_id, record.id)
    stored = open_segment(directory, record.data)
    block = Block(stored.batch, record.visible_from, stored.written_ts).under(schema)
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
