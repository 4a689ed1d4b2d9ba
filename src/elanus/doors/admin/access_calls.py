"""The server's side of the admin door for users and roles: the methods and what answers each."""

from __future__ import annotations

from collections.abc import Mapping

from elanus.doors.admin import access_wire as wire
from elanus.doors.admin.index_calls import Method
from elanus.service import Service
from elanus.service.access import Caller
from elanus.service.access.access import Grant


def _list_users(service: Service, _asked: wire.Everyone, _caller: Caller) -> list[wire.UserSummary]:
    users = service.access.users
    return [wire.UserSummary(name, tuple(users.roles_of(name))) for name in users.list()]


def _create_user(service: Service, new: wire.NewUser, _caller: Caller) -> None:
    service.access.users.create(new.name, new.password)


def _change_password(service: Service, change: wire.NewPassword, _caller: Caller) -> None:
    service.access.users.update_password(change.name, change.old, change.new)


def _reset_password(service: Service, reset: wire.PasswordReset, caller: Caller) -> None:
    service.access.require_owner(caller)
    service.access.users.reset_password(reset.name, reset.new)


def _drop_user(service: Service, user: wire.Named, _caller: Caller) -> None:
    service.access.users.drop(user.name)


def _grant_role(service: Service, membership: wire.Membership, _caller: Caller) -> None:
    service.access.roles.grant(membership.user, membership.role)


def _revoke_role(service: Service, membership: wire.Membership, _caller: Caller) -> None:
    service.access.roles.revoke(membership.user, membership.role)


def _list_roles(service: Service, _asked: wire.Everyone, _caller: Caller) -> list[wire.RoleSummary]:
    return [_summary(service, role.name) for role in service.access.roles.list()]


def _summary(service: Service, role: str) -> wire.RoleSummary:
    access = service.access
    grants = (wire.Granted(role, one.privilege, one.database, one.object_name) for one in access.grants.of(role))
    return wire.RoleSummary(role, tuple(access.roles.users_of(role)), tuple(grants))


def _create_role(service: Service, role: wire.Named, _caller: Caller) -> None:
    service.access.roles.create(role.name)


def _drop_role(service: Service, role: wire.Named, _caller: Caller) -> None:
    service.access.roles.drop(role.name, force=True)


def _grant_privilege(service: Service, granted: wire.Granted, caller: Caller) -> None:
    service.access.grants.grant(_grant(granted, caller))


def _revoke_privilege(service: Service, granted: wire.Granted, caller: Caller) -> None:
    service.access.grants.revoke(_grant(granted, caller))


def _grant(granted: wire.Granted, grantor: Caller) -> Grant:
    return Grant(
        role=granted.role,
        database=granted.database,
        object_type="",
        object_name=granted.collection,
        privilege=granted.privilege,
        grantor=grantor.user,
    )


ACCESS_METHODS: Mapping[str, Method] = {
    "ListUsers": Method(wire.Everyone, _list_users, "SelectOwnership"),
    "CreateUser": Method(wire.NewUser, _create_user, "CreateOwnership"),
    "ChangePassword": Method(wire.NewPassword, _change_password, "UpdateUser"),
    "ResetPassword": Method(wire.PasswordReset, _reset_password, "UpdateUser"),
    "DropUser": Method(wire.Named, _drop_user, "DropOwnership"),
    "GrantRole": Method(wire.Membership, _grant_role, "ManageOwnership"),
    "RevokeRole": Method(wire.Membership, _revoke_role, "ManageOwnership"),
    "ListRoles": Method(wire.Everyone, _list_roles, "SelectOwnership"),
    "CreateRole": Method(wire.Named, _create_role, "CreateOwnership"),
    "DropRole": Method(wire.Named, _drop_role, "DropOwnership"),
    "GrantPrivilege": Method(wire.Granted, _grant_privilege, "ManageOwnership"),
    "RevokePrivilege": Method(wire.Granted, _revoke_privilege, "ManageOwnership"),
}
