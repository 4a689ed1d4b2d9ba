from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elanus.errors import DataCorrupted, Error, OperationNotSupported, OutOfDisk, Unexpected
from elanus.storage.log import Log, LogRecord
from unit.storage.child import forked, python

GROUP_SIZE = 3

KILLED_APPENDER = """
import sys
from pathlib import Path
from elanus.storage.log import Log, LogRecord
log = Log.create(Path(sys.argv[1]))
for group in range(int(sys.argv[2])):
    log.append([LogRecord(group * 3 + i, 7, "insert", bytes([i]) * 150_000) for i in range(3)])
    print(group, flush=True)
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""

FILE_SIZE_LIMIT = """
import resource, sys
from pathlib import Path
from elanus.errors import Error
from elanus.storage.log import Log, LogRecord
log = Log.create(Path(sys.argv[1]))
log.append([LogRecord(1, 1, "a", b"one")])
wal = Path(sys.argv[1] + "-wal")
resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 300_000, resource.RLIM_INFINITY))
try:
    log.append([LogRecord(2, 2, "b", b"two"), LogRecord(3, 3, "c", bytes(5_000_000))])
except Error as error:
    print(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append([LogRecord(4, 4, "d", b"four")])
print(*(r.sequence for r in log.replay()))
log.close()
print(*(r.sequence for r in Log.open(Path(sys.argv[1])).replay()))
"""


def records(first: int, count: int = GROUP_SIZE, size: int = 150_000) -> list[LogRecord]:
    return [LogRecord(first + i, 7, "insert", bytes([i]) * size) for i in range(count)]


def replayed(path: Path) -> list[LogRecord]:
    log = Log.open(path)
    try:
        return list(log.replay())
    finally:
        log.close()


def flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


def test_replay_gives_what_was_appended_in_order(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log-000001.sqlite"
    log = Log.create(path)
    bodies = [b"bytes", memoryview(np.arange(5)), pa.py_buffer(b"arrow"), b""]
    log.append([LogRecord(i, 1 << 60, f"kind {i}", body) for i, body in enumerate(bodies)])
    log.append([])
    log.append(records(4))
    expected = [LogRecord(i, 1 << 60, f"kind {i}", bytes(body)) for i, body in enumerate(bodies)] + records(4)
    assert list(log.replay()) == expected
    log.close()
    assert replayed(path) == expected


def test_appends_continue_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for first in (0, 3, 6):
        log = Log.open(path) if first else Log.create(path)
        log.append(records(first))
        log.close()
    assert [r.sequence for r in replayed(path)] == list(range(9))


def test_killed_writer_keeps_every_acknowledged_group(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert python(KILLED_APPENDER, path, 5).stdout.split() == ["0", "1", "2", "3", "4"]
    assert path.with_name("log-wal").stat().st_size > 5 * GROUP_SIZE * 150_000
    assert replayed(path) == [record for group in range(5) for record in records(group * GROUP_SIZE)]


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.85, 0.99])
def test_torn_end_loses_only_the_torn_group(tmp_path: Path, kept: float) -> None:
    """The file as it is when the machine dies while the last group is being written."""
    path, wal = tmp_path / "log", tmp_path / "log-wal"
    python(KILLED_APPENDER, path, 1)
    before = wal.stat().st_size
    for file in tmp_path.iterdir():
        file.unlink()
    python(KILLED_APPENDER, path, 2)
    os.truncate(wal, before + int((wal.stat().st_size - before) * kept))
    assert replayed(path) == records(0)


def test_flipped_byte_in_an_acknowledged_group_is_not_a_silent_end(tmp_path: Path) -> None:
    path, wal = tmp_path / "log", tmp_path / "log-wal"
    python(KILLED_APPENDER, path, 5)
    flip(wal, wal.stat().st_size // 2)
    with pytest.raises(DataCorrupted, match=r"log-wal, expected \d+ whole pages, found \d+"):
        Log.open(path)


def test_flipped_byte_in_the_header_of_the_wal_is_not_a_silent_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    python(KILLED_APPENDER, path, 5)
    flip(tmp_path / "log-wal", 17)
    with pytest.raises(DataCorrupted):
        Log.open(path)


def test_flipped_byte_in_a_closed_log_names_file_sequence_and_checksums(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = Log.create(path)
    log.append(records(0))
    log.append(records(3))
    log.close()
    flip(path, path.read_bytes().rindex(b"\2" * 1000))
    with pytest.raises(DataCorrupted, match=rf"{path}, sequence 5, expected checksum \w{{16}}, found \w{{16}}"):
        replayed(path)


def test_missing_record_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = Log.create(path)
    log.append(records(0))
    log.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM records WHERE sequence = 1")
    connection.close()
    with pytest.raises(DataCorrupted, match="sequence 2"):
        replayed(path)


def test_failed_write_keeps_nothing_of_the_group_and_the_log_usable(tmp_path: Path) -> None:
    lines = python(FILE_SIZE_LIMIT, tmp_path / "log").stdout.splitlines()
    assert lines == ["Unexpected", "1 4", "1 4"]


def test_full_disk_says_so(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log")
    log._connection.execute("PRAGMA max_page_count = 10")
    with pytest.raises(OutOfDisk, match="free some space"):
        log.append(records(0, count=10))
    log.append(records(0, count=1))
    assert list(log.replay()) == records(0, count=1)
    log.close()


def test_forked_child_that_drops_the_log_does_not_disturb_the_parent(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = Log.create(path)
    log.append(records(0))

    def child() -> int:
        log._connection.close()
        return 0

    assert forked(child) == 0
    log.append(records(3))
    assert [r.sequence for r in log.replay()] == list(range(6))
    log.close()
    assert [r.sequence for r in replayed(path)] == list(range(6))


def test_discard_leaves_nothing(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log")
    log.append(records(0))
    log.discard()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataCorrupted, match="missing"):
        Log.open(tmp_path / "log")


def test_create_does_not_overwrite_and_open_refuses_strangers(tmp_path: Path) -> None:
    path = tmp_path / "log"
    Log.create(path).close()
    with pytest.raises(Unexpected, match="exists"):
        Log.create(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OperationNotSupported, match="format version 99"):
        Log.open(path)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(DataCorrupted):
        Log.open(path)


def test_any_error_of_an_append_is_ours(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log")
    log._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000)
    with pytest.raises(Error):
        log.append(records(0))
    assert list(log.replay()) == []
    log.close()
