"""Which RPC of Milvus each call of v2 amounts to: whoever may do that by gRPC may do this.

Of what only Elanus offers, the RPC is the one whose privilege fits.
"""

from __future__ import annotations

from collections.abc import Mapping

from elanus.doors.rest.v2.address import ELANUS, V2

_ROWS = {
    "entities/insert": "Insert",
    "entities/upsert": "Upsert",
    "entities/delete": "Delete",
    "entities/query": "Query",
    "entities/get": "Query",
    "entities/search": "Search",
    "entities/hybrid_search": "HybridSearch",
    "entities/advanced_search": "HybridSearch",
}
_COLLECTIONS = {
    "collections/list": "ShowCollections",
    "collections/has": "HasCollection",
    "collections/describe": "DescribeCollection",
    "collections/get_stats": "GetCollectionStatistics",
    "collections/get_load_state": "GetLoadState",
    "collections/create": "CreateCollection",
    "collections/drop": "DropCollection",
    "collections/rename": "RenameCollection",
    "collections/load": "LoadCollection",
    "collections/refresh_load": "LoadCollection",
    "collections/release": "ReleaseCollection",
    "collections/alter_properties": "AlterCollection",
    "collections/drop_properties": "AlterCollection",
    "collections/flush": "Flush",
    "collections/compact": "ManualCompaction",
    "collections/get_compaction_state": "GetCompactionState",
    "collections/truncate": "TruncateCollection",
    "collections/fields/add": "AddCollectionField",
    "collections/fields/drop": "AlterCollectionSchema",
    "collections/fields/alter_properties": "AlterCollectionField",
    "collections/add_function": "AddCollectionFunction",
    "collections/alter_function": "AlterCollectionFunction",
    "collections/drop_function": "DropCollectionFunction",
    "collections/add_function_field": "AlterCollectionSchema",
    "collections/drop_function_field": "AlterCollectionSchema",
    "common/run_analyzer": "RunAnalyzer",
}
_PARTITIONS = {
    "partitions/list": "ShowPartitions",
    "partitions/has": "HasPartition",
    "partitions/get_stats": "GetPartitionStatistics",
    "partitions/create": "CreatePartition",
    "partitions/drop": "DropPartition",
    "partitions/load": "LoadPartitions",
    "partitions/release": "ReleasePartitions",
}
_INDEXES = {
    "indexes/list": "DescribeIndex",
    "indexes/describe": "DescribeIndex",
    "indexes/create": "CreateIndex",
    "indexes/drop": "DropIndex",
    "indexes/alter_properties": "AlterIndex",
    "indexes/drop_properties": "AlterIndex",
}
_NAMES = {
    "aliases/list": "ListAliases",
    "aliases/describe": "DescribeAlias",
    "aliases/create": "CreateAlias",
    "aliases/alter": "AlterAlias",
    "aliases/drop": "DropAlias",
    "databases/list": "ListDatabases",
    "databases/describe": "DescribeDatabase",
    "databases/create": "CreateDatabase",
    "databases/alter": "AlterDatabase",
    "databases/alter_properties": "AlterDatabase",
    "databases/drop_properties": "AlterDatabase",
    "databases/drop": "DropDatabase",
}
_SNAPSHOTS = {
    "snapshots/create": "CreateSnapshot",
    "snapshots/drop": "DropSnapshot",
    "snapshots/list": "ListSnapshots",
    "snapshots/describe": "DescribeSnapshot",
    "snapshots/restore": "RestoreSnapshot",
    "snapshots/pin": "PinSnapshotData",
    "snapshots/unpin": "UnpinSnapshotData",
    "jobs/snapshot/describe": "GetRestoreSnapshotState",
    "jobs/snapshot/list": "ListRestoreSnapshotJobs",
}
_USERS = {
    "users/list": "ListCredUsers",
    "users/describe": "SelectUser",
    "users/create": "CreateCredential",
    "users/update_password": "UpdateCredential",
    "users/drop": "DeleteCredential",
    "users/grant_role": "OperateUserRole",
    "users/revoke_role": "OperateUserRole",
}
_ROLES = {
    "roles/list": "SelectRole",
    "roles/describe": "SelectGrant",
    "roles/create": "CreateRole",
    "roles/alter": "AlterRole",
    "roles/drop": "DropRole",
    "roles/grant_privilege": "OperatePrivilege",
    "roles/revoke_privilege": "OperatePrivilege",
    "roles/grant_privilege_v2": "OperatePrivilegeV2",
    "roles/revoke_privilege_v2": "OperatePrivilegeV2",
    "privilege_groups/list": "ListPrivilegeGroups",
    "privilege_groups/create": "CreatePrivilegeGroup",
    "privilege_groups/drop": "DropPrivilegeGroup",
    "privilege_groups/add_privileges_to_group": "OperatePrivilegeGroup",
    "privilege_groups/remove_privileges_from_group": "OperatePrivilegeGroup",
}
_SNAPSHOTS = {
    "snapshots/create": "CreateSnapshot",
    "snapshots/drop": "DropSnapshot",
    "snapshots/list": "ListSnapshots",
    "snapshots/describe": "DescribeSnapshot",
    "snapshots/restore": "RestoreSnapshot",
    "snapshots/pin": "PinSnapshotData",
    "snapshots/unpin": "UnpinSnapshotData",
    "jobs/snapshot/describe": "GetRestoreSnapshotState",
    "jobs/snapshot/list": "ListRestoreSnapshotJobs",
}
_IMPORTS = {
    "jobs/import/create": "Import",
    "jobs/import/list": "ListImportTasks",
    "jobs/import/describe": "GetImportState",
    "jobs/import/get_progress": "GetImportState",
}
_TUNING = {
    "DescribeIndex": "list history",
    "CreateIndex": "add switch promote rollback hide show pause resume cancel verify advise",
    "DropIndex": "drop",
    "Search": "explain report compare",
}
"""Calls on ``/v2/elanus/indexes`` by RPC."""

RPCS: Mapping[str, str] = {
    **{V2.prefix + path: rpc
       for part in (_ROWS, _COLLECTIONS, _PARTITIONS, _INDEXES, _NAMES, _USERS, _ROLES, _SNAPSHOTS, _IMPORTS)
       for path, rpc in part.items()},
    **{f"{ELANUS.prefix}indexes/{call}": rpc for rpc, calls in _TUNING.items() for call in calls.split()},
}  # fmt: skip
"""By path."""
