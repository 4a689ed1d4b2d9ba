"""One import: what is asked for, how its rows are read, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from elanus.storage.catalog import ImportedFile, ImportRecord, ImportState

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

READ_PERCENT, WRITTEN_PERCENT = 80, 19
"""What reading the files, and then writing the last segments, counts for."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """partition  name; "" = the default one, or those the partition key chooses"""

    files: tuple[ImportedFile, ...]
    partition: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Some checked rows of a file.

    rows  all stored fields but a generated primary key and ``$ts``
    file  its number among those of the job
    done  share of the file, 0..1, that was read up to their end
    """

    rows: pa.RecordBatch
    file: int
    done: float


class Reader(Protocol):
    """Reads the files of a job in order, as rows of the schema the collection has when it begins.

    Raises ImportFailed and other errors of our tree for what is in the files.
    """

    def __call__(self, collection: Collection, record: ImportRecord) -> Iterator[ReadRows]: ...


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """A job as it is at this moment.

    state        of the job; ``record.state`` is what was last written down
    percent      0..100, never going back
    file_rows    rows taken from each file up to now; none when the job failed
    file_percent of each file that was read
    """

    record: ImportRecord
    state: ImportState
    percent: int
    file_rows: tuple[int, ...]
    file_percent: tuple[int, ...]

    @property
    def row_count(self) -> int:
        return sum(self.file_rows)


class Job:
    """An import that waits, runs, or has ended. One thread changes it, any may ask for its status."""

    def __init__(self, record: ImportRecord) -> None:
        self.record = record
        self.state: ImportState = record.state
        self._percent = 0
        self._rows = [file.row_count for file in record.files]
        self._done = [0.0] * len(record.files)

    @property
    def has_ended(self) -> bool:
        return self.state in ("completed", "failed")

    @property
    def row_count(self) -> int:
        return sum(self._rows)

    def begin(self) -> None:
        """From the start, also when it was begun before."""
        self.state = "started"
        self._rows = [0] * len(self._rows)
        self._done = [0.0] * len(self._done)

    def note_read(self, read: ReadRows) -> None:
        self._rows[read.file] += read.rows.num_rows
        self._done[read.file] = read.done
        self._raise(READ_PERCENT * self._read_share())

    def note_written(self, rows: int) -> None:
        """So many of the rows that were read are in segment files; all files are read."""
        self._raise(READ_PERCENT + WRITTEN_PERCENT * rows / max(self.row_count, 1))

    def end(self, record: ImportRecord) -> None:
        """The record says how."""
        self.record, self.state = record, record.state

    def status(self) -> ImportStatus:
        if self.state == "completed":
            rows = tuple(file.row_count for file in self.record.files)
            return ImportStatus(self.record, self.state, 100, rows, (100,) * len(rows))
        done = tuple(int(share * 100) for share in self._done)
        rows = tuple(0 if self.state == "failed" else count for count in self._rows)
        return ImportStatus(self.record, self.state, self._percent, rows, done)

    def files(self) -> tuple[ImportedFile, ...]:
        """Those of the job with the rows that were taken from each."""
        counted = zip(self.record.files, self._rows, strict=True)
        return tuple(ImportedFile(file.paths, file.size_bytes, rows) for file, rows in counted)

    def _read_share(self) -> float:
        read = sum(file.size_bytes * done for file, done in zip(self.record.files, self._done, strict=True))
        return read / max(self.record.size_bytes, 1)

    def _raise(self, percent: float) -> None:
        self._percent = max(self._percent, int(percent))
