"""All handlers by gRPC path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elanus.doors.grpc_v2.access_backup import AccessBackupCalls
from elanus.doors.grpc_v2.aliases import AliasCalls
from elanus.doors.grpc_v2.analysis import AnalysisCalls
from elanus.doors.grpc_v2.call import Handler
from elanus.doors.grpc_v2.collections import CollectionCalls
from elanus.doors.grpc_v2.data import DataCalls
from elanus.doors.grpc_v2.databases import DatabaseCalls
from elanus.doors.grpc_v2.early import EarlyCalls
from elanus.doors.grpc_v2.fields import FieldCalls
from elanus.doors.grpc_v2.flush import FlushCalls
from elanus.doors.grpc_v2.functions import FunctionCalls
from elanus.doors.grpc_v2.grants import GrantCalls
from elanus.doors.grpc_v2.imports import ImportCalls
from elanus.doors.grpc_v2.indexes import IndexCalls
from elanus.doors.grpc_v2.loads import LoadCalls
from elanus.doors.grpc_v2.messages import RPCS, path, response_class
from elanus.doors.grpc_v2.partitions import PartitionCalls
from elanus.doors.grpc_v2.resource_groups import ResourceGroupCalls
from elanus.doors.grpc_v2.roles import RoleCalls
from elanus.doors.grpc_v2.search import SearchCalls
from elanus.doors.grpc_v2.segments import SegmentCalls
from elanus.doors.grpc_v2.snapshots import SnapshotCalls
from elanus.doors.grpc_v2.status import guarded
from elanus.doors.grpc_v2.system import SystemCalls
from elanus.doors.grpc_v2.users import UserCalls
from elanus.service import Service

_PARTS: tuple[Any, ...] = (
    AccessBackupCalls,
    AliasCalls,
    AnalysisCalls,
    CollectionCalls,
    DataCalls,
    DatabaseCalls,
    EarlyCalls,
    FieldCalls,
    FlushCalls,
    FunctionCalls,
    GrantCalls,
    ImportCalls,
    IndexCalls,
    LoadCalls,
    PartitionCalls,
    ResourceGroupCalls,
    RoleCalls,
    SearchCalls,
    SegmentCalls,
    SnapshotCalls,
    SystemCalls,
    UserCalls,
)


def handlers(service: Service) -> dict[str, Handler]:
    """Path -> handler. The public methods of the ``...Calls`` classes have the names of their RPCs."""
    table: dict[str, Handler] = {}
    for part in _PARTS:
        calls = part(service)
        for name in vars(part):
            if not name.startswith("_"):
                table[path(name)] = guarded(name, getattr(calls, name), response_class(path(name)))
    return table


def offered(table: Mapping[str, Handler]) -> list[str]:
    """Names of the RPCs of the Milvus protocol that have a handler."""
    return [RPCS[rpc_path].name for rpc_path in RPCS if rpc_path in table]
