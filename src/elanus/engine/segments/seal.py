"""From growing rows to segment files.

Sealing has three steps: *rotate* (later writes go to a new epoch), write the files of what stopped growing, and one
transaction that names them, saves which rows of older segments have left, and forgets the old log. A crash before the
transaction replays the log; after it the log is not needed. Epochs are sealed in order, so every sealed row is older
than every record of a live log.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.leftovers import remove_leftovers
from elanus.engine.requests import Flushed
from elanus.engine.segments.sealed import NewSegment, open_sealed, save_gone, write_sealed
from elanus.engine.settings import EngineSettings
from elanus.engine.writes.journal import Epoch
from elanus.errors import Error
from elanus.schema.collection import CollectionSchema
from elanus.segment.gone import NOTHING_GONE, Gone
from elanus.segment.view import SegmentView
from elanus.storage.catalog import LogEpochRecord, SegmentRecord
from elanus.storage.files import FileEntry
from elanus.storage.rows import Batches

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)

INDEX_FILE_SIZE = "elanus.index_file_size"
"""Property of a collection: growing rows are sealed, and then indexed, at this many MB."""

MEBIBYTE = 2**20


RATE_SECONDS = 2.0
"""So long after a rotation the rows a second are those from before it, if they were more."""

RETRY_SECONDS = 5.0
"""A seal that failed is not tried again for so long, unless somebody flushes."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What grows in a collection: rows, bytes, seconds since the last write, rows a second that come."""

    rows: int
    size_bytes: int
    quiet_s: float
    rows_per_second: float

    def is_slow(self, settings: EngineSettings) -> bool:
        """Rows come, but not so fast that sealing and building would be their hindrance."""
        return self.rows_per_second < settings.seal_slow_rows / 4


def due_for_seal(growth: Growth, settings: EngineSettings) -> bool:
    """Large enough; or worth a segment and quiet; or gathered slowly, where searching rows exactly starts to cost."""
    if growth.size_bytes >= settings.seal_bytes:
        return True
    if growth.rows < settings.small_segment_rows:
        return False
    gathered_slowly = growth.rows >= settings.seal_slow_rows and growth.is_slow(settings)
    return growth.quiet_s >= settings.seal_quiet_seconds or gathered_slowly


class Seals:
    """The seals of one collection.

    failure  why the last one failed; "" = it did not
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._saved_gone: dict[int, Gone] = {}
        self._started: Future[None] | None = None
        self._rotated_at_s = self._written_at_s = time.monotonic()
        self._rate_before = 0.0
        self.failure = ""
        self._failed_at_s = -math.inf

    def note_write(self) -> None:
        self._written_at_s = time.monotonic()

    @property
    def quiet_s(self) -> float:
        """Seconds since the last write."""
        return time.monotonic() - self._written_at_s

    def growth(self) -> Growth:
        active = set(self._collection.journal.growing.values())
        growing = [segment for segment in self._collection.view.segments if segment.id in active]
        rows = sum(segment.row_count for segment in growing)
        size = sum(block.batch.nbytes for segment in growing for block in segment.blocks)
        return Growth(rows, size, self.quiet_s, self._rows_per_second(rows))

    def _rows_per_second(self, rows: int) -> float:
        since_s = time.monotonic() - self._rotated_at_s
        rate = rows / max(since_s, 0.1)
        return max(rate, self._rate_before) if since_s < RATE_SECONDS else rate

    def flush(self) -> Flushed:
        """Rotate and wait until everything rotated is in files. Raises what went wrong with the files."""
        collection = self._collection
        collection.view.check_whole()
        before = set(collection.sealed)
        self.rotate()
        self.start().result()
        after = set(collection.sealed)
        return Flushed(tuple(sorted(after - before)), tuple(sorted(after & before)), collection.resources.clock.now())

    def seal_here(self) -> None:
        """Seal what is growing at once. On the sealing thread only, where no other seal is under way."""
        self.rotate()
        self._seal_rotated()

    def rotate(self) -> None:
        with self._collection.lock:
            self._rate_before = self.growth().rows_per_second
            self._collection.journal.rotate()
            self._rotated_at_s = time.monotonic()

    def start(self) -> Future[None]:
        """Seal what is rotated, in the background."""
        self._started = self._collection.resources.sealing.submit(self._seal_rotated)
        return self._started

    def tend(self) -> None:
        """Rotate when it is due; seal what is rotated, unless that is under way."""
        if due_for_seal(self.growth(), self._settings()) or self._collection.resources.room.is_wanted:
            self.rotate()
        if self._collection.journal.rotated and self._may_start():
            self.start()

    def _may_start(self) -> bool:
        """No seal is under way, and none failed just now: on a full disk every try writes until it is full again."""
        idle = self._started is None or self._started.done()
        return idle and time.monotonic() - self._failed_at_s >= RETRY_SECONDS

    def _settings(self) -> EngineSettings:
        """With the index file size of a collection made by a Milvus 1.x client, where that is smaller."""
        settings = self._collection.resources.settings
        file_size = self._collection.properties.get(INDEX_FILE_SIZE)
        return (
            settings
            if file_size is None
            else replace(settings, seal_bytes=min(settings.seal_bytes, int(file_size) * MEBIBYTE))
        )

    def opened(self, segments: Iterable[SegmentView]) -> None:
        """These segments come from their files, so what has left them is saved."""
        self._saved_gone.update({segment.id: segment.gone for segment in segments})

    def _seal_rotated(self) -> None:
        """A damaged collection keeps its log: what it says of rows that cannot be read is said nowhere else."""
        collection = self._collection
        if collection.view.damages:
            return
        for epoch in iter(self._oldest_rotated, None):
            try:
                self._seal(epoch)
            except Exception as error:
                if collection.dropped:
                    return
                self.failure, self._failed_at_s = str(error), time.monotonic()
                logger.warning("sealing rows of %s failed, they stay in the log: %s", collection.name, error)
                raise
            self.failure = ""
            collection.indexes.want_builds()

    def _oldest_rotated(self) -> Epoch | None:
        return next(iter(self._collection.journal.rotated), None)

    def _seal(self, epoch: Epoch) -> None:
        """Files first, without the lock; then, under it, the transaction that names them and the next view."""
        collection, resources = self._collection, self._collection.resources
        view = collection.view
        stopped = [s for s in view.segments if s.id in epoch.growing.values()]
        left = [s for s in view.segments if self._has_unsaved_gone(s)]
        try:
            written = [write_sealed(resources, self._stopped(s, view.schema)) for s in stopped]
            opened = [open_sealed(resources.layout, record, view.schema) for record in written]
            saved = {s.id: self._saved(s) for s in left}
            with collection.lock:
                if epoch not in collection.journal.rotated:  # truncated or dropped meanwhile
                    return
                self._name(epoch, written, saved)
                self._publish(opened)
                collection.journal.rotated.remove(epoch)
                self._saved_gone.update({s.id: s.gone for s in (*stopped, *left) if s.id in collection.sealed})
        finally:
            self._remove_unnamed(stopped, left)
        epoch.discard()

    def _stopped(self, segment: SegmentView, schema: CollectionSchema) -> NewSegment:
        rows = Batches([block.batch for block in segment.blocks])
        return NewSegment(segment.id, self._collection.id, segment.partition_id, rows, schema, segment.gone)

    def _has_unsaved_gone(self, segment: SegmentView) -> bool:
        """A sealed segment that rows have left since it was sealed or last saved."""
        return not segment.is_growing and segment.gone is not self._saved_gone.get(segment.id, NOTHING_GONE)

    def _saved(self, segment: SegmentView) -> FileEntry | None:
        """The file of what has left it; None when the segment itself was dropped or merged away meanwhile."""
        try:
            return save_gone(self._directory(segment.id), segment.gone)
        except (Error, OSError):
            if segment.id in self._collection.sealed:
                raise
            return None

    def _name(self, epoch: Epoch, written: Iterable[SegmentRecord], saved: Mapping[int, FileEntry | None]) -> None:
        """The transaction. A segment dropped meanwhile, alone or with its partition, stays without a name."""
        collection = self._collection
        readable = {segment.id for segment in collection.view.segments}
        records = {record.id: record for record in written if record.id in readable}
        records |= {i: replace(collection.sealed[i], gone=e) for i, e in saved.items() if i in collection.sealed}
        with collection.changing() as change:
            for record in records.values():
                change.put(record)
            change.delete(LogEpochRecord(collection.id, epoch.number))
        collection.sealed.update(records)

    def _publish(self, opened: Iterable[SegmentView]) -> None:
        """Readers get the mapped file instead of the memory; row numbers are the same, so what left has left."""
        now = {segment.id: segment for segment in self._collection.view.segments}
        mapped = [replace(segment, gone=now[segment.id].gone) for segment in opened if segment.id in now]
        self._collection.replace_segments([segment.id for segment in mapped], mapped)

    def _remove_unnamed(self, stopped: Iterable[SegmentView], left: Iterable[SegmentView]) -> None:
        """Files of this seal that got no name, and those of earlier seals that lost it."""
        sealed = self._collection.sealed
        nameless = [segment.id for segment in (*stopped, *left) if segment.id not in sealed]
        self._collection.remove_files(nameless)
        self.remove_older_gone(left)

    def remove_older_gone(self, segments: Iterable[SegmentView]) -> None:
        """The files of what has left these segments, but those that the catalog names."""
        for segment in segments:
            record = self._collection.sealed.get(segment.id)
            if record is not None:
                old = self._directory(segment.id).glob("deletes-*")
                remove_leftovers([path for path in old if record.gone is None or path.name != record.gone.name])

    def _directory(self, segment_id: int) -> Path:
        return self._collection.resources.layout.segment(self._collection.id, segment_id)
