"""From a data directory to collections: catalog first, then segment files, then the log."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from elanus.engine.collection import Collection
from elanus.engine.journal import Epoch
from elanus.engine.resources import Resources
from elanus.engine.sealed import open_sealed
from elanus.engine.write import write_from_records
from elanus.storage.catalog import CollectionRecord
from elanus.storage.files import remove_tree
from elanus.storage.garbage import unowned
from elanus.storage.log import Log


def remove_garbage(resources: Resources) -> None:
    """Delete what a crash left unfinished: files that no record names, and the directories they leave empty."""
    for path in unowned(resources.layout, resources.catalog):
        remove_tree(path)
    for root in (resources.layout.segments, resources.layout.logs):
        for directory in sorted((p for p in root.rglob("*") if p.is_dir()), reverse=True):
            if not any(directory.iterdir()):
                directory.rmdir()


def recovered(resources: Resources, record: CollectionRecord, database: str) -> Collection:
    """The collection as it was when its last write was acknowledged. Its builds are not queued yet."""
    catalog = resources.catalog
    epochs = sorted(epoch.epoch for epoch in catalog.log_epochs(record.id))
    next_epoch = epochs[-1] + 1 if epochs else _first_free_epoch(resources, record.id)
    collection = Collection(resources, record, database, catalog.partitions(record.id), next_epoch)
    collection.sealed = {segment.id: segment for segment in catalog.segments(record.id)}
    opened = [open_sealed(resources.layout, segment) for segment in collection.sealed.values()]
    collection.replace_segments((), opened)
    for number in epochs:
        _replay(collection, number)
    collection.view = replace(collection.view, ts=resources.clock.now())
    collection.seals.opened(opened)
    indexes = collection.indexes_of
    indexes.definitions = {definition.id: definition for definition in catalog.indexes(record.id)}
    indexes.builds = {(build.index_id, build.segment_id): build for build in catalog.builds(record.id)}
    collection.refresh_view()
    return collection


def _first_free_epoch(resources: Resources, collection_id: int) -> int:
    """Epoch numbers may start again when no log is left: their files are deleted."""
    number = 1
    while resources.layout.log(collection_id, number).exists():
        number += 1
    return number


def _replay(collection: Collection, number: int) -> None:
    """Apply an epoch's writes; it becomes the active epoch, those before it wait to be sealed."""
    journal = collection.journal
    journal.rotate()
    log = Log.open(collection.resources.layout.log(collection.id, number))
    journal.active = Epoch(number, log)
    for ts, records in groupby(log.replay(), key=lambda record: record.ts):
        group = list(records)
        collection.commits.replay(write_from_records(group), ts, group[-1].sequence)
