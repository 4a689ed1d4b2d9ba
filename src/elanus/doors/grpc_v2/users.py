"""RPCs on users. Passwords travel in base64."""

from __future__ import annotations

from base64 import b64decode

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.errors import ParameterInvalid
from elanus.service import Service
from elanus.storage.catalog import UserRecord


class UserCalls:
    def __init__(self, service: Service) -> None:
        self._users = service.access.users
        self._roles = service.access.roles

    def CreateCredential(self, request: Message, _context: CallContext) -> Message:
        self._users.create(request.username, _password(request.password), request.description)
        return ok()

    def UpdateCredential(self, request: Message, _context: CallContext) -> Message:
        """Another password, another description, or both."""
        if request.newPassword or not request.HasField("description"):
            old, new = _password(request.oldPassword), _password(request.newPassword)
            self._users.update_password(request.username, old, new)
        if request.HasField("description"):
            self._users.describe(request.username, request.description)
        return ok()

    def DeleteCredential(self, request: Message, _context: CallContext) -> Message:
        self._users.drop(request.username)
        return ok()

    def ListCredUsers(self, _request: Message, _context: CallContext) -> Message:
        return milvus_pb2.ListCredUsersResponse(status=ok(), usernames=self._users.list())

    def SelectUser(self, request: Message, _context: CallContext) -> Message:
        """Every user, or the one named; none when there is none of this name."""
        names = [request.user.name] if request.HasField("user") else self._users.list()
        found = [user for user in map(self._users.find, names) if user is not None]
        results = [self._result(user, with_roles=request.include_role_info) for user in found]
        return milvus_pb2.SelectUserResponse(status=ok(), results=results)

    def OperateUserRole(self, request: Message, _context: CallContext) -> Message:
        adds = request.type == milvus_pb2.OperateUserRoleType.AddUserToRole
        operate = self._roles.grant if adds else self._roles.revoke
        operate(request.username, request.role_name)
        return ok()

    def _result(self, user: UserRecord, *, with_roles: bool) -> Message:
        roles = self._users.roles_of(user.name) if with_roles else ()
        return milvus_pb2.UserResult(
            user=milvus_pb2.UserEntity(name=user.name),
            roles=[milvus_pb2.RoleEntity(name=role) for role in roles],
            description=user.description,
        )


def _password(sent: str) -> str:
    try:
        return b64decode(sent, validate=True).decode()
    except ValueError:
        raise ParameterInvalid("decode password fail: it is not base64 of a text: invalid parameter") from None
