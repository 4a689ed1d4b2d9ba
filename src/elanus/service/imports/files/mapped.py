"""The contents of a file, mapped."""

from __future__ import annotations

import mmap
import shutil
import tempfile
from pathlib import Path

from elanus.storage.files import disk_errors


def mapped_copy(path: Path, scratch: Path) -> mmap.mmap:
    """A private copy of the file in a file of ``scratch`` that has no name.

    Whoever makes the original shorter while it is read would otherwise end this process (SIGBUS).

    raises  OutOfDisk, OSError; ValueError: the file is empty
    """
    with path.open("rb") as original, tempfile.TemporaryFile(dir=scratch) as copy:
        with disk_errors(scratch):
            shutil.copyfileobj(original, copy, 2**20)
            copy.flush()
        return mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ)
