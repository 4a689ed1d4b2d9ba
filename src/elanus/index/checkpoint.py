"""A build's checkpoint: the half-built index in a file like a finished one, replaced as a whole."""

from __future__ import annotations

import time
from pathlib import Path

from elanus.errors import DataCorrupted
from elanus.index.base import IndexBuilder, IndexSpec, Vectors
from elanus.index.file import Trailer, verify, write_trailer
from elanus.storage.files import durable_write


class Checkpoint:
    """Saves a builder now and then, and finds what an earlier build of the same task left.

    path     None = never save, nothing to find
    seconds  time from the end of one save to the start of the next
    """

    def __init__(self, path: Path | None, spec: IndexSpec, row_count: int, seconds: float) -> None:
        self._path = path
        self._spec = spec
        self._row_count = row_count
        self._seconds = seconds
        self._last = time.monotonic()

    def resume(self, builder: IndexBuilder, vectors: Vectors) -> int | None:
        """Rows the trained builder now holds: those of the checkpoint; None when there is none that fits.

        One that is damaged, of another task or of an older version is deleted: the build starts over and is right.
        """
        if self._path is None or not self._path.exists():
            return None
        if not self._fits(self._path):
            self._path.unlink()
            return None
        try:
            return builder.resume(self._path, vectors)
        except DataCorrupted:
            self._path.unlink()
            return None

    def save_when_due(self, builder: IndexBuilder, rows_done: int) -> None:
        if self._path is None or time.monotonic() - self._last < self._seconds:
            return

        def write(path: Path) -> None:
            builder.save(path)
            write_trailer(path, Trailer(self._spec, self._row_count, rows_done))

        durable_write(self._path, write)
        self._last = time.monotonic()

    def _fits(self, path: Path) -> bool:
        try:
            found = verify(path)
        except DataCorrupted:
            return False
        return (found.spec, found.row_count) == (self._spec, self._row_count)
