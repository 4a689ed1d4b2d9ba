"""What exists in a data directory, durable and transactional: ``catalog.sqlite``.

Read once when the directory is opened; afterwards the engine keeps its own state in memory and writes through
:meth:`Catalog.change`. A file that no record names is garbage.
"""

from __future__ import annotations

from elanus.storage.catalog.access import GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord
from elanus.storage.catalog.catalog import Catalog, Change
from elanus.storage.catalog.imports import ImportedFile, ImportRecord, ImportState
from elanus.storage.catalog.records import (
    DEFAULT_DATABASE_ID,
    AliasRecord,
    BuildRecord,
    BuildState,
    CollectionRecord,
    DatabaseRecord,
    IndexRecord,
    IndexState,
    LoadRecord,
    LogEpochRecord,
    PartitionRecord,
    PinRecord,
    Record,
    RestoreRecord,
    SegmentRecord,
    SnapshotRecord,
)

__all__ = [
    "DEFAULT_DATABASE_ID",
    "AliasRecord",
    "BuildRecord",
    "BuildState",
    "Catalog",
    "Change",
    "CollectionRecord",
    "DatabaseRecord",
    "GrantRecord",
    "ImportRecord",
    "ImportState",
    "ImportedFile",
    "IndexRecord",
    "IndexState",
    "LoadRecord",
    "LogEpochRecord",
    "MemberRecord",
    "PartitionRecord",
    "PinRecord",
    "PrivilegeGroupRecord",
    "Record",
    "RestoreRecord",
    "RoleRecord",
    "SegmentRecord",
    "SnapshotRecord",
    "UserRecord",
]
