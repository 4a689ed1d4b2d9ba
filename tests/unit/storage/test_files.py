from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import xxhash

from elanus.errors import DataCorrupted, OutOfDisk
from elanus.storage import files
from unit.storage.child import python

KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from elanus.storage.files import durable_write

def write(beside):
    beside.write_bytes(b"new" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)

durable_write(Path(sys.argv[1]), write)
"""


def test_durable_write_replaces_the_file_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    files.durable_write(path, lambda beside: beside.write_bytes(b"new") and None)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_durable_write_killed_before_the_rename_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    assert python(KILLED_WRITER, path).returncode < 0
    assert path.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "file.tmp"]


def test_durable_write_on_a_full_disk_leaves_nothing_beside(tmp_path: Path) -> None:
    def write(beside: Path) -> None:
        beside.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutOfDisk, match="free some space"):
        files.durable_write(tmp_path / "file", write)
    assert list(tmp_path.iterdir()) == []


def test_checksum_is_xxh3_of_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for data in (b"", b"x", bytes(range(256)) * 5000):
        path.write_bytes(data)
        assert files.checksum(path) == xxhash.xxh3_64_hexdigest(data)


def test_verify_file_finds_missing_short_and_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abcdef")
    entry = files.file_entry(path)
    files.verify_file(tmp_path, entry)
    path.write_bytes(b"abcdeg")
    with pytest.raises(DataCorrupted, match=f"checksum: {path}, expected {entry.checksum}, found "):
        files.verify_file(tmp_path, entry)
    path.write_bytes(b"abc")
    with pytest.raises(DataCorrupted, match="expected 6 bytes, found 3"):
        files.verify_file(tmp_path, entry)
    path.unlink()
    with pytest.raises(DataCorrupted, match="missing"):
        files.verify_file(tmp_path, entry)


def test_a_shared_file_stays_until_both_names_are_gone(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"rows")
    files.share(first, second)
    assert first.stat().st_ino == second.stat().st_ino
    first.unlink()
    assert second.read_bytes() == b"rows"


def test_a_file_is_copied_where_it_cannot_have_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"rows")
    files.share(first, second)
    assert second.read_bytes() == b"rows"
    assert first.stat().st_ino != second.stat().st_ino
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_remove_tree_takes_files_directories_and_nothing(tmp_path: Path) -> None:
    files.make_directory(tmp_path / "a" / "b")
    (tmp_path / "a" / "b" / "file").write_bytes(b"x")
    (tmp_path / "c").write_bytes(b"x")
    for name in ("a", "c", "missing"):
        files.remove_tree(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
