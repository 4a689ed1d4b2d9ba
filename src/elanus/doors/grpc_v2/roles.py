"""RPCs on roles."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.service import Service
from elanus.storage.catalog import RoleRecord


class RoleCalls:
    def __init__(self, service: Service) -> None:
        self._roles = service.access.roles

    def CreateRole(self, request: Message, _context: CallContext) -> Message:
        self._roles.create(request.entity.name, request.entity.description)
        return ok()

    def AlterRole(self, request: Message, _context: CallContext) -> Message:
        self._roles.alter(request.role_name, request.description)
        return ok()

    def DropRole(self, request: Message, _context: CallContext) -> Message:
        self._roles.drop(request.role_name, force=request.force_drop)
        return ok()

    def SelectRole(self, request: Message, _context: CallContext) -> Message:
        """Every role, or the one named; none when there is none of this name."""
        named = self._roles.find(request.role.name)
        found = ([named] if named else []) if request.HasField("role") else self._roles.list()
        results = [self._result(role, with_users=request.include_user_info) for role in found]
        return milvus_pb2.SelectRoleResponse(status=ok(), results=results)

    def _result(self, role: RoleRecord, *, with_users: bool) -> Message:
        users = self._roles.users_of(role.name) if with_users else ()
        return milvus_pb2.RoleResult(
            role=milvus_pb2.RoleEntity(name=role.name, description=role.description),
            users=[milvus_pb2.UserEntity(name=user) for user in users],
        )
