from __future__ import annotations

import subprocess
import sys

import pytest

from elanus.doors.grpc_v2.messages import path, request_class, response_class
from elanus.doors.grpc_v2.table import handlers, offered
from elanus.doors.protocols import refusal
from elanus.engine.database import Engine
from elanus.service import Service

CORE = [
    "CreateCollection", "DropCollection", "HasCollection", "DescribeCollection", "GetCollectionStatistics",
    "ShowCollections", "AlterCollection", "RenameCollection", "LoadCollection", "ReleaseCollection",
    "GetLoadingProgress", "GetLoadState", "CreatePartition", "DropPartition", "HasPartition",
    "LoadPartitions", "ReleasePartitions", "ShowPartitions", "CreateAlias", "DropAlias", "AlterAlias",
    "DescribeAlias", "ListAliases", "CreateIndex", "AlterIndex", "DescribeIndex", "GetIndexState",
    "GetIndexBuildProgress", "DropIndex", "Insert", "Delete", "Upsert", "Search", "HybridSearch", "Flush",
    "Query", "GetFlushState", "AllocTimestamp", "GetVersion", "Connect", "CreateDatabase", "DropDatabase",
    "ListDatabases", "DescribeDatabase",
]  # fmt: skip


EXPECTED = [
    "AddCollectionField", "AddCollectionFunction", "AlterCollectionField", "AlterCollectionFunction",
    "AlterCollectionSchema", "AlterDatabase", "CheckHealth", "DropCollectionFunction", "FlushAll",
    "GetCompactionState", "GetComponentStates", "GetFlushAllState", "GetIndexStatistics", "GetMetrics",
    "GetImportState", "Import", "ListImportTasks",
    "GetPartitionStatistics", "GetPersistentSegmentInfo", "GetQuerySegmentInfo", "GetReplicas",
    "CreateSnapshot", "DescribeSnapshot", "DropSnapshot", "GetRestoreSnapshotState", "ListSnapshots", "RestoreSnapshot",
    "ListResourceGroups", "ManualCompaction", "RunAnalyzer", "TruncateCollection",
    "CreateCredential", "UpdateCredential", "DeleteCredential", "ListCredUsers", "CreateRole", "AlterRole", "DropRole",
    "OperateUserRole", "SelectRole", "SelectUser", "OperatePrivilege", "OperatePrivilegeV2", "SelectGrant",
    "CreatePrivilegeGroup", "DropPrivilegeGroup", "ListPrivilegeGroups", "OperatePrivilegeGroup", "BackupRBAC",
    "RestoreRBAC",
]  # fmt: skip
"""What a real database of one node answers, besides the core."""
ABSENT = ["LoadBalance", "ReplicateMessage"]
"""Of a cluster: refused by name."""


@pytest.fixture
def table(tmp_path):
    engine = Engine.open(tmp_path)
    yield handlers(Service(engine))
    engine.close()


def test_every_core_rpc_is_offered(table):
    assert set(CORE) <= set(offered(table))


def test_every_expected_rpc_is_offered(table):
    assert set(EXPECTED) - set(offered(table)) == set()


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_absent_is_refused_by_its_name(table, name):
    assert name not in offered(table)
    assert refusal(path(name)) == f"{name} is not implemented by Elanus yet"


def test_every_handler_is_an_rpc_and_answers_its_message_to_an_empty_request(table):
    from elanus.doors.grpc_v2.call import CallContext

    for rpc_path, handler in table.items():
        answer = handler(request_class(rpc_path)(), CallContext())
        assert type(answer) is response_class(rpc_path), rpc_path
        status = getattr(answer, "status", answer)
        assert "unexpected error" not in getattr(status, "reason", ""), (rpc_path, status)


def test_messages_do_not_need_all_of_pymilvus():
    """A server that never needs the client starts a second or two sooner."""
    script = "import sys, elanus.doors.grpc_v2.table; sys.exit('pymilvus' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_messages_are_those_of_pymilvus():
    from pymilvus.grpc_gen import milvus_pb2

    assert request_class(path("Search")) is milvus_pb2.SearchRequest
