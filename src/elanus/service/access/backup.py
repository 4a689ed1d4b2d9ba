"""All users, roles, grants and groups but the built-in ones, as one value: to keep, and to bring back elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.engine.access import AccessBook, AccessState
from elanus.errors import ParameterInvalid, Rejected
from elanus.service.access.first import BUILT_IN_ROLES, ROOT
from elanus.service.access.names import check_group_name, check_role_name, check_user_name
from elanus.service.access.passwords import is_kept_form
from elanus.service.access.privileges import ANY, is_defined
from elanus.storage.catalog import GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord


@dataclass(frozen=True, slots=True)
class Backup:
    users: tuple[UserRecord, ...] = ()
    roles: tuple[RoleRecord, ...] = ()
    members: tuple[MemberRecord, ...] = ()
    grants: tuple[GrantRecord, ...] = ()
    privilege_groups: tuple[PrivilegeGroupRecord, ...] = ()


class Backups:
    def __init__(self, book: AccessBook) -> None:
        self._book = book

    def take(self) -> Backup:
        state = self._book.state
        return Backup(
            users=tuple(user for user in state.users.values() if user.name != ROOT),
            roles=tuple(role for role in state.roles.values() if role.name not in BUILT_IN_ROLES),
            members=tuple(member for member in state.members if member.user != ROOT),
            grants=tuple(grant for grant in state.grants if grant.role not in BUILT_IN_ROLES),
            privilege_groups=tuple(state.privilege_groups.values()),
        )

    def restore(self, backup: Backup) -> None:
        """Everything, or nothing when anything of it is there already or does not hold. Raises ParameterInvalid,
        Rejected.
        """
        if backup == Backup():
            raise Rejected("rbac meta is empty")
        with self._book.lock:
            _check_new(backup, self._book.state)
            _check_whole(backup, self._book.state)
            self._book.change(
                put=(*backup.roles, *backup.privilege_groups, *backup.users, *backup.members, *backup.grants)
            )


def _check_new(backup: Backup, state: AccessState) -> None:
    for role in backup.roles:
        check_role_name(role.name)
        if role.name in state.roles:
            raise ParameterInvalid(f"role [{role.name}] already exists: invalid parameter")
    for group in backup.privilege_groups:
        check_group_name(group.name)
        if group.name in state.privilege_groups or is_defined(group.name):
            raise ParameterInvalid(f"privilege group [{group.name}] already exists: invalid parameter")
    for user in backup.users:
        check_user_name(user.name)
        if user.name in state.users:
            raise ParameterInvalid(f"user [{user.name}] already exists: invalid parameter")
        if not is_kept_form(user.password):
            raise ParameterInvalid(
                f"the password of user [{user.name}] is not as Elanus keeps them: restore what BackupRBAC of Elanus "
                "gave, or create the user anew: invalid parameter"
            )


def _check_whole(backup: Backup, state: AccessState) -> None:
    """What is referred to is there."""
    roles = {*state.roles, *(role.name for role in backup.roles)}
    groups = {*state.privilege_groups, *(group.name for group in backup.privilege_groups)}
    used = [member.role for member in backup.members] + [grant.role for grant in backup.grants]
    for role in used:
        if role not in roles:
            raise ParameterInvalid(f"role [{role}] does not exist: invalid parameter")
    named = [grant.privilege for grant in backup.grants if grant.privilege != ANY]
    for group in backup.privilege_groups:
        named.extend(group.privileges)
    for privilege in named:
        if not is_defined(privilege) and privilege not in groups:
            raise ParameterInvalid(f"privilege [{privilege}] does not exist: invalid parameter")
