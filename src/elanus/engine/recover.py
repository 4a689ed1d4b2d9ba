"""From a data directory to collections: catalog first, then segment files, then the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from elanus.engine.collection import Collection
from elanus.engine.resources import Resources
from elanus.engine.segments.damaged import UNREADABLE, set_log_apart, set_segment_apart
from elanus.engine.segments.sealed import open_sealed, with_whole_keys
from elanus.engine.writes.journal import Epoch
from elanus.engine.writes.write import write_from_records
from elanus.storage.catalog import CollectionRecord, SegmentRecord
from elanus.storage.files import remove_tree, verify_file
from elanus.storage.garbage import roots, unowned
from elanus.storage.log import Log


def remove_garbage(resources: Resources) -> None:
    """Delete what a crash left unfinished: files that no record names, and the directories they leave empty."""
    for path in unowned(resources.layout, resources.catalog):
        remove_tree(path)
    for root in roots(resources.layout):
        for directory in sorted((p for p in root.rglob("*") if p.is_dir()), reverse=True):
            if not any(directory.iterdir()):
                directory.rmdir()


def recovered(resources: Resources, record: CollectionRecord, database: str) -> Collection:
    """The collection as it was when its last write was acknowledged. Its builds are not queued yet."""
    catalog = resources.catalog
    epochs = sorted(epoch.epoch for epoch in catalog.log_epochs(record.id))
    next_epoch = epochs[-1] + 1 if epochs else _first_free_epoch(resources, record.id)
    collection = Collection(resources, record, database, catalog.partitions(record.id), next_epoch)
    for segment in catalog.segments(record.id):
        _open_segment(collection, segment)
    opened = collection.view.segments
    _replay_all(collection, epochs)
    collection.view = replace(collection.view, ts=resources.clock.now())
    collection.seals.opened(opened)
    builds = [build for build in catalog.builds(record.id) if build.segment_id in collection.sealed]
    collection.indexes.recovered(catalog.indexes(record.id), builds)
    collection.refresh_view()
    return collection


def _open_segment(collection: Collection, record: SegmentRecord) -> None:
    """Into the view; or set apart, when its rows (or which of them left) cannot be read."""
    layout = collection.resources.layout
    try:
        if record.data.damage:  # unless the file was restored since
            verify_file(layout.segment(record.collection_id, record.id), record.data)
        record = with_whole_keys(collection.resources, record, collection.schema.primary.name)
        collection.replace_segments((), [open_sealed(layout, record, collection.schema)])
        collection.sealed[record.id] = record
    except UNREADABLE as damage:
        set_segment_apart(collection, record, str(damage))


def _first_free_epoch(resources: Resources, collection_id: int) -> int:
    """Epoch numbers may start again when no log is left: their files are deleted."""
    number = 1
    while resources.layout.log(collection_id, number).exists():
        number += 1
    return number


def _replay_all(collection: Collection, epochs: Sequence[int]) -> None:
    """Until the first damage: what was changed after it may rest on what is lost."""
    for number in epochs:
        try:
            _replay(collection, number)
        except UNREADABLE as damage:
            set_log_apart(collection, number, str(damage))
            return


def _replay(collection: Collection, number: int) -> None:
    """Apply an epoch's writes; it becomes the active epoch, those before it wait to be sealed."""
    journal = collection.journal
    journal.rotate()
    log = Log.open(collection.resources.layout.log(collection.id, number))
    room = collection.resources.room
    journal.active = Epoch(number, log, room)
    for ts, records in groupby(log.replay(), key=lambda record: record.ts):
        group = list(records)
        size_bytes = sum(record.size_bytes for record in group)
        room.take(size_bytes)
        journal.active.size_bytes += size_bytes
        write = write_from_records(group).under(collection.schema, ts)
        collection.commits.replay(write, ts, group[-1].sequence)
