"""What can be allowed: Milvus's privileges, what each is about, and the groups they come in.

source  Milvus 2.6, ``pkg/util/constant.go``; names are those of its API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

ANY: Final = "*"
ALL: Final = "All"
"""The privilege that is every other one, on every object of a database."""

ObjectType = Literal["Collection", "Global", "User"]
OBJECT_TYPES: Final = ("Collection", "Global", "User")


class Level(Enum):
    """What a privilege is about."""

    COLLECTION = "collection"
    DATABASE = "database"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Privilege:
    """object_type  what the older calls of Milvus grant it on"""

    name: str
    level: Level
    object_type: ObjectType


_COLLECTION_READ_ONLY = (
    "Query", "Search", "IndexDetail", "GetFlushState", "GetLoadState", "GetLoadingProgress", "HasPartition",
    "ShowPartitions", "DescribeCollection", "DescribeAlias", "GetStatistics", "ListAliases", "GetImportProgress",
    "ListImport",
)  # fmt: skip
_COLLECTION_READ_WRITE = (
    *_COLLECTION_READ_ONLY, "Load", "Release", "Insert", "Delete", "Upsert", "Import", "Flush", "Compaction",
    "LoadBalance", "CreateIndex", "DropIndex", "CreatePartition", "DropPartition", "AddCollectionField",
    "AlterCollectionSchema", "RefreshExternalCollection",
)  # fmt: skip
_COLLECTION_ADMIN = (*_COLLECTION_READ_WRITE, "CreateAlias", "DropAlias")
_DATABASE_READ_ONLY = ("ShowCollections", "DescribeDatabase", "DescribeSnapshot", "ListSnapshots")
_DATABASE_READ_WRITE = (
    *_DATABASE_READ_ONLY, "AlterDatabase", "CreateSnapshot", "DropSnapshot", "PinSnapshotData", "UnpinSnapshotData",
)  # fmt: skip
_DATABASE_ADMIN = (
    *_DATABASE_READ_WRITE, "CreateCollection", "DropCollection", "RenameCollection", "RestoreSnapshot",
)  # fmt: skip
_CLUSTER_READ_ONLY = (
    "ListDatabases", "SelectOwnership", "SelectUser", "DescribeResourceGroup", "ListResourceGroups",
    "ListPrivilegeGroups", "ListFileResources", "GetReplicateConfiguration",
)  # fmt: skip
_CLUSTER_READ_WRITE = (
    *_CLUSTER_READ_ONLY, "FlushAll", "TransferNode", "TransferReplica", "UpdateResourceGroups",
)  # fmt: skip
_CLUSTER_ADMIN = (
    *_CLUSTER_READ_WRITE, "BackupRBAC", "RestoreRBAC", "CreateDatabase", "DropDatabase", "CreateOwnership",
    "DropOwnership", "ManageOwnership", "CreateResourceGroup", "DropResourceGroup", "UpdateUser",
    "CreatePrivilegeGroup", "DropPrivilegeGroup", "OperatePrivilegeGroup", "AddFileResource", "RemoveFileResource",
    "UpdateReplicateConfiguration", "RestoreExternalSnapshot", "ExportSnapshot",
)  # fmt: skip

BUILT_IN_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "ClusterReadOnly": _CLUSTER_READ_ONLY,
    "ClusterReadWrite": _CLUSTER_READ_WRITE,
    "ClusterAdmin": _CLUSTER_ADMIN,
    "DatabaseReadOnly": _DATABASE_READ_ONLY,
    "DatabaseReadWrite": _DATABASE_READ_WRITE,
    "DatabaseAdmin": _DATABASE_ADMIN,
    "CollectionReadOnly": _COLLECTION_READ_ONLY,
    "CollectionReadWrite": _COLLECTION_READ_WRITE,
    "CollectionAdmin": _COLLECTION_ADMIN,
}

_OLD_READ_ONLY = (*_COLLECTION_READ_ONLY, "ShowCollections", "DescribeDatabase", "ListDatabases")
_OLD_READ_WRITE = (*_OLD_READ_ONLY, *_COLLECTION_ADMIN, "RenameCollection")
_NOT_OF_OLD_ADMIN = {
    "FlushAll", "CreatePrivilegeGroup", "DropPrivilegeGroup", "ListPrivilegeGroups", "OperatePrivilegeGroup",
}  # fmt: skip
OLD_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "ReadOnly": _OLD_READ_ONLY,
    "ReadWrite": _OLD_READ_WRITE,
    "Admin": tuple(
        name for name in (*_COLLECTION_ADMIN, *_DATABASE_ADMIN, *_CLUSTER_ADMIN) if name not in _NOT_OF_OLD_ADMIN
    ),
}
"""The groups of Milvus 2.4, which the older calls grant and no list shows."""

_GLOBAL_ABOUT_A_COLLECTION = {"DescribeCollection", "DescribeAlias", "ListAliases", "CreateAlias", "DropAlias"}
_COLLECTION_ABOUT_A_DATABASE = {
    "CreateSnapshot", "DropSnapshot", "DescribeSnapshot", "ListSnapshots", "RestoreSnapshot",
}  # fmt: skip


def _object_type(name: str, level: Level) -> ObjectType:
    if name in ("SelectUser", "UpdateUser"):
        return "User"
    if level is Level.COLLECTION:
        return "Global" if name in _GLOBAL_ABOUT_A_COLLECTION else "Collection"
    return "Collection" if name in _COLLECTION_ABOUT_A_DATABASE else "Global"


PRIVILEGES: Final[Mapping[str, Privilege]] = {
    name: Privilege(name, level, _object_type(name, level))
    for level, names in (
        (Level.COLLECTION, _COLLECTION_ADMIN),
        (Level.DATABASE, _DATABASE_ADMIN),
        (Level.CLUSTER, (*_CLUSTER_ADMIN, ALL)),
    )
    for name in names
}

IMPLIED: Final[Mapping[str, tuple[str, ...]]] = {
    "Load": ("GetLoadState", "GetLoadingProgress"),
    "Flush": ("GetFlushState",),
}
"""What comes with a privilege: who may begin it may ask how far it is."""


def is_defined(name: str) -> bool:
    """Whether Milvus has a privilege, or a group of them, of this name."""
    return name in PRIVILEGES or name in BUILT_IN_GROUPS or name in OLD_GROUPS


def level_of(name: str) -> Level | None:
    """Of a privilege, or of a built-in group; None = of several."""
    if name in PRIVILEGES:
        return PRIVILEGES[name].level
    members = BUILT_IN_GROUPS.get(name)
    return PRIVILEGES[members[0]].level if members else None
