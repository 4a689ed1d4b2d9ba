"""What the catalog remembers: one frozen value per thing that exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from elanus.schema.collection import CollectionSchema
from elanus.storage.catalog.access import GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord
from elanus.storage.catalog.imports import ImportRecord
from elanus.storage.files import FileEntry

DEFAULT_DATABASE_ID = 1

IndexState = Literal["serving", "switching", "former", "shadow", "hidden"]
BuildState = Literal["queued", "running", "finished", "failed", "cancelled", "refused"]
RestoreState = Literal["pending", "executing", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class DatabaseRecord:
    id: int
    name: str
    properties: Mapping[str, str]
    created_ts: int


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """What the user asked to be loaded.

    partitions   ids; () = the whole collection
    load_fields  names; () = all
    """

    loaded: bool = False
    partitions: tuple[int, ...] = ()
    replica_number: int = 0
    load_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """A collection.

    num_partitions  of a collection with a partition key; 0 otherwise
    truncated_ts    of rows that left up to this timestamp some are gone for good (truncated, dropped with their
                    partition, merged away): no reader may go back before it
    """

    id: int
    database_id: int
    name: str
    schema: CollectionSchema
    shards: int
    consistency_level: int
    properties: Mapping[str, str]
    created_ts: int
    updated_ts: int
    load_state: LoadRecord = field(default_factory=LoadRecord)
    num_partitions: int = 0
    truncated_ts: int = 0


@dataclass(frozen=True, slots=True)
class PartitionRecord:
    id: int
    collection_id: int
    name: str
    created_ts: int


@dataclass(frozen=True, slots=True)
class AliasRecord:
    name: str
    database_id: int
    collection_id: int


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """The definition of an index on a field.

    type         as the user named it
    user_params  as sent
    spec         what they resolved to, as JSON
    properties   ``mmap.enabled`` ...
    replaces     id of the index this one is being built to replace
    """

    id: int
    collection_id: int
    field_id: int
    name: str
    type: str
    user_params: Mapping[str, str]
    spec: Mapping[str, Any]
    created_ts: int
    properties: Mapping[str, str] = field(default_factory=dict)
    replaces: int | None = None
    state: IndexState = "serving"


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A sealed segment.

    min_ts, max_ts  of its rows' inserts
    gone            the rows that left it; None = none did
    parents         ids of the segments it was compacted from
    visible_from    commit timestamp of a segment that was imported whole; 0 for one that grew
    """

    id: int
    collection_id: int
    partition_id: int
    row_count: int
    min_ts: int
    max_ts: int
    data: FileEntry
    keys: FileEntry
    gone: FileEntry | None
    created_ts: int
    parents: tuple[int, ...] = ()
    visible_from: int = 0


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """One run of an index definition over one segment.

    file    the index, in the segment's directory; None until finished
    reason  why it, or its attempt before, failed, was refused or cancelled; "" otherwise
    report  recall, latency, bytes ... as measured after the build
    """

    id: int
    index_id: int
    segment_id: int
    state: BuildState = "queued"
    file: FileEntry | None = None
    attempts: int = 0
    reason: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    started_ts: int = 0
    finished_ts: int = 0


@dataclass(frozen=True, slots=True)
class LogEpochRecord:
    """A log file that holds changes not yet in segments."""

    collection_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A saved state of a collection: what it was, and the files of its own that hold its rows and indexes.

    It outlives its collection only while it is pinned.

    created_ts          rows written up to this timestamp are in it
    collection          name, schema, properties ... at that moment
    segments, builds    their files lie in the snapshot's own directory, under the names given here
    protected_until_ms  of Unix time: until then no merge takes its segments out of the collection
    """

    id: int
    collection_id: int
    name: str
    description: str
    created_ts: int
    collection: CollectionRecord
    partitions: tuple[PartitionRecord, ...]
    indexes: tuple[IndexRecord, ...]
    segments: tuple[SegmentRecord, ...]
    builds: tuple[BuildRecord, ...]
    protected_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class PinRecord:
    """Somebody reads the files of a snapshot, which cannot be dropped until then.

    expires_ms  of Unix time; 0 = when it is unpinned
    """

    id: int
    snapshot_id: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class RestoreRecord:
    """A job that makes a collection of a snapshot, which it keeps pinned until it is over.

    database, collection      names of what is made
    started_ms, finished_ms   of Unix time; 0 = not yet
    """

    id: int
    snapshot_id: int
    snapshot: str
    pin_id: int
    database: str
    collection: str
    state: RestoreState = "pending"
    reason: str = ""
    started_ms: int = 0
    finished_ms: int = 0


Record = (
    DatabaseRecord
    | CollectionRecord
    | PartitionRecord
    | AliasRecord
    | IndexRecord
    | SegmentRecord
    | BuildRecord
    | LogEpochRecord
    | SnapshotRecord
    | PinRecord
    | RestoreRecord
    | UserRecord
    | RoleRecord
    | MemberRecord
    | GrantRecord
    | PrivilegeGroupRecord
    | ImportRecord
)
