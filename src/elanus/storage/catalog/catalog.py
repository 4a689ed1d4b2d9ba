"""The catalog file: one connection, one lock, every mutation inside a change."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elanus.storage.catalog.access import GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord
from elanus.storage.catalog.imports import ImportRecord
from elanus.storage.catalog.records import (
    DEFAULT_DATABASE_ID,
    AliasRecord,
    BuildRecord,
    CollectionRecord,
    DatabaseRecord,
    IndexRecord,
    LogEpochRecord,
    PartitionRecord,
    PinRecord,
    Record,
    RestoreRecord,
    SegmentRecord,
    SnapshotRecord,
)
from elanus.storage.catalog.table import R, Table
from elanus.storage.catalog.tables import (
    ALIASES,
    BUILDS,
    COLLECTIONS,
    DATABASES,
    GRANTS,
    IMPORTS,
    INDEXES,
    LOG_EPOCHS,
    MEMBERS,
    PARTITIONS,
    PINS,
    PRIVILEGE_GROUPS,
    RESTORES,
    ROLES,
    SEGMENTS,
    SNAPSHOTS,
    TABLES,
    USERS,
)
from elanus.storage.sqlite import Format, connect, sqlite_errors, transaction

_FORMAT = Format(version=2, tables="\n".join(table.create_sql for table in TABLES.values()))
_OF_COLLECTION = ' WHERE "collection_id" = ?'
_BUILDS_OF_COLLECTION = ' WHERE "index_id" IN (SELECT "id" FROM indexes WHERE "collection_id" = ?)'


class Change:
    """Mutations of one transaction: they happen together when it ends, or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, record: Record) -> None:
        """Add the record, or bring the one with its key up to date."""
        table = TABLES[type(record)]
        self._connection.execute(table.put_sql, table.encode(record))

    def delete(self, record: Record) -> None:
        """Remove the record with this one's key, and all that belongs to it.

        A collection takes its partitions, aliases, indexes, segments, builds and log epochs along, a partition its
        segments, an index or a segment its builds. A database must be empty.
        """
        table = TABLES[type(record)]
        self._connection.execute(table.delete_sql, table.key_of(record))

    def drop_collection(self, collection_id: int) -> None:
        """Remove a collection and everything of it."""
        self._connection.execute(COLLECTIONS.delete_sql, (collection_id,))


class Catalog:
    """An open catalog. Any thread may call; one change at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path, _FORMAT)
        self._lock = threading.Lock()
        self._add_default_database()

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A transaction: durable when the block ends, undone when it raises. Not to be nested."""
        with self._lock, transaction(self._connection, self.path):
            yield Change(self._connection)

    def databases(self) -> list[DatabaseRecord]:
        return self._read(DATABASES)

    def collections(self) -> list[CollectionRecord]:
        return self._read(COLLECTIONS)

    def aliases(self) -> list[AliasRecord]:
        return self._read(ALIASES)

    def partitions(self, collection_id: int) -> list[PartitionRecord]:
        return self._read(PARTITIONS, _OF_COLLECTION, collection_id)

    def indexes(self, collection_id: int) -> list[IndexRecord]:
        return self._read(INDEXES, _OF_COLLECTION, collection_id)

    def segments(self, collection_id: int) -> list[SegmentRecord]:
        return self._read(SEGMENTS, _OF_COLLECTION, collection_id)

    def builds(self, collection_id: int) -> list[BuildRecord]:
        return self._read(BUILDS, _BUILDS_OF_COLLECTION, collection_id)

    def log_epochs(self, collection_id: int) -> list[LogEpochRecord]:
        return self._read(LOG_EPOCHS, _OF_COLLECTION, collection_id)

    def snapshots(self) -> list[SnapshotRecord]:
        return self._read(SNAPSHOTS)

    def pins(self) -> list[PinRecord]:
        return self._read(PINS)

    def restores(self) -> list[RestoreRecord]:
        return self._read(RESTORES)

    def users(self) -> list[UserRecord]:
        return self._read(USERS)

    def roles(self) -> list[RoleRecord]:
        return self._read(ROLES)

    def members(self) -> list[MemberRecord]:
        return self._read(MEMBERS)

    def grants(self) -> list[GrantRecord]:
        return self._read(GRANTS)

    def privilege_groups(self) -> list[PrivilegeGroupRecord]:
        return self._read(PRIVILEGE_GROUPS)

    def imports(self) -> list[ImportRecord]:
        return self._read(IMPORTS)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _read(self, table: Table[R], where: str = "", *values: int) -> list[R]:
        """Records in the order of their keys: ids grow, so the oldest first."""
        with self._lock, sqlite_errors(self.path):
            rows = self._connection.execute(table.select_sql + where + table.order_sql, values).fetchall()
        return [table.decode(row) for row in rows]

    def _add_default_database(self) -> None:
        if not any(database.id == DEFAULT_DATABASE_ID for database in self.databases()):
            with self.change() as change:
                change.put(DatabaseRecord(DEFAULT_DATABASE_ID, "default", {}, created_ts=0))
