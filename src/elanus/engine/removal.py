"""Rows that go at once, with the files they are in: of a partition, or of the whole collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elanus.engine.leftovers import remove_leftovers
from elanus.storage.catalog import Record

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

EVERY_PARTITION = None


def truncate(collection: Collection) -> None:
    """Every row goes; schema, indexes, aliases and load state stay."""
    with collection.lock:
        segments = [*collection.sealed.values(), *collection.damaged.values()]
        epochs = collection.resources.catalog.log_epochs(collection.id)
        gone = _take_out(collection, EVERY_PARTITION, [*segments, *epochs])
        collection.journal.discard()
        collection.refresh_view()
    collection.remove_files(gone)


def drop_partition(collection: Collection, name: str) -> None:
    """With its rows; a missing one is no error."""
    with collection.lock:
        collection.check_open()
        if name not in collection.partitions:
            return
        partition = collection.partition(name)
        gone = _take_out(collection, partition.id, [partition])
        collection.forget_partition(name)
        collection.journal.growing.pop(partition.id, None)
        collection.refresh_view()
    collection.remove_files(gone)


def drop(collection: Collection) -> None:
    """The collection itself, with all that belongs to it."""
    with collection.lock:
        with collection.changing() as change:
            change.drop_collection(collection.id)
        collection.dropped = True
        collection.indexes.builds.forget_segments(list(collection.sealed))
        collection.journal.discard()
    layout = collection.resources.layout
    remove_leftovers([layout.collection_segments(collection.id), layout.collection_logs(collection.id)])


def _take_out(collection: Collection, partition_id: int | None, deleted: Sequence[Record]) -> list[int]:
    """The rows of one partition, or of all, leave the catalog, then memory; the ids of their segments.

    Nobody can go back to when they were there. Under the lock.

    deleted  records that go, by which the catalog forgets the rows
    """
    ts = collection.resources.clock.now()
    record = replace(collection.record, truncated_ts=ts)
    with collection.changing() as change:
        for one in deleted:
            change.delete(one)
        change.put(record)
    collection.record = record
    known = {**collection.sealed, **collection.damaged}
    gone = [s.id for s in known.values() if partition_id in (EVERY_PARTITION, s.partition_id)]
    collection.sealed = {i: s for i, s in collection.sealed.items() if i not in gone}
    collection.damaged = {i: s for i, s in collection.damaged.items() if i not in gone}
    stays = partition_id is not EVERY_PARTITION
    collection.view = replace(
        collection.view,
        ts=ts,
        segments=tuple(s for s in collection.view.segments if stays and s.partition_id != partition_id),
        damages=tuple(d for d in collection.view.damages if stays and d.partition_id != partition_id),
    )
    collection.indexes.builds.forget_segments(gone)
    return gone
