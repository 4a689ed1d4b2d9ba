"""What the catalog remembers of bulk imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ImportState = Literal["pending", "started", "persisted", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What is read as one: a file, or the NumPy files of the fields.

    paths      as they were asked for
    row_count  rows that were taken from it; 0 until the import is completed
    """

    paths: tuple[str, ...]
    size_bytes: int
    row_count: int = 0

    @property
    def name(self) -> str:
        return ", ".join(self.paths)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """A job that brings the rows of files into a collection; it outlives the collection.

    database, collection  names when it was asked for
    partition             name; "" = the default one, or those the partition key chooses
    state                 ``persisted`` is never written: a crash then begins the job anew
    reason                why it failed; "" otherwise
    finished_ts           of its end; 0 = it has not ended
    """

    id: int
    collection_id: int
    database: str
    collection: str
    partition: str
    files: tuple[ImportedFile, ...]
    created_ts: int
    options: Mapping[str, str] = field(default_factory=dict)
    state: ImportState = "pending"
    reason: str = ""
    finished_ts: int = 0

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self.files)

    @property
    def row_count(self) -> int:
        return sum(one.row_count for one in self.files)
