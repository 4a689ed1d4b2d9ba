"""How this package uses SQLite: synced commits, a magic and a format version, failures as errors of our tree."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from elanus.errors import DataCorrupted, Error, OperationNotSupported, OutOfDisk, Unexpected
from elanus.storage.files import disk_errors, fsync_directory, make_directory

MAGIC = int.from_bytes(b"Elan", "big")
"""``application_id`` of every SQLite file of ours."""

FULL_BYTES = 2**20

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class Format:
    """What a kind of SQLite file looks like.

    version          of a file of an earlier one the missing tables are made when it is opened
    tables           SQL that makes its tables, those that are not there
    page_size        bytes; a power of two up to 65536
    autocheckpoint   pages of the ``-wal`` file after which it is copied into the main file; 0 = never
    """

    version: int
    tables: str
    page_size: int = 4096
    autocheckpoint: int = 1000


def connect(path: Path, form: Format) -> sqlite3.Connection:
    """Open the file, making it if it is new; usable from any thread, one at a time.

    A commit is on the disk when it returns (WAL mode, synchronous=FULL).

    raises  OperationNotSupported: written by a newer Elanus; DataCorrupted: not a file of ours
    """
    make_directory(path.parent)
    if not path.exists():
        _make_private_file(path)
    with sqlite_errors(path):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        with sqlite_errors(path):
            _prepare(connection, form)
            _check_or_install(connection, path, form)
            _check_structure(connection, path)
    except Error:
        connection.close()
        raise
    fsync_directory(path.parent)
    return connection


def _make_private_file(path: Path) -> None:
    """Hashes of passwords may come into it; SQLite gives the files beside it the same mode."""
    with disk_errors(path):
        path.touch(mode=0o600)


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All that is executed inside becomes durable together at the end, or nothing of it."""
    with sqlite_errors(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's failures into errors of our tree."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path.parent)):
            raise OutOfDisk(f"no space left on the disk for {path}; free some space and try again") from error
        if code in _CORRUPT:
            raise DataCorrupted(f"file is damaged: {path}: {error}") from error
        raise Unexpected(f"SQLite failed on {path}: {error}") from error
    except UnicodeDecodeError as error:  # of a message about a damaged schema
        raise DataCorrupted(f"file is damaged: {path}: {error}") from error


def _is_full(directory: Path) -> bool:
    """SQLite calls it an I/O error when its shared memory file finds no space."""
    return shutil.disk_usage(directory).free < FULL_BYTES


def _prepare(connection: sqlite3.Connection, form: Format) -> None:
    for pragma in (
        f"page_size = {form.page_size}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"wal_autocheckpoint = {form.autocheckpoint}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _check_or_install(connection: sqlite3.Connection, path: Path, form: Format) -> None:
    magic, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if magic == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        _install(connection, form)
    elif magic != MAGIC:
        raise DataCorrupted(f"not a file of Elanus: {path}, expected magic {MAGIC:#x}, found {magic:#x}")
    elif version > form.version:
        raise OperationNotSupported(
            f"{path} has format version {version}, this Elanus reads up to {form.version}; use a newer Elanus"
        )
    elif version < form.version:
        _install(connection, form)


def _check_structure(connection: sqlite3.Connection, path: Path) -> None:
    """Every page is where it belongs, so no row is missing; what rows hold has checksums of its own."""
    [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DataCorrupted(f"file is damaged: {path}, expected whole pages, found: {found}")


def _install(connection: sqlite3.Connection, form: Format) -> None:
    connection.executescript(
        f"BEGIN IMMEDIATE; PRAGMA application_id = {MAGIC}; PRAGMA user_version = {form.version}; {form.tables} COMMIT;"
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
