"""Every call of the v2 API, and what only Elanus offers beside it."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.v2.absent import absent_endpoints
from elanus.doors.rest.v2.aliases import AliasCalls
from elanus.doors.rest.v2.analysis import AnalysisCalls
from elanus.doors.rest.v2.collections import CollectionCalls
from elanus.doors.rest.v2.databases import DatabaseCalls
from elanus.doors.rest.v2.entities import EntityCalls
from elanus.doors.rest.v2.fields import FieldCalls
from elanus.doors.rest.v2.function_fields import FunctionFieldCalls
from elanus.doors.rest.v2.functions import FunctionCalls
from elanus.doors.rest.v2.imports import ImportCalls
from elanus.doors.rest.v2.indexes import IndexCalls
from elanus.doors.rest.v2.partitions import PartitionCalls
from elanus.doors.rest.v2.privilege_groups import PrivilegeGroupCalls
from elanus.doors.rest.v2.roles import RoleCalls
from elanus.doors.rest.v2.searches import SearchCalls
from elanus.doors.rest.v2.snapshots import SnapshotCalls
from elanus.doors.rest.v2.tuning import TuningCalls
from elanus.doors.rest.v2.users import UserCalls
from elanus.service import Service

_PARTS = (
    CollectionCalls,
    FieldCalls,
    FunctionCalls,
    FunctionFieldCalls,
    EntityCalls,
    SearchCalls,
    IndexCalls,
    PartitionCalls,
    AliasCalls,
    DatabaseCalls,
    AnalysisCalls,
    ImportCalls,
    SnapshotCalls,
    UserCalls,
    RoleCalls,
    PrivilegeGroupCalls,
    TuningCalls,
)


def endpoints(service: Service) -> list[Endpoint]:
    offered = [one for part in _PARTS for one in part(service).endpoints()]
    return offered + absent_endpoints()
