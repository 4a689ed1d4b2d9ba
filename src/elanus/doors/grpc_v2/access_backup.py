"""RPCs that keep all users, roles and grants, and bring them back."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.grants import grant_entity, grant_of, group_info
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.service import Service
from elanus.service.access.backup import Backup
from elanus.storage.catalog import MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord


class AccessBackupCalls:
    def __init__(self, service: Service) -> None:
        self._backups = service.access.backups

    def BackupRBAC(self, _request: Message, _context: CallContext) -> Message:
        backup = self._backups.take()
        meta = milvus_pb2.RBACMeta(
            users=[_user_info(user, backup) for user in backup.users],
            roles=[milvus_pb2.RoleEntity(name=role.name, description=role.description) for role in backup.roles],
            grants=map(grant_entity, backup.grants),
            privilege_groups=map(group_info, backup.privilege_groups),
        )
        return milvus_pb2.BackupRBACMetaResponse(status=ok(), RBAC_meta=meta)

    def RestoreRBAC(self, request: Message, _context: CallContext) -> Message:
        self._backups.restore(_backup(request.RBAC_meta))
        return ok()


def _user_info(user: UserRecord, backup: Backup) -> Message:
    roles = [milvus_pb2.RoleEntity(name=member.role) for member in backup.members if member.user == user.name]
    return milvus_pb2.UserInfo(user=user.name, password=user.password, roles=roles)


def _backup(meta: Message) -> Backup:
    return Backup(
        users=tuple(UserRecord(user.user, user.password) for user in meta.users),
        roles=tuple(RoleRecord(role.name, role.description) for role in meta.roles),
        members=tuple(MemberRecord(user.user, role.name) for user in meta.users for role in user.roles),
        grants=tuple(grant_of(one, one.db_name, one.grantor.user.name) for one in meta.grants),
        privilege_groups=tuple(
            PrivilegeGroupRecord(group.group_name, tuple(privilege.name for privilege in group.privileges))
            for group in meta.privilege_groups
        ),
    )
