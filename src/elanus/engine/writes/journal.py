"""The log of one collection: which file takes the next write, and which files wait for their rows to be sealed.

An epoch is a log file and the growing segments whose rows it holds. Rotating starts the next epoch; when the segments
of an old one are durable files, its log is deleted whole.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from elanus.engine.resources import Resources
from elanus.engine.writes.room import Room
from elanus.storage.catalog import LogEpochRecord
from elanus.storage.files import make_directory
from elanus.storage.log import Log, LogRecord

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Epoch:
    """growing     id of the growing segment of each partition written to in this epoch
    size_bytes  of its records: about what its rows take in memory
    """

    number: int
    log: Log
    room: Room
    growing: dict[int, int] = field(default_factory=dict)
    size_bytes: int = 0

    def discard(self) -> None:
        """Delete the log, which no record names any more; what cannot be deleted now is garbage for the next open."""
        try:
            self.log.discard()
        except OSError:
            logger.warning("%s could not be deleted; the next open will", self.log.path)
        self.room.leave(self.size_bytes)
        self.size_bytes = 0


class Journal:
    """Called under the collection's lock only."""

    def __init__(self, resources: Resources, collection_id: int, next_epoch: int) -> None:
        self._resources = resources
        self._collection_id = collection_id
        self._next_epoch = next_epoch
        self.active: Epoch | None = None
        self.rotated: list[Epoch] = []

    @property
    def growing(self) -> dict[int, int]:
        active = self.active
        return active.growing if active else {}

    def append(self, records: Sequence[LogRecord]) -> None:
        """Durable when it returns; on an error nothing of it is in the log."""
        epoch = self.current()
        epoch.log.append(records)
        epoch.size_bytes += sum(record.size_bytes for record in records)

    def start_segment(self, partition_id: int) -> int:
        """The id of a new growing segment of the active epoch."""
        segment_id = self._resources.new_id()
        self.current().growing[partition_id] = segment_id
        return segment_id

    def rotate(self) -> None:
        """Later writes go to a new epoch; the rows of this one can be sealed."""
        if self.active is not None:
            self.rotated.append(self.active)
            self.active = None

    def close(self) -> None:
        for epoch in self.epochs():
            epoch.log.close()

    def discard(self) -> None:
        """The collection's rows are gone (dropped, truncated): so are its logs."""
        epochs = self.epochs()
        self.active, self.rotated = None, []
        for epoch in epochs:
            epoch.discard()

    def epochs(self) -> list[Epoch]:
        return self.rotated + ([self.active] if self.active else [])

    def current(self) -> Epoch:
        """The active epoch, begun if there is none: the catalog names the file before anything is in it."""
        if self.active is None:
            number, self._next_epoch = self._next_epoch, self._next_epoch + 1
            path = self._resources.layout.log(self._collection_id, number)
            make_directory(path.parent)
            log = Log.create(path)
            try:
                with self._resources.catalog.change() as change:
                    change.put(LogEpochRecord(self._collection_id, number))
            except BaseException:
                log.discard()
                raise
            self.active = Epoch(number, log, self._resources.room)
        return self.active
