"""What is asked and told of snapshots: frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.storage.catalog.records import RestoreState


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """protected_seconds  how long no merge takes its segments out of the collection"""

    name: str
    description: str = ""
    protected_seconds: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot.

    collection  its name now
    created_ms  of Unix time
    rows        deleted ones among them that were not merged away yet
    size_bytes  of all its files, whether they are shared with the collection or not
    pins        how many hold it
    """

    name: str
    description: str
    collection: str
    partitions: tuple[str, ...]
    created_ms: int
    location: str
    rows: int
    size_bytes: int
    pins: int


@dataclass(frozen=True, slots=True)
class RestoreStatus:
    """A job that restores, or restored, a snapshot.

    database, collection  what it makes
    progress              percent; 100 = the collection is there
    started_ms            of Unix time; 0 = it waits
    took_ms               0 = it is not over
    """

    job_id: int
    snapshot: str
    database: str
    collection: str
    state: RestoreState
    progress: int
    reason: str
    started_ms: int
    took_ms: int
