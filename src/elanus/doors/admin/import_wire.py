"""Requests of the admin door about bulk imports, and what is told of them, as values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from elanus.doors.admin.wire import Target


@dataclass(frozen=True, slots=True)
class NewImport:
    """Groups of files, by their paths from the import directory, for the target's collection."""

    target: Target
    files: tuple[tuple[str, ...], ...]
    partition: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportJob:
    """The job of this number, which brings rows into the target's collection."""

    target: Target
    job_id: int


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """state is pending, started, persisted, completed or failed; reason why it failed."""

    state: str
    percent: int
    row_count: int
    reason: str
