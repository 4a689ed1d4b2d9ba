from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.errors import DataCorrupted, OperationNotSupported, Unexpected
from elanus.storage.catalog import (
    AliasRecord,
    BuildRecord,
    Catalog,
    DatabaseRecord,
    IndexRecord,
    LogEpochRecord,
    PartitionRecord,
    Record,
    SegmentRecord,
    UserRecord,
)
from unit.storage.child import forked, python
from unit.storage.samples import (
    ALIAS,
    ALL,
    BUILD,
    COLLECTION,
    DATABASE,
    EPOCH,
    INDEX,
    PARTITION,
    PIN,
    RESTORE,
    SEGMENT,
    SNAPSHOT,
    SNAPSHOTS,
)

DIES_IN_A_CHANGE = """
import os, sys
from pathlib import Path
from elanus.storage.catalog import Catalog, DatabaseRecord
catalog = Catalog(Path(sys.argv[1]))
with catalog.change() as change:
    change.put(DatabaseRecord(300, "kept", {}, 0))
with catalog.change() as change:
    change.put(DatabaseRecord(301, "lost", {}, 0))
    os._exit(1)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    catalog = Catalog(path)
    with catalog.change() as change:
        for record in ALL:
            change.put(record)
    yield catalog
    catalog.close()


def contents(catalog: Catalog) -> list[Record]:
    of_collection = (catalog.partitions, catalog.indexes, catalog.segments, catalog.builds, catalog.log_epochs)
    records: list[Record] = [*catalog.databases()[1:], *catalog.collections(), *catalog.aliases()]
    return records + [record for read in of_collection for record in read(COLLECTION.id)]


def in_any_order(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (type(record).__name__, getattr(record, "id", 0)))


def test_every_record_survives_reopening(catalog: Catalog, path: Path) -> None:
    catalog.close()
    reopened = Catalog(path)
    assert in_any_order(contents(reopened)) == in_any_order(ALL)
    assert reopened.collections()[0] == COLLECTION
    reopened.close()


def test_default_database_always_exists(path: Path) -> None:
    for _ in range(2):
        catalog = Catalog(path)
        assert catalog.databases() == [DatabaseRecord(1, "default", {}, 0)]
        catalog.close()


def test_put_again_changes_only_that_record(catalog: Catalog) -> None:
    changed = replace(COLLECTION, name="novels", truncated_ts=9)
    failed = replace(BUILD, state="failed", file=None, reason="killed")
    with catalog.change() as change:
        change.put(changed)
        change.put(failed)
    expected = [record for record in ALL if record not in (COLLECTION, BUILD)] + [changed, failed]
    assert in_any_order(contents(catalog)) == in_any_order(expected)


def test_change_that_raises_leaves_no_trace(catalog: Catalog) -> None:
    def half() -> None:
        with catalog.change() as change:
            change.put(replace(COLLECTION, name="novels"))
            change.delete(INDEX)
            raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        half()
    assert in_any_order(contents(catalog)) == in_any_order(ALL)


def test_change_cut_by_a_crash_leaves_no_trace(path: Path) -> None:
    assert python(DIES_IN_A_CHANGE, path).returncode == 1
    catalog = Catalog(path)
    assert [database.name for database in catalog.databases()] == ["default", "kept"]
    catalog.close()


@pytest.mark.parametrize(
    ("deleted", "with_it"),
    [
        (COLLECTION, {PartitionRecord, AliasRecord, IndexRecord, SegmentRecord, BuildRecord, LogEpochRecord}),
        (PARTITION, {SegmentRecord, BuildRecord}),
        (INDEX, {BuildRecord}),
        (SEGMENT, {BuildRecord}),
        (ALIAS, set()),
        (BUILD, set()),
        (EPOCH, set()),
    ],
)
def test_delete_takes_what_belongs_to_it(catalog: Catalog, deleted: Record, with_it: set[type]) -> None:
    with catalog.change() as change:
        change.delete(deleted)
    expected = [record for record in ALL if record != deleted and type(record) not in with_it]
    assert in_any_order(contents(catalog)) == in_any_order(expected)


def test_drop_collection_leaves_the_others(catalog: Catalog) -> None:
    other = replace(COLLECTION, id=301, name="films")
    with catalog.change() as change:
        change.put(other)
        change.put(PartitionRecord(302, 301, "_default", 1))
    with catalog.change() as change:
        change.drop_collection(COLLECTION.id)
    assert contents(catalog) == [DATABASE, other]
    assert catalog.partitions(301) == [PartitionRecord(302, 301, "_default", 1)]


@pytest.mark.parametrize(
    "orphan", [replace(SEGMENT, id=9, collection_id=999), replace(BUILD, id=9, segment_id=999), LogEpochRecord(999, 1)]
)
def test_nothing_refers_to_what_does_not_exist(catalog: Catalog, orphan: Record) -> None:
    with pytest.raises(Unexpected, match="FOREIGN KEY"), catalog.change() as change:
        change.put(orphan)
    assert in_any_order(contents(catalog)) == in_any_order(ALL)


def test_database_with_collections_cannot_go(catalog: Catalog) -> None:
    with pytest.raises(Unexpected, match="FOREIGN KEY"), catalog.change() as change:
        change.delete(DATABASE)
    assert in_any_order(contents(catalog)) == in_any_order(ALL)


def test_changed_row_is_found(catalog: Catalog, path: Path) -> None:
    catalog.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE segments SET row_count = 10")
    connection.close()
    reopened = Catalog(path)
    with pytest.raises(DataCorrupted, match=r"table segments, expected checksum .* row_count=10"):
        reopened.segments(COLLECTION.id)
    reopened.close()


def test_flipped_bytes_never_give_wrong_records(catalog: Catalog, path: Path) -> None:
    """Each byte of the pages that hold a schema text: an error, or a record that is exactly right."""
    catalog.close()
    data = path.read_bytes()
    start = data.index(b'{"name":"books"')
    for offset in range(start, start + 400, 23):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
        reopened = Catalog(path)
        with pytest.raises(DataCorrupted):
            reopened.collections()
        reopened.close()


def test_snapshots_outlive_their_collection_and_pins_do_not_outlive_them(catalog: Catalog, path: Path) -> None:
    with catalog.change() as change:
        for record in SNAPSHOTS:
            change.put(record)
        change.drop_collection(COLLECTION.id)
    catalog.close()
    reopened = Catalog(path)
    assert (reopened.snapshots(), reopened.pins(), reopened.restores()) == ([SNAPSHOT], [PIN], [RESTORE])
    with reopened.change() as change:
        change.delete(SNAPSHOT)
    assert (reopened.snapshots(), reopened.pins(), reopened.restores()) == ([], [], [RESTORE])
    reopened.close()


def test_a_catalog_of_the_first_version_gets_the_tables_that_came_later(catalog: Catalog, path: Path) -> None:
    catalog.close()
    with sqlite3.connect(path) as connection:
        for table in ("pins", "restores", "snapshots"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    reopened = Catalog(path)
    assert in_any_order(contents(reopened)) == in_any_order(ALL)
    with reopened.change() as change:
        change.put(SNAPSHOT)
    assert reopened.snapshots() == [SNAPSHOT]
    reopened.close()


def test_newer_format_is_refused(catalog: Catalog, path: Path) -> None:
    catalog.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(OperationNotSupported, match="format version 3, this Elanus reads up to 2"):
        Catalog(path)


def test_strange_file_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(DataCorrupted, match="not a file of Elanus"):
        Catalog(path)


def test_forked_child_that_closes_does_not_disturb_the_parent(catalog: Catalog, path: Path) -> None:
    def child() -> int:
        catalog.close()
        return 0

    assert forked(child) == 0
    with catalog.change() as change:
        change.put(DatabaseRecord(400, "after", {}, 0))
    catalog.close()
    reopened = Catalog(path)
    assert [database.name for database in reopened.databases()] == ["default", "library", "after"]
    reopened.close()


def test_nobody_else_reads_the_hashes_of_passwords(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with catalog.change() as change:
        change.put(UserRecord("ann", "hash"))
    assert {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == dict.fromkeys(
        ("catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"), 0
    )
    catalog.close()
