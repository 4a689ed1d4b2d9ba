"""Whole files written once and never changed: durable, checksummed, replaced by rename."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xxhash

from elanus.errors import DataCorrupted, OutOfDisk, Unexpected

TEMPORARY_SUFFIX = ".tmp"

NO_MORE_NAMES = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}
"""What a file system says that cannot give a file another name, or not one more."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What the catalog knows of an immutable file: its name in its directory, its size, its :func:`checksum`.

    damage  what was found wrong with it when it was read whole; "" = nothing so far
    """

    name: str
    size_bytes: int
    checksum: str
    damage: str = ""


def durable_write(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a file beside ``path``, sync it, and rename it into place.

    After a crash ``path`` is the old file or the new one, whole; a ``.tmp`` beside it is garbage.

    raises  OutOfDisk: no space left; then nothing changed. Whatever ``write`` raises leaves nothing behind either.
    """
    beside = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with disk_errors(path):
            write(beside)
            _fsync(beside, os.O_RDWR)
            os.replace(beside, path)
            fsync_directory(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def share(source: Path, target: Path) -> None:
    """Give a finished file, which never changes, a second name: it stays until both are gone.

    A copy where the file system has no such names. Durable once the target's directory is synced. Raises OutOfDisk.
    """
    with disk_errors(target):
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_MORE_NAMES:
                raise
            durable_write(target, lambda beside: _copy(source, beside))


def try_to_write(directory: Path) -> None:
    """Write and sync a small file and delete it again. Raises OutOfDisk, Unexpected."""
    with disk_errors(directory), tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        file.write(bytes(4096))
        os.fsync(file.fileno())


def make_directory(path: Path) -> None:
    """Make a directory and its missing parents, so that they are still there after a power loss."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with disk_errors(path):
        path.mkdir(exist_ok=True)
        fsync_directory(path.parent)


def make_private_directory(path: Path) -> None:
    """As :func:`make_directory`; a new one only its owner can enter. One that is there keeps its mode."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with disk_errors(path):
        path.mkdir(mode=0o700, exist_ok=True)
        fsync_directory(path.parent)


def remove_tree(path: Path) -> None:
    """Delete a file, or a directory and all below it. What is not there is deleted already."""
    try:
        shutil.rmtree(path)
    except NotADirectoryError:
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return


def fsync_directory(path: Path) -> None:
    """Make creations, renames and removals in a directory survive a power loss."""
    _fsync(path, os.O_RDONLY | os.O_DIRECTORY)


def checksum(path: Path) -> str:
    """xxh3, 64 bits, of the whole file, as 16 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_64).hexdigest()


def file_entry(path: Path) -> FileEntry:
    """The entry of a finished file."""
    return FileEntry(path.name, path.stat().st_size, checksum(path))


def check_size(directory: Path, entry: FileEntry) -> Path:
    """The path of the file, which is there and has its length. Cheap: reads no contents. Raises DataCorrupted."""
    path = directory / entry.name
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        raise DataCorrupted(f"file is missing: {path}, expected {entry.size_bytes} bytes") from None
    if found != entry.size_bytes:
        raise DataCorrupted(f"file has the wrong size: {path}, expected {entry.size_bytes} bytes, found {found}")
    return path


def verify_file(directory: Path, entry: FileEntry) -> None:
    """Read the whole file and compare it with its entry. Raises DataCorrupted naming file, expected and found."""
    path = check_size(directory, entry)
    found = checksum(path)
    if found != entry.checksum:
        raise DataCorrupted(f"file has the wrong checksum: {path}, expected {entry.checksum}, found {found}")


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into errors of our tree."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutOfDisk(f"no space left on the disk for {path}; free some space and try again") from error
        raise Unexpected(f"cannot write {path}: {error}") from error


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
