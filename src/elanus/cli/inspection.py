"""Reads every file of a data directory that no process has open, and says what it holds and whether it is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from elanus.engine.segments.damaged import UNREADABLE
from elanus.errors import ParameterInvalid
from elanus.index.base import IndexSpec
from elanus.index.file import verify
from elanus.storage.catalog import BuildRecord, Catalog, CollectionRecord, SegmentRecord, SnapshotRecord
from elanus.storage.files import FileEntry, verify_file
from elanus.storage.garbage import unowned
from elanus.storage.layout import Layout
from elanus.storage.lock import DirectoryLock
from elanus.storage.log import Log
from elanus.storage.segment_files import open_gone, open_keys, open_segment


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file.

    kind     catalog, log, data, keys, deletes, index or garbage
    holds    in words
    problem  "" when the file is whole
    """

    kind: str
    path: Path
    size_bytes: int
    holds: str
    problem: str = ""


def inspect_directory(data_dir: Path) -> list[Inspected]:
    """Every file, in the order of the catalog.

    raises  ParameterInvalid: not a data directory; DirectoryInUse: a process has it open
    """
    layout = Layout(data_dir)
    if not layout.catalog.exists():
        raise ParameterInvalid(f"{data_dir} holds no Elanus data; give the directory that was served or opened")
    lock = DirectoryLock.acquire(data_dir)
    try:
        return list(_files(layout))
    finally:
        lock.release()


def _files(layout: Layout) -> Iterator[Inspected]:
    catalog = Catalog(layout.catalog)
    try:
        collections = catalog.collections()
        yield _inspected("catalog", layout.catalog, lambda: _catalog_in_words(catalog))
        for collection in collections:
            yield from _logs(layout, catalog, collection)
            for segment in catalog.segments(collection.id):
                yield from _segment(layout.segment(collection.id, segment.id), collection.name, segment)
            for build in catalog.builds(collection.id):
                yield from _index(layout.segment(collection.id, build.segment_id), collection.name, build)
        for snapshot in catalog.snapshots():
            yield from _snapshot(layout, snapshot)
        for path in unowned(layout, catalog):
            yield Inspected("garbage", path, path.stat().st_size, "named by nothing; deleted at the next start")
    finally:
        catalog.close()


def _logs(layout: Layout, catalog: Catalog, collection: CollectionRecord) -> Iterator[Inspected]:
    for epoch in catalog.log_epochs(collection.id):
        path = layout.log(collection.id, epoch.epoch)
        yield _inspected("log", path, partial(_log_in_words, collection, path))


def _snapshot(layout: Layout, snapshot: SnapshotRecord) -> Iterator[Inspected]:
    owner = f"snapshot {snapshot.name} of {snapshot.collection.name}"
    for segment in snapshot.segments:
        yield from _segment(layout.snapshot_segment(snapshot.id, segment.id), owner, segment)
    for build in snapshot.builds:
        yield from _index(layout.snapshot_segment(snapshot.id, build.segment_id), owner, build)


def _segment(directory: Path, owner: str, segment: SegmentRecord) -> Iterator[Inspected]:
    def rows() -> str:
        verify_file(directory, segment.data)
        batch = open_segment(directory, segment.data).batch
        return f"{owner}: {batch.num_rows:,} rows of {batch.num_columns} fields"

    def keys() -> str:
        verify_file(directory, segment.keys)
        return f"{owner}: {len(open_keys(directory, segment.keys).codes):,} primary keys"

    yield _inspected("data", directory / segment.data.name, rows)
    yield _inspected("keys", directory / segment.keys.name, keys)
    if segment.gone is not None:
        yield _gone(directory, owner, segment.gone)


def _gone(directory: Path, owner: str, entry: FileEntry) -> Inspected:
    return _inspected("deletes", directory / entry.name, lambda: f"{owner}: {len(open_gone(directory, entry)):,} rows")


def _index(directory: Path, owner: str, build: BuildRecord) -> Iterator[Inspected]:
    if build.file is None:
        return
    path = directory / build.file.name

    def words() -> str:
        trailer = verify(path)
        spec = trailer.spec
        metric = [spec.metric] if isinstance(spec, IndexSpec) else []
        words = [spec.type, *metric, *(f"{name}={value}" for name, value in spec.params.items())]
        return f"{owner}: {' '.join(words)}, {trailer.row_count:,} rows"

    yield _inspected("index", path, words)


def _inspected(kind: str, path: Path, words: Callable[[], str]) -> Inspected:
    size = path.stat().st_size if path.exists() else 0
    try:
        return Inspected(kind, path, size, words())
    except UNREADABLE as damaged:
        return Inspected(kind, path, size, "", str(damaged))


def _catalog_in_words(catalog: Catalog) -> str:
    counts = (
        (len(catalog.databases()), "databases"),
        (len(catalog.collections()), "collections"),
        (len(catalog.aliases()), "aliases"),
    )
    return ", ".join(f"{count} {noun}" for count, noun in counts)


def _log_in_words(collection: CollectionRecord, path: Path) -> str:
    log = Log.open(path)
    try:
        kinds = Counter(record.kind for record in log.replay())
    finally:
        log.close()
    counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    return f"{collection.name}: {counts or 'nothing'}"
