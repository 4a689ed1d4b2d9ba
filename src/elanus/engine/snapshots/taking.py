"""A snapshot is taken: every file of the collection gets a second name, at one moment.

Files never change, so what later happens to the collection (a merge, a drop) cannot reach them. Which rows had left is
written from the view of that moment, and so are the few rows that came since the flush.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.leftovers import remove_leftovers
from elanus.engine.segments.sealed import NewSegment, save_gone, write_files
from elanus.engine.snapshots.infos import NewSnapshot
from elanus.errors import DataCorrupted
from elanus.segment.view import SegmentView, View
from elanus.storage.catalog import (
    BuildRecord,
    CollectionRecord,
    IndexRecord,
    PartitionRecord,
    SegmentRecord,
    SnapshotRecord,
)
from elanus.storage.clock import physical_ms
from elanus.storage.files import FileEntry, check_size, disk_errors, fsync_directory, make_directory, share
from elanus.storage.rows import Batches

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What the collection was."""

    view: View
    record: CollectionRecord
    partitions: tuple[PartitionRecord, ...]
    indexes: tuple[IndexRecord, ...]
    sealed: dict[int, SegmentRecord]
    builds: tuple[BuildRecord, ...]


def take(collection: Collection, request: NewSnapshot) -> SnapshotRecord:
    """The record of a snapshot whose files are on the disk; a transaction makes it exist.

    raises  DataCorrupted: part of the collection is damaged; what a flush raises. Then nothing is left behind.
    """
    collection.flush()
    resources = collection.resources
    taking = _Taking(collection, resources.new_id())
    try:
        moment = taking.share_files()
        segments = tuple(taking.segments(moment))
        taking.make_durable(segments)
    except BaseException:
        remove_leftovers([resources.layout.snapshot(taking.id)])
        raise
    return SnapshotRecord(
        id=taking.id,
        collection_id=collection.id,
        name=request.name,
        description=request.description,
        created_ts=moment.view.ts,
        collection=moment.record,
        partitions=moment.partitions,
        indexes=moment.indexes,
        segments=segments,
        builds=moment.builds,
        protected_until_ms=_protected_until_ms(request, moment),
    )


class _Taking:
    """id  of the snapshot"""

    def __init__(self, collection: Collection, id: int) -> None:
        self.id = id
        self._collection = collection
        self._layout = collection.resources.layout
        make_directory(self._layout.snapshot(id))

    def share_files(self) -> _Moment:
        """Give the files of every sealed segment a second name, and say what else there is at this moment."""
        collection = self._collection
        with collection.lock:
            collection.check_open()
            collection.view.check_whole()
            for segment in collection.sealed.values():
                with disk_errors(self._directory(segment.id)):
                    self._directory(segment.id).mkdir()
                self._share(segment.id, segment.data)
                self._share(segment.id, segment.keys)
            return _Moment(
                collection.view,
                collection.record,
                tuple(collection.partition(name) for name in collection.partitions),
                tuple(collection.indexes.definitions.by_id.values()),
                dict(collection.sealed),
                tuple(build for build in self._finished() if self._index_is_shared(build)),
            )

    def segments(self, moment: _Moment) -> Iterator[SegmentRecord]:
        """The records of the segments that have rows, with what had left each of them on disk."""
        for segment in moment.view.segments:
            if segment.is_growing and segment.row_count:
                yield write_files(self._directory(segment.id), self._stopped(segment, moment), moment.view.ts)
            elif not segment.is_growing:
                gone = save_gone(self._directory(segment.id), segment.gone)
                yield replace(moment.sealed[segment.id], gone=gone)

    def make_durable(self, segments: Sequence[SegmentRecord]) -> None:
        for segment in segments:
            fsync_directory(self._directory(segment.id))
        fsync_directory(self._layout.snapshot(self.id))

    def _finished(self) -> list[BuildRecord]:
        records = self._collection.indexes.builds.records.values()
        return [b for b in records if b.state == "finished" and b.segment_id in self._collection.sealed]

    def _index_is_shared(self, build: BuildRecord) -> bool:
        """Not when it was deleted or cut off: it is built again then, here and in what is restored."""
        try:
            if build.file is not None:
                self._share(build.segment_id, build.file)
        except DataCorrupted as damage:
            logger.warning("a snapshot of %s is taken without an index: %s", self._collection.name, damage)
            return False
        return build.file is not None

    def _share(self, segment_id: int, entry: FileEntry) -> None:
        """Raises DataCorrupted."""
        source = check_size(self._layout.segment(self._collection.id, segment_id), entry)
        share(source, self._directory(segment_id) / entry.name)

    def _stopped(self, segment: SegmentView, moment: _Moment) -> NewSegment:
        rows = Batches([block.batch for block in segment.blocks])
        schema = moment.view.schema
        return NewSegment(segment.id, self._collection.id, segment.partition_id, rows, schema, segment.gone)

    def _directory(self, segment_id: int) -> Path:
        return self._layout.snapshot_segment(self.id, segment_id)


def _protected_until_ms(request: NewSnapshot, moment: _Moment) -> int:
    if not request.protected_seconds:
        return 0
    return physical_ms(moment.view.ts) + request.protected_seconds * 1000
