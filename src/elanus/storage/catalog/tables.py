"""How each record becomes a row: one table description per record class, and the SQL made from it.

Numbers and texts are columns of their own, everything else is JSON. The last column of each row is a checksum over
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Generic, TypeVar

import orjson
import xxhash

from elanus.errors import DataCorrupted
from elanus.schema.collection import CollectionSchema
from elanus.storage.catalog.records import (
    AliasRecord,
    BuildRecord,
    CollectionRecord,
    DatabaseRecord,
    IndexRecord,
    LoadRecord,
    LogEpochRecord,
    PartitionRecord,
    Record,
    SegmentRecord,
)
from elanus.storage.files import FileEntry

R = TypeVar("R", bound=Record)
Cell = int | str | None


@dataclass(frozen=True)
class Json:
    """How a field that is no number and no text becomes JSON, and back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@dataclass(frozen=True)
class Table(Generic[R]):
    """Where the records of one class live.

    key         fields that tell a record from the others
    references  field -> "table (column)" it must exist in when the change ends
    json        fields stored as JSON
    unique      fields no two rows may share together, besides the key
    """

    name: str
    record: type[R]
    key: tuple[str, ...]
    references: Mapping[str, str]
    json: Mapping[str, Json]
    unique: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(f.name for f in fields(self.record))

    @cached_property
    def create_sql(self) -> str:
        lines = [
            *(f'"{name}"' for name in self.columns),
            '"checksum" TEXT NOT NULL',
            f"PRIMARY KEY ({_names(self.key)})",
        ]
        if self.unique:
            lines.append(f"UNIQUE ({_names(self.unique)})")
        lines += [
            f'FOREIGN KEY ("{name}") REFERENCES {there} DEFERRABLE INITIALLY DEFERRED'
            for name, there in self.references.items()
        ]
        return f"CREATE TABLE {self.name} ({', '.join(lines)});"

    @cached_property
    def put_sql(self) -> str:
        """Insert or update; never REPLACE, which would delete first and take the referring rows along."""
        columns = (*self.columns, "checksum")
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
        return (
            f"INSERT INTO {self.name} ({_names(columns)}) VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT ({_names(self.key)}) DO UPDATE SET {changes}"
        )

    @cached_property
    def delete_sql(self) -> str:
        return f"DELETE FROM {self.name} WHERE " + " AND ".join(f'"{name}" = ?' for name in self.key)

    @cached_property
    def select_sql(self) -> str:
        return f"SELECT {_names((*self.columns, 'checksum'))} FROM {self.name}"

    @cached_property
    def order_sql(self) -> str:
        return f" ORDER BY {_names(self.key)}"

    def key_of(self, record: R) -> tuple[Cell, ...]:
        return tuple(getattr(record, name) for name in self.key)

    def encode(self, record: R) -> tuple[Cell, ...]:
        cells = tuple(self._encode_cell(name, getattr(record, name)) for name in self.columns)
        return (*cells, _checksum(cells))

    def decode(self, row: tuple[Any, ...]) -> R:
        """The record of a row. Raises DataCorrupted when the row is not what was written."""
        *cells, expected = row
        found = _checksum(cells)
        if found != expected:
            shown = ", ".join(f"{name}={value}" for name, value in zip(self.columns, cells, strict=True))
            raise DataCorrupted(
                f"catalog row is damaged: table {self.name}, expected checksum {expected}, found {found}: {shown}"
            )
        return self.record(*(self._decode_cell(name, cell) for name, cell in zip(self.columns, cells, strict=True)))

    def _encode_cell(self, name: str, value: Any) -> Cell:
        if name not in self.json:
            return value  # type: ignore[no-any-return]
        return orjson.dumps(self.json[name].encode(value)).decode()

    def _decode_cell(self, name: str, cell: Any) -> Any:
        return self.json[name].decode(orjson.loads(cell)) if name in self.json else cell


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _checksum(cells: Iterable[Cell]) -> str:
    return xxhash.xxh3_64_hexdigest(repr(tuple(cells)).encode())


def _load_record(data: Mapping[str, Any]) -> LoadRecord:
    return LoadRecord(data["loaded"], tuple(data["partitions"]), data["replica_number"], tuple(data["load_fields"]))


def _file_entry(data: Mapping[str, Any] | None) -> FileEntry | None:
    return None if data is None else FileEntry(**data)


_SCHEMA = Json(CollectionSchema.to_json, CollectionSchema.from_json)
_LOAD = Json(asdict, _load_record)
_FILE = Json(lambda entry: entry and asdict(entry), _file_entry)
_MAPPING = Json(dict, dict)
_TUPLE = Json(list, tuple)

_COLLECTION = "collections (id) ON DELETE CASCADE"
_PARTITION = "partitions (id) ON DELETE CASCADE"
_INDEX = "indexes (id) ON DELETE CASCADE"
_SEGMENT = "segments (id) ON DELETE CASCADE"

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

TABLES: Mapping[type[Record], Table[Any]] = {
    table.record: table
    for table in (DATABASES, COLLECTIONS, PARTITIONS, ALIASES, INDEXES, SEGMENTS, BUILDS, LOG_EPOCHS)
}
