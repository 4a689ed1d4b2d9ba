"""Which tables there are: one for each class of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from elanus.schema.collection import CollectionSchema
from elanus.storage.catalog.access import GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord
from elanus.storage.catalog.imports import ImportedFile, ImportRecord
from elanus.storage.catalog.records import (
    AliasRecord,
    BuildRecord,
    CollectionRecord,
    DatabaseRecord,
    IndexRecord,
    LoadRecord,
    LogEpochRecord,
    PartitionRecord,
    PinRecord,
    Record,
    RestoreRecord,
    SegmentRecord,
    SnapshotRecord,
)
from elanus.storage.catalog.table import Json, Table, all_of
from elanus.storage.files import FileEntry


def _load_record(data: Mapping[str, Any]) -> LoadRecord:
    return LoadRecord(data["loaded"], tuple(data["partitions"]), data["replica_number"], tuple(data["load_fields"]))


def _file_entry(data: Mapping[str, Any] | None) -> FileEntry | None:
    return None if data is None else FileEntry(**data)


def _imported_files(data: Iterable[Mapping[str, Any]]) -> tuple[ImportedFile, ...]:
    return tuple(ImportedFile(tuple(one["paths"]), one["size_bytes"], one["row_count"]) for one in data)


_SCHEMA = Json(CollectionSchema.to_json, CollectionSchema.from_json)
_LOAD = Json(asdict, _load_record)
_FILE = Json(lambda entry: entry and asdict(entry), _file_entry)
_MAPPING = Json(dict, dict)
_TUPLE = Json(list, tuple)
_IMPORTED = Json(lambda files: [asdict(file) for file in files], _imported_files)

_COLLECTION = "collections (id) ON DELETE CASCADE"
_PARTITION = "partitions (id) ON DELETE CASCADE"
_INDEX = "indexes (id) ON DELETE CASCADE"
_SEGMENT = "segments (id) ON DELETE CASCADE"
_USER = "users (name) ON DELETE CASCADE"
_ROLE = "roles (name) ON DELETE CASCADE"

DATABASES = Table("databases", DatabaseRecord, ("id",), {}, {"properties": _MAPPING}, unique=("name",))
COLLECTIONS = Table(
    "collections",
    CollectionRecord,
    ("id",),
    {"database_id": "databases (id)"},
    {"schema": _SCHEMA, "properties": _MAPPING, "load_state": _LOAD},
    unique=("database_id", "name"),
)
PARTITIONS = Table(
    "partitions", PartitionRecord, ("id",), {"collection_id": _COLLECTION}, {}, unique=("collection_id", "name")
)
ALIASES = Table("aliases", AliasRecord, ("database_id", "name"), {"collection_id": _COLLECTION}, {})
INDEXES = Table(
    "indexes",
    IndexRecord,
    ("id",),
    {"collection_id": _COLLECTION},
    {"user_params": _MAPPING, "spec": _MAPPING, "properties": _MAPPING},
)
SEGMENTS = Table(
    "segments",
    SegmentRecord,
    ("id",),
    {"collection_id": _COLLECTION, "partition_id": _PARTITION},
    {"data": _FILE, "keys": _FILE, "gone": _FILE, "parents": _TUPLE},
)
BUILDS = Table(
    "builds",
    BuildRecord,
    ("id",),
    {"index_id": _INDEX, "segment_id": _SEGMENT},
    {"file": _FILE, "report": _MAPPING},
)
LOG_EPOCHS = Table("log_epochs", LogEpochRecord, ("collection_id", "epoch"), {"collection_id": _COLLECTION}, {})
USERS = Table("users", UserRecord, ("name",), {}, {})
ROLES = Table("roles", RoleRecord, ("name",), {}, {})
MEMBERS = Table("members", MemberRecord, ("user", "role"), {"user": _USER, "role": _ROLE}, {})
GRANTS = Table(
    "grants", GrantRecord, ("role", "database", "object_type", "object_name", "privilege"), {"role": _ROLE}, {}
)
PRIVILEGE_GROUPS = Table("privilege_groups", PrivilegeGroupRecord, ("name",), {}, {"privileges": _TUPLE})
IMPORTS = Table("imports", ImportRecord, ("id",), {}, {"files": _IMPORTED, "options": _MAPPING})
SNAPSHOTS = Table(
    "snapshots",
    SnapshotRecord,
    ("id",),
    {},
    {
        "collection": Json(COLLECTIONS.to_json, COLLECTIONS.from_json),
        "partitions": all_of(PARTITIONS),
        "indexes": all_of(INDEXES),
        "segments": all_of(SEGMENTS),
        "builds": all_of(BUILDS),
    },
    unique=("collection_id", "name"),
)
PINS = Table("pins", PinRecord, ("id",), {"snapshot_id": "snapshots (id) ON DELETE CASCADE"}, {})
RESTORES = Table("restores", RestoreRecord, ("id",), {}, {})

TABLES: Mapping[type[Record], Table[Any]] = {
    table.record: table
    for table in (
        DATABASES,
        COLLECTIONS,
        PARTITIONS,
        ALIASES,
        INDEXES,
        SEGMENTS,
        BUILDS,
        LOG_EPOCHS,
        SNAPSHOTS,
        PINS,
        RESTORES,
        USERS,
        ROLES,
        MEMBERS,
        GRANTS,
        PRIVILEGE_GROUPS,
        IMPORTS,
    )
}
