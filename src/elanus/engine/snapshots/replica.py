"""A snapshot as another collection: the same records under other ids, and where its files come from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from elanus.storage.catalog import (
    BuildRecord,
    CollectionRecord,
    IndexRecord,
    LoadRecord,
    PartitionRecord,
    Record,
    SegmentRecord,
    SnapshotRecord,
)
from elanus.storage.files import FileEntry
from elanus.storage.layout import Layout, index_file_name

NewIds = Callable[[int], Sequence[int]]
"""Gives so many."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of the snapshot that gets a name in the collection.

    directory, entry  where it goes, and what it is there
    build_id          of the index it holds; 0 = it holds none
    """

    source: Path
    directory: Path
    entry: FileEntry
    kind: Literal["rows", "keys", "index"]
    build_id: int = 0


@dataclass(frozen=True, slots=True)
class Replica:
    """A collection that is not there yet."""

    collection: CollectionRecord
    partitions: tuple[PartitionRecord, ...]
    indexes: tuple[IndexRecord, ...]
    segments: tuple[SegmentRecord, ...]
    builds: tuple[BuildRecord, ...]
    files: tuple[SharedFile, ...]

    def records(self) -> list[Record]:
        """All that makes it exist beside the collection."""
        return [*self.partitions, *self.indexes, *self.segments, *self.builds]

    def without_builds(self, build_ids: Container[int]) -> Replica:
        """These indexes are to be built again."""
        return replace(self, builds=tuple(build for build in self.builds if build.id not in build_ids))


def replica_of(snapshot: SnapshotRecord, name: str, now: int, ids: NewIds, layout: Layout) -> Replica:
    """A collection with the rows of the snapshot, named so, not loaded, in the database the snapshot was taken in."""
    id_of = _new_ids(snapshot, ids)
    collection = _collection(snapshot, name, now, id_of)
    segments = tuple(
        replace(s, id=id_of[s.id], collection_id=collection.id, partition_id=id_of[s.partition_id], parents=())
        for s in snapshot.segments
    )
    builds = tuple(_build(build, id_of) for build in snapshot.builds)
    return Replica(
        collection,
        tuple(replace(p, id=id_of[p.id], collection_id=collection.id) for p in snapshot.partitions),
        tuple(
            replace(index, id=id_of[index.id], collection_id=collection.id, replaces=id_of.get(index.replaces or 0))
            for index in snapshot.indexes
        ),
        segments,
        builds,
        tuple(_files(snapshot, segments, builds, layout)),
    )


def _new_ids(snapshot: SnapshotRecord, ids: NewIds) -> dict[int, int]:
    """By the ids there were: no two things share one, whatever they are."""
    old = [snapshot.collection_id]
    for kind in (snapshot.partitions, snapshot.indexes, snapshot.segments, snapshot.builds):
        old += [record.id for record in kind]
    return dict(zip(old, ids(len(old)), strict=True))


def _collection(snapshot: SnapshotRecord, name: str, now: int, id_of: Mapping[int, int]) -> CollectionRecord:
    """Nobody can read it at a time before it was restored."""
    return replace(
        snapshot.collection,
        id=id_of[snapshot.collection_id],
        name=name,
        schema=snapshot.collection.schema.renamed(name),
        created_ts=now,
        updated_ts=now,
        load_state=LoadRecord(),
        truncated_ts=now,
    )


def _build(build: BuildRecord, id_of: Mapping[int, int]) -> BuildRecord:
    number = id_of[build.id]
    assert build.file is not None  # a snapshot holds finished builds only
    file = replace(build.file, name=index_file_name(number))
    return replace(build, id=number, index_id=id_of[build.index_id], segment_id=id_of[build.segment_id], file=file)


def _files(
    snapshot: SnapshotRecord, segments: Sequence[SegmentRecord], builds: Sequence[BuildRecord], layout: Layout
) -> Iterator[SharedFile]:
    for old, new in zip(snapshot.segments, segments, strict=True):
        source, target = layout.snapshot_segment(snapshot.id, old.id), layout.segment(new.collection_id, new.id)
        yield SharedFile(source / old.data.name, target, old.data, "rows")
        yield SharedFile(source / old.keys.name, target, old.keys, "keys")
        if old.gone is not None:
            yield SharedFile(source / old.gone.name, target, old.gone, "rows")
    for before, build in zip(snapshot.builds, builds, strict=True):
        source = layout.snapshot_segment(snapshot.id, before.segment_id)
        target = layout.segment(segments[0].collection_id, build.segment_id)
        if before.file is not None and build.file is not None:
            yield SharedFile(source / before.file.name, target, build.file, "index", build.id)
