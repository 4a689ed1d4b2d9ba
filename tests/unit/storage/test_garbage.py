from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.storage.catalog import BuildRecord, Catalog
from elanus.storage.files import FileEntry
from elanus.storage.garbage import owned_files, unowned
from elanus.storage.layout import Layout, index_file_name
from elanus.storage.lock import DirectoryLock
from elanus.storage.log import Log, LogRecord
from unit.storage.samples import ALL, BUILD, COLLECTION, EPOCH, SEGMENT, SNAPSHOT


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_only_what_the_catalog_names_is_kept(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    lock = DirectoryLock.acquire(tmp_path)
    catalog = Catalog(layout.catalog)
    with catalog.change() as change:
        for record in ALL:
            change.put(record)
        change.put(replace(SEGMENT, id=300, gone=FileEntry("deletes-5.arrow", 1, "x")))
        change.put(BuildRecord(301, BUILD.index_id, 300, "running"))
    log = Log.create(layout.log(COLLECTION.id, EPOCH.epoch))
    log.append([LogRecord(1, 1, "insert", b"row")])
    segment, second = layout.segment(COLLECTION.id, SEGMENT.id), layout.segment(COLLECTION.id, 300)
    touch(segment / "data.arrow", segment / "keys.arrow", segment / index_file_name(BUILD.id))
    touch(second / "data.arrow", second / "deletes-5.arrow", second / "index-301.checkpoint")
    garbage = [
        layout.log(COLLECTION.id, 2),
        layout.log(999, 1),
        layout.segment(999, 1) / "data.arrow",
        segment / "data.arrow.tmp",
        segment / "deletes-4.arrow",
        segment / "index-205.checkpoint",
        second / "index-301.idx",
    ]
    assert unowned(layout, catalog) == []
    touch(*garbage)
    assert unowned(layout, catalog) == sorted(garbage)
    assert layout.log(COLLECTION.id, 1) in owned_files(layout, catalog)
    log.close()
    catalog.close()
    lock.release()


def test_what_a_snapshot_holds_is_kept(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    catalog = Catalog(layout.catalog)
    with catalog.change() as change:
        change.put(replace(SNAPSHOT, segments=(replace(SEGMENT, gone=FileEntry("deletes-5.arrow", 1, "x")),)))
    held = layout.snapshot_segment(SNAPSHOT.id, SEGMENT.id)
    touch(*(held / name for name in ("data.arrow", "keys.arrow", "deletes-5.arrow", index_file_name(BUILD.id))))
    garbage = [
        layout.segment(COLLECTION.id, SEGMENT.id) / "data.arrow",
        held / "deletes-4.arrow",
        layout.snapshot_segment(SNAPSHOT.id, 999) / "data.arrow",
        layout.snapshot_segment(999, SEGMENT.id) / "data.arrow",
    ]
    assert unowned(layout, catalog) == []
    touch(*garbage)
    assert unowned(layout, catalog) == sorted(garbage)
    catalog.close()
