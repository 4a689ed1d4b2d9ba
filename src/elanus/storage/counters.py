"""Numbers that never go back, whatever happens: ids handed out, and the ceiling of the clock.

They have a file of their own, so that taking an id never waits for, and is never undone with, a catalog transaction.
"""

from __future__ import annotations

import threading
from pathlib import Path

import xxhash

from elanus.errors import DataCorrupted
from elanus.storage.sqlite import Format, connect, sqlite_errors, transaction

FIRST_ID = 101
ID_BLOCK = 10_000
"""Ids promised to the disk at a time; a crash skips at most so many."""

_FORMAT = Format(version=1, tables="CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);")


class Counters:
    """Durable counters of one data directory. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path, _FORMAT)
        self._lock = threading.Lock()
        self._next_id = self._promised_id = self._read("id", FIRST_ID)
        self._clock_ceiling = self._read("clock", 0)

    def allocate_ids(self, n: int) -> range:
        """The next ``n`` ids, never given before and never again."""
        with self._lock:
            first, end = self._next_id, self._next_id + n
            if end > self._promised_id:
                self._write("id", end + ID_BLOCK)
                self._promised_id = end + ID_BLOCK
            self._next_id = end
            return range(first, end)

    @property
    def clock_ceiling(self) -> int:
        """Every timestamp given so far is below it."""
        return self._clock_ceiling

    def set_clock_ceiling(self, ts: int) -> None:
        with self._lock:
            self._write("clock", ts)
            self._clock_ceiling = ts

    def close(self) -> None:
        """Note the exact next id, so that a clean restart skips none."""
        with self._lock:
            self._write("id", self._next_id)
            self._connection.close()

    def _read(self, name: str, default: int) -> int:
        """Raises DataCorrupted: an id or a timestamp given twice does more harm than a directory that stays shut."""
        with sqlite_errors(self._path):
            rows = dict(self._connection.execute("SELECT name, value FROM counters").fetchall())
        value = rows.get(name, default)
        expected = rows.get(_checked(name))
        if expected is not None and expected != _checksum(name, value):
            raise DataCorrupted(f"counter {name} is damaged: {self._path}, found {value}")
        return int(value)

    def _write(self, name: str, value: int) -> None:
        rows = [(name, value), (_checked(name), _checksum(name, value))]
        with transaction(self._connection, self._path):
            self._connection.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?)", rows)


def _checked(name: str) -> str:
    return f"checksum of {name}"


def _checksum(name: str, value: object) -> int:
    return xxhash.xxh32_intdigest(f"{name} {value}".encode())
