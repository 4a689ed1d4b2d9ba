"""What was measured over time: the last reports of each index, bounded.

They have a file of their own: nothing else depends on it, and one that is damaged is begun anew.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import xxhash

from elanus.errors import DataCorrupted
from elanus.storage.sqlite import Format, connect, sqlite_errors, transaction

logger = logging.getLogger(__name__)
KEPT_IN_ALL = 20_000
"""Reports of the whole directory, also of indexes that went."""

_FORMAT = Format(
    version=1,
    tables="CREATE TABLE reports (id INTEGER PRIMARY KEY AUTOINCREMENT, index_id INTEGER NOT NULL, "
    "kind TEXT NOT NULL, report TEXT NOT NULL, checksum TEXT NOT NULL);"
    "CREATE INDEX reports_of_index ON reports (index_id, kind);",
)
_ADD = "INSERT INTO reports (index_id, kind, report, checksum) VALUES (?, ?, ?, ?)"
_TRIM = (
    "DELETE FROM reports WHERE index_id = ? AND kind = ? AND id NOT IN "
    "(SELECT id FROM reports WHERE index_id = ? AND kind = ? ORDER BY id DESC LIMIT ?)"
)
_TRIM_ALL = "DELETE FROM reports WHERE id <= (SELECT max(id) FROM reports) - ?"
_READ = "SELECT report, checksum FROM reports WHERE index_id = ? ORDER BY id"


class History:
    """Durable reports of one data directory, by index. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = _opened(path)
        self._lock = threading.Lock()

    def add(self, index_id: int, kind: str, report: Mapping[str, Any], keep: int) -> None:
        """The newest of its kind; those of this index and kind before the last ``keep`` go."""
        text = orjson.dumps(report).decode()
        with self._lock, transaction(self._connection, self._path):
            self._connection.execute(_ADD, (index_id, kind, text, _checksum(text)))
            self._connection.execute(_TRIM, (index_id, kind, index_id, kind, keep))
            self._connection.execute(_TRIM_ALL, (KEPT_IN_ALL,))

    def of(self, index_id: int) -> list[Mapping[str, Any]]:
        """The oldest first; without what cannot be read any more."""
        with self._lock, sqlite_errors(self._path):
            rows = self._connection.execute(_READ, (index_id,)).fetchall()
        return [orjson.loads(text) for text, checksum in rows if _checksum(text) == checksum]

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return connect(path, _FORMAT)
    except DataCorrupted as damage:
        logger.error("the history of reports is damaged and begun anew: %s", damage)
    for companion in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).unlink()
    return connect(path, _FORMAT)


def _checksum(text: str) -> str:
    return xxhash.xxh3_64_hexdigest(text.encode())
