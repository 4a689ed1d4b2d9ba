"""How the records of one class become rows of a table, and the SQL made from its description.

Numbers and texts are columns of their own, everything else is JSON. The last column of each row is a checksum over
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Generic, TypeVar

import orjson
import xxhash

from elanus.errors import DataCorrupted
from elanus.storage.catalog.records import Record

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
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({', '.join(lines)});"

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

    def to_json(self, record: R) -> dict[str, Any]:
        """A record that is part of another one."""
        return {name: self._plain(name, getattr(record, name)) for name in self.columns}

    def from_json(self, data: Mapping[str, Any]) -> R:
        return self.record(**{name: self._value(name, plain) for name, plain in data.items()})

    def _encode_cell(self, name: str, value: Any) -> Cell:
        if name not in self.json:
            return value  # type: ignore[no-any-return]
        return orjson.dumps(self._plain(name, value)).decode()

    def _decode_cell(self, name: str, cell: Any) -> Any:
        return self._value(name, orjson.loads(cell)) if name in self.json else cell

    def _plain(self, name: str, value: Any) -> Any:
        return self.json[name].encode(value) if name in self.json else value

    def _value(self, name: str, plain: Any) -> Any:
        return self.json[name].decode(plain) if name in self.json else plain


def all_of(table: Table[R]) -> Json:
    """Records that are part of another one."""
    return Json(lambda records: [table.to_json(one) for one in records], lambda data: tuple(map(table.from_json, data)))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _checksum(cells: Iterable[Cell]) -> str:
    return xxhash.xxh3_64_hexdigest(repr(tuple(cells)).encode())
