"""RPCs on what roles are granted, and on groups of privileges."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.engine.names import DEFAULT_DATABASE
from elanus.service import Service
from elanus.storage.catalog import GrantRecord, PrivilegeGroupRecord


class GrantCalls:
    def __init__(self, service: Service) -> None:
        self._grants = service.access.grants
        self._groups = service.access.privilege_groups

    def OperatePrivilege(self, request: Message, context: CallContext) -> Message:
        """On an object of a type, as clients of 2.1 to 2.4 grant."""
        entity = request.entity
        database = entity.db_name or context.connected_database()
        grant = grant_of(entity, database, context.caller.user)
        self._operate(request.type, grant)
        return ok()

    def OperatePrivilegeV2(self, request: Message, context: CallContext) -> Message:
        """On a collection of a database."""
        grant = GrantRecord(
            role=request.role.name,
            object_type="",
            object_name=request.collection_name,
            privilege=request.grantor.privilege.name,
            database=context.database(request),
            grantor=context.caller.user,
        )
        self._operate(request.type, grant)
        return ok()

    def SelectGrant(self, request: Message, context: CallContext) -> Message:
        """Of a role in one database, those of every database with them; on one object, if it is named."""
        entity = request.entity
        found = self._grants.of(entity.role.name, entity.db_name or context.connected_database() or DEFAULT_DATABASE)
        if entity.object.name:
            found = [one for one in found if one.object_type == entity.object.name]
        if entity.object_name:
            found = [one for one in found if one.object_name == entity.object_name]
        return milvus_pb2.SelectGrantResponse(status=ok(), entities=map(grant_entity, found))

    def CreatePrivilegeGroup(self, request: Message, _context: CallContext) -> Message:
        self._groups.create(request.group_name)
        return ok()

    def DropPrivilegeGroup(self, request: Message, _context: CallContext) -> Message:
        self._groups.drop(request.group_name)
        return ok()

    def ListPrivilegeGroups(self, _request: Message, _context: CallContext) -> Message:
        groups = map(group_info, self._groups.list())
        return milvus_pb2.ListPrivilegeGroupsResponse(status=ok(), privilege_groups=groups)

    def OperatePrivilegeGroup(self, request: Message, _context: CallContext) -> Message:
        adds = request.type == milvus_pb2.OperatePrivilegeGroupType.AddPrivilegesToGroup
        operate = self._groups.add if adds else self._groups.remove
        operate(request.group_name, [privilege.name for privilege in request.privileges])
        return ok()

    def _operate(self, kind: int, grant: GrantRecord) -> None:
        grants = kind == milvus_pb2.OperatePrivilegeType.Grant
        (self._grants.grant if grants else self._grants.revoke)(grant)


def grant_of(entity: Message, database: str, grantor: str) -> GrantRecord:
    """The grant a message describes. An object type of "" would be another kind of grant."""
    return GrantRecord(
        role=entity.role.name,
        object_type=entity.object.name or "(none)",
        object_name=entity.object_name,
        privilege=entity.grantor.privilege.name,
        database=database,
        grantor=grantor,
    )


def grant_entity(grant: GrantRecord) -> Message:
    return milvus_pb2.GrantEntity(
        role=milvus_pb2.RoleEntity(name=grant.role),
        object=milvus_pb2.ObjectEntity(name=grant.object_type),
        object_name=grant.object_name,
        grantor=milvus_pb2.GrantorEntity(
            user=milvus_pb2.UserEntity(name=grant.grantor),
            privilege=milvus_pb2.PrivilegeEntity(name=grant.privilege),
        ),
        db_name=grant.database,
    )


def group_info(group: PrivilegeGroupRecord) -> Message:
    privileges = [milvus_pb2.PrivilegeEntity(name=name) for name in group.privileges]
    return milvus_pb2.PrivilegeGroupInfo(group_name=group.name, privileges=privileges)
