"""Parts of a collection whose files are damaged: set apart so that all else serves, given up when the user says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.errors import DataCorrupted, OperationNotSupported, Unexpected
from elanus.segment.view import Damage
from elanus.storage.catalog import Catalog, CollectionRecord, LogEpochRecord, SegmentRecord
from elanus.storage.files import verify_file
from elanus.storage.layout import Layout
from elanus.storage.lock import DirectoryLock
from elanus.storage.log import Log

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)


UNREADABLE = (DataCorrupted, OperationNotSupported, Unexpected, OSError)
"""What reading a damaged file raises, a file of an unknown version included; a full disk is no damage."""


def set_segment_apart(collection: Collection, record: SegmentRecord, reason: str) -> None:
    """Go on without a segment: it keeps its name and its files, and nobody reads or builds it. Under the lock."""
    collection.sealed.pop(record.id, None)
    collection.damaged[record.id] = record
    collection.indexes.builds.forget_segments([record.id])
    collection.replace_segments([record.id], ())
    _note(collection, Damage(f"segment {record.id}", record.partition_id, record.row_count, reason))


def remembered(collection: Collection, record: SegmentRecord, reason: str) -> SegmentRecord:
    """The record with its damage, durable: the next open would not find what only reading the whole file shows.

    Under the lock.
    """
    record = replace(record, data=replace(record.data, damage=reason))
    with collection.changing() as change:
        change.put(record)
    return record


def set_log_apart(collection: Collection, number: int, reason: str) -> None:
    """Go on without the changes of a log from its damage on, and of those after it."""
    _note(collection, Damage(f"log {number}", None, 0, reason))


def _note(collection: Collection, damage: Damage) -> None:
    logger.error("%s of collection %s is damaged, it is set apart: %s", damage.part, collection.name, damage.reason)
    collection.view = replace(collection.view, damages=(*collection.view.damages, damage))


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What :func:`give_up_damaged` let go, in words that name collection, part and loss."""

    collection: str
    part: str
    loss: str


def give_up_damaged(data_dir: Path) -> list[GivenUp]:
    """Read every file of a closed data directory; forget the damaged segments and what follows damage in a log.

    Keys and indexes are not touched: they are made again from the rows at the next open.

    raises  DirectoryInUse: a process has it open
    """
    layout = Layout(data_dir)
    lock = DirectoryLock.acquire(data_dir)
    try:
        catalog = Catalog(layout.catalog)
        try:
            return [lost for collection in catalog.collections() for lost in _of(layout, catalog, collection)]
        finally:
            catalog.close()
    finally:
        lock.release()


def _of(layout: Layout, catalog: Catalog, collection: CollectionRecord) -> Iterator[GivenUp]:
    for segment in catalog.segments(collection.id):
        if _rows_are_damaged(layout, segment):
            with catalog.change() as change:
                change.delete(segment)
            yield GivenUp(collection.name, f"segment {segment.id}", f"its {segment.row_count:,} rows")
    for epoch in catalog.log_epochs(collection.id):
        yield from _of_log(layout, catalog, collection, epoch)


def _rows_are_damaged(layout: Layout, segment: SegmentRecord) -> bool:
    """Whether the rows, or which of them are deleted, cannot be told any more."""
    directory = layout.segment(segment.collection_id, segment.id)
    try:
        for entry in (segment.data, segment.gone):
            if entry is not None:
                verify_file(directory, entry)
    except UNREADABLE:
        return True
    return False


def _of_log(layout: Layout, catalog: Catalog, collection: CollectionRecord, epoch: LogEpochRecord) -> Iterator[GivenUp]:
    path = layout.log(collection.id, epoch.epoch)
    part = f"log {epoch.epoch}"
    try:
        if dropped := Log.cut_at_damage(path):
            yield GivenUp(collection.name, part, f"its last changes, {dropped:,} records or more")
    except UNREADABLE:
        with catalog.change() as change:
            change.delete(epoch)
        yield GivenUp(collection.name, part, "all its changes")
