"""The write-ahead log of a collection: one SQLite file per epoch, deleted whole when its rows are in segments.

Commits go to SQLite's ``-wal`` file, an append-only log with a checksum per page; the main file is written only when
the log is closed or recovered. On top, each record carries an xxh3 chained over all records before it, so a changed,
missing or reordered record is found at replay.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from elanus.errors import DataCorrupted, Unexpected
from elanus.storage.files import fsync_directory
from elanus.storage.sqlite import Format, connect, sqlite_errors, transaction

_FORMAT = Format(
    version=1,
    tables="""
    CREATE TABLE records (position INTEGER PRIMARY KEY, sequence INTEGER, ts INTEGER, kind TEXT, checksum BLOB,
                          body BLOB);
    """,
    page_size=65536,
    autocheckpoint=0,
)
_COLUMNS = "sequence, ts, kind, checksum, body"
_WAL_HEADER_BYTES = 32
_WAL_FRAME = np.dtype([("page", ">u4"), ("commit", ">u4"), ("salts", "V16"), ("data", f"V{_FORMAT.page_size}")])
"""One page in a ``-wal`` file; ``commit`` is not 0 in the last one of a group. Source: sqlite.org/fileformat2.html."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One change.

    sequence  the collection's number of the commit
    ts        hybrid timestamp
    kind      what the body is; the log does not care
    body      anything that shows its bytes by the buffer protocol; bytes when replayed
    """

    sequence: int
    ts: int
    kind: str
    body: bytes | memoryview | pa.Buffer

    @property
    def size_bytes(self) -> int:
        return memoryview(self.body).nbytes


class Log:
    """An open epoch. Any thread may call, one at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._chain = self._last_checksum()

    @staticmethod
    def create(path: Path) -> Log:
        """A new, empty log. Raises Unexpected when the file is there already."""
        if path.exists():
            raise Unexpected(f"log exists already: {path}")
        return Log(path, connect(path, _FORMAT))

    @staticmethod
    def open(path: Path) -> Log:
        """The log as its last acknowledged append left it; a half-written group is gone.

        raises  DataCorrupted: file missing or damaged so that acknowledged groups are lost
        """
        if not path.exists():
            raise DataCorrupted(f"log is missing: {path}")
        commits = _commits_in_wal(_wal_of(path))
        connection = connect(path, _FORMAT)
        try:
            _recover(connection, path, commits)
            return Log(path, connection)
        except BaseException:
            connection.close()
            raise

    @staticmethod
    def cut_at_damage(path: Path) -> int:
        """Forget the first damaged record and all after it; how many were forgotten at least.

        raises  DataCorrupted: nothing of it can be read
        """
        try:
            log = Log.open(path)
        except DataCorrupted:
            log, lost = Log._without_damaged_pages(path), 1
        else:
            lost = 0
        try:
            return lost + log._cut()
        finally:
            log.close()

    def append(self, records: Sequence[LogRecord]) -> None:
        """Make the group durable: after a crash all of it is there, or none.

        On an error (OutOfDisk ...) nothing of it is in the log, and the log stays usable.
        """
        chain, rows = self._chain, []
        for record in records:
            chain = _checksum(chain, record)
            rows.append((record.sequence, record.ts, record.kind, chain, record.body))
        with transaction(self._connection, self.path):
            self._connection.executemany(f"INSERT INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)
        self._chain = chain

    def replay(self) -> Iterator[LogRecord]:
        """Every record in the order of its append, verified. Raises DataCorrupted at the first damaged one."""
        chain = b""
        with sqlite_errors(self.path):
            for row in self._connection.execute(f"SELECT {_COLUMNS} FROM records ORDER BY position"):
                sequence, ts, kind, expected, body = row
                record = LogRecord(sequence, ts, kind, body)
                chain = _checksum(chain, record)
                if chain != expected:
                    raise DataCorrupted(
                        f"log record is damaged: {self.path}, sequence {sequence}, "
                        f"expected checksum {bytes(expected).hex()}, found {chain.hex()}"
                    )
                yield record

    def close(self) -> None:
        """Close the file; its records stay."""
        self._connection.close()

    def discard(self) -> None:
        """Close and delete: every record is in segments now.

        The main file goes first: SQLite does not copy the ``-wal`` file into a main file that has no name any more.
        """
        self.path.unlink(missing_ok=True)
        self._connection.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        fsync_directory(self.path.parent)

    @staticmethod
    def _without_damaged_pages(path: Path) -> Log:
        if not path.exists():
            raise DataCorrupted(f"log is missing: {path}")
        connection = connect(path, _FORMAT)
        try:
            _empty_wal(connection, path)
            return Log(path, connection)
        except BaseException:
            connection.close()
            raise

    def _cut(self) -> int:
        whole = 0
        try:
            for _ in self.replay():
                whole += 1
        except DataCorrupted:
            kept = "SELECT position FROM records ORDER BY position LIMIT ?"
            with transaction(self._connection, self.path):
                return self._connection.execute(
                    f"DELETE FROM records WHERE position NOT IN ({kept})", (whole,)
                ).rowcount
        return 0

    def _last_checksum(self) -> bytes:
        with sqlite_errors(self.path):
            row = self._connection.execute("SELECT checksum FROM records ORDER BY position DESC LIMIT 1").fetchone()
        return row[0] if row else b""


def _checksum(before: bytes, record: LogRecord) -> bytes:
    digest = xxhash.xxh3_64(before)
    digest.update(struct.pack("<qq", record.sequence, record.ts))
    digest.update(record.kind.encode())
    digest.update(record.body)
    return digest.digest()


def _wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _commits_in_wal(wal: Path) -> npt.NDArray[np.intp]:
    """Numbers of the frames that end a group, whole or not."""
    size = wal.stat().st_size - _WAL_HEADER_BYTES if wal.exists() else 0
    count = max(size, 0) // _WAL_FRAME.itemsize
    if count == 0:
        return np.empty(0, np.intp)
    frames = np.memmap(wal, dtype=_WAL_FRAME, mode="r", offset=_WAL_HEADER_BYTES, shape=(count,))
    return np.flatnonzero(frames["commit"])


def _recover(connection: sqlite3.Connection, path: Path, commits: npt.NDArray[np.intp]) -> None:
    """:func:`_empty_wal`, when it takes all that was acknowledged.

    SQLite ends at the first damaged page without a word. One group beyond may be the torn end of the crash; a
    second one was begun after the first had been acknowledged, so the first was damaged later.
    """
    with sqlite_errors(path):
        _, accepted, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if np.count_nonzero(commits >= accepted) > 1:
            raise DataCorrupted(
                f"log is damaged: {_wal_of(path)}, expected {commits[-1] + 1} whole pages, found {accepted}"
            )
    _empty_wal(connection, path)


def _empty_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Move what SQLite accepts of the ``-wal`` file into the main file and empty it."""
    with sqlite_errors(path):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
