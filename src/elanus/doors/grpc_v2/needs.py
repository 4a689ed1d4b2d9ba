"""What a caller must be allowed for each RPC.

Milvus's messages declare it themselves: an option on a request names the privilege and the field with the object it
is about. What they leave open to everybody with a password is listed here, and the few calls that need another look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf.message import Message as ProtobufMessage

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, common_pb2
from elanus.service.access.privileges import ALL, PRIVILEGES, Level

EVERYTHING: Final = ALL
"""What a call needs that nobody has thought of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a call wants to do. target  a collection, a user or a role; "" = none"""

    privilege: str
    database: str
    target: str = ""


Need: TypeAlias = Callable[[Message, CallContext], Iterable[Asked]]
"""What a request wants to do, all of which must be allowed."""


def need_of(rpc: Any) -> Need:
    """Of an RPC, by its descriptor."""
    if rpc.name in OPEN:
        return lambda _request, _context: ()
    if rpc.name in SPECIAL:
        return SPECIAL[rpc.name]
    declared = declared_of(rpc)
    if declared is None:
        return lambda _request, context: (Asked(EVERYTHING, context.connected_database()),)
    return _declared(rpc, declared)


def declared_of(rpc: Any) -> Any:
    """The option of the request's message; None = it has none."""
    options = rpc.input_type.GetOptions()
    extension = common_pb2.privilege_ext_obj
    return options.Extensions[extension] if options.HasExtension(extension) else None


OPEN: Final = frozenset({
    "AllocTimestamp", "CheckHealth", "Connect", "Dummy", "GetComponentStates", "GetMetrics", "GetVersion",
    "RegisterLink", "RunAnalyzer", "ComputePhraseMatchSlop", "ClientHeartbeat",
    "HasCollection", "ShowCollections", "ListDatabases",
    "GetCompactionState", "GetCompactionStateWithPlans", "GetFlushAllState", "GetReplicas",
    "GetPersistentSegmentInfo", "GetQuerySegmentInfo", "ListIndexedSegment", "DescribeSegmentIndexData",
    "GetImportState", "ListImportTasks", "GetRestoreSnapshotState", "DescribePrewarmTask",
    "GetRefreshExternalCollectionProgress", "ListRefreshExternalCollectionJobs",
})  # fmt: skip
"""RPCs for everybody with a password: about the connection, lists that leave out what the caller may not see, and
how far something is."""


def _declared(rpc: Any, declared: Any) -> Need:
    privilege = common_pb2.ObjectPrivilege.Name(declared.object_privilege).removeprefix("Privilege")
    target = _target_of(rpc, declared, privilege)
    if target is None:
        return lambda request, context: (Asked(privilege, _database(request, context)),)
    field: str = target.name
    return lambda request, context: _each(privilege, _database(request, context), _names(getattr(request, field)))


def _names(value: Any) -> Iterable[str]:
    """A field names one object, several, or carries one that has a name."""
    if isinstance(value, str):
        return (value,)
    return (value.name,) if isinstance(value, ProtobufMessage) else value


def _target_of(rpc: Any, declared: Any, privilege: str) -> Any:
    """The field that names the object; None = the call is about none."""
    number = max(declared.object_name_index, declared.object_name_indexs)
    if number > 0:
        return rpc.input_type.fields_by_number[number]
    if PRIVILEGES[privilege].level is Level.CLUSTER:
        return None
    return rpc.input_type.fields_by_name.get("collection_name")


def _each(privilege: str, database: str, targets: Iterable[str]) -> list[Asked]:
    """None named: all of them are meant."""
    return [Asked(privilege, database, target) for target in targets] or [Asked(privilege, database)]


def _database(request: Message, context: CallContext) -> str:
    return getattr(request, "db_name", "") or context.connected_database()


def _of_named_database(privilege: str) -> Need:
    return lambda request, _context: (Asked(privilege, request.db_name),)


def _of_alias(privilege: str) -> Need:
    return lambda request, context: (Asked(privilege, context.database(request), request.alias),)


def _alter_alias(request: Message, context: CallContext) -> list[Asked]:
    """Both the collection it will name and the one it names now."""
    return _each("CreateAlias", context.database(request), (request.collection_name, request.alias))


def _rename(request: Message, context: CallContext) -> list[Asked]:
    """To another database needs it there as well."""
    database = context.database(request)
    there = [Asked("RenameCollection", request.newDBName)] if request.newDBName not in ("", database) else []
    return [Asked("RenameCollection", database, request.oldName), *there]


def _restore_snapshot(request: Message, context: CallContext) -> list[Asked]:
    """Makes a collection, perhaps in another database."""
    database = context.database(request)
    there = request.target_db_name or database
    return [
        Asked("RestoreSnapshot", database, request.collection_name),
        Asked("RestoreSnapshot", there, request.target_collection_name),
    ]


def _calculate_distance(request: Message, context: CallContext) -> list[Asked]:
    """Vectors that are stored are read."""
    sides = (request.op_left, request.op_right)
    stored = [side.id_array.collection_name for side in sides if side.WhichOneof("array") == "id_array"]
    return [Asked("Query", context.connected_database(), name) for name in stored]


def _flush_state(request: Message, context: CallContext) -> list[Asked]:
    """Of segments by their ids alone nothing is told but whether they are flushed."""
    named = [request.collection_name] if request.collection_name else []
    return [Asked("GetFlushState", context.database(request), name) for name in named]


def _grants(request: Message, context: CallContext) -> tuple[Asked, ...]:
    return (Asked("SelectOwnership", context.connected_database(), request.entity.role.name),)


SPECIAL: Final[Mapping[str, Need]] = {
    "AlterAlias": _alter_alias,
    "AlterDatabase": _of_named_database("AlterDatabase"),
    "CalcDistance": _calculate_distance,
    "CreateDatabase": _of_named_database("CreateDatabase"),
    "DescribeAlias": _of_alias("DescribeAlias"),
    "DescribeDatabase": _of_named_database("DescribeDatabase"),
    "DropAlias": _of_alias("DropAlias"),
    "DropDatabase": _of_named_database("DropDatabase"),
    "GetFlushState": _flush_state,
    "RenameCollection": _rename,
    "RestoreSnapshot": _restore_snapshot,
    "SelectGrant": _grants,
}
