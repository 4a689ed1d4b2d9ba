"""Files that no record of the catalog names: what a crash, a drop or a compaction left behind.

What a snapshot holds has names of its own, so nobody who deletes a file of a collection need know of snapshots.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from elanus.storage.catalog import BuildRecord, Catalog, SegmentRecord, SnapshotRecord
from elanus.storage.layout import Layout, index_checkpoint_name

_UNFINISHED = ("queued", "running")
_SQLITE_COMPANIONS = ("", "-wal", "-shm", "-journal")


def owned_files(layout: Layout, catalog: Catalog) -> set[Path]:
    """Every file under :func:`roots` that the catalog names, there or not."""
    owned = {file for collection in catalog.collections() for file in _of_collection(layout, catalog, collection.id)}
    return owned.union(*(_of_snapshot(layout, snapshot) for snapshot in catalog.snapshots()))


def roots(layout: Layout) -> tuple[Path, ...]:
    """The directories whose files the catalog names."""
    return layout.segments, layout.logs, layout.snapshots


def unowned(layout: Layout, catalog: Catalog) -> list[Path]:
    """Files under :func:`roots` that may be deleted, in order of path.

    Only right while nothing is being written (before the engine starts): new files are named after they are written.
    """
    owned = owned_files(layout, catalog)
    found = (path for root in roots(layout) for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if path not in owned)


def _of_collection(layout: Layout, catalog: Catalog, collection_id: int) -> Iterator[Path]:
    for epoch in catalog.log_epochs(collection_id):
        log = layout.log(collection_id, epoch.epoch)
        yield from (log.with_name(log.name + suffix) for suffix in _SQLITE_COMPANIONS)
    for segment in catalog.segments(collection_id):
        directory = layout.segment(collection_id, segment.id)
        yield from (directory / name for name in _names_of_segment(segment))
    for build in catalog.builds(collection_id):
        directory = layout.segment(collection_id, build.segment_id)
        yield from (directory / name for name in _names_of_build(build))


def _of_snapshot(layout: Layout, snapshot: SnapshotRecord) -> Iterator[Path]:
    for segment in snapshot.segments:
        yield from (layout.snapshot_segment(snapshot.id, segment.id) / name for name in _names_of_segment(segment))
    for build in snapshot.builds:
        yield from (layout.snapshot_segment(snapshot.id, build.segment_id) / name for name in _names_of_build(build))


def _names_of_segment(segment: SegmentRecord) -> Iterator[str]:
    yield from (entry.name for entry in (segment.data, segment.keys, segment.gone) if entry is not None)


def _names_of_build(build: BuildRecord) -> Iterator[str]:
    if build.file is not None:
        yield build.file.name
    if build.state in _UNFINISHED:
        yield index_checkpoint_name(build.id)
