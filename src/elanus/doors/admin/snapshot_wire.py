"""Requests of the admin door about snapshots, as values."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.doors.admin.wire import Target


@dataclass(frozen=True, slots=True)
class NamedSnapshot:
    """A snapshot of the target's collection; description  of one that is to be taken."""

    target: Target
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Restoring:
    """A snapshot of the target's collection, and what is to be made of it."""

    target: Target
    name: str
    database: str
    collection: str


@dataclass(frozen=True, slots=True)
class RestoreJob:
    """The job of this number; target  what it makes."""

    target: Target
    job_id: int
