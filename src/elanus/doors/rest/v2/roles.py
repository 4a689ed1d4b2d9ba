"""Calls on roles and what they are granted."""

from __future__ import annotations

from typing import Any

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import InDatabase, Nothing
from elanus.engine.names import DEFAULT_DATABASE
from elanus.service import Service
from elanus.service.access.access import Grant


class OfRole(InDatabase, frozen=True, kw_only=True):
    role_name: str

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.role_name),)


class DescribedRole(OfRole, frozen=True, kw_only=True):
    description: str = ""


class GrantedOnObject(OfRole, frozen=True, kw_only=True):
    """A privilege on an object of type Global, Collection or User; ``*`` is every one."""

    object_type: str
    object_name: str
    privilege: str

    def grant(self, context: Context) -> Grant:
        return Grant(
            role=self.role_name,
            database=context.database,
            object_type=self.object_type,
            object_name=self.object_name,
            privilege=self.privilege,
            grantor=context.caller.user,
        )


class GrantedOnCollection(OfRole, frozen=True, kw_only=True):
    """A privilege, or a group of them, on a collection of a database; ``*`` is every one."""

    privilege: str
    collection_name: str = ""

    def grant(self, context: Context) -> Grant:
        return Grant(
            role=self.role_name,
            database=context.database,
            object_type="",
            object_name=self.collection_name,
            privilege=self.privilege,
            grantor=context.caller.user,
        )


class RoleCalls:
    def __init__(self, service: Service) -> None:
        self._roles = service.access.roles
        self._grants = service.access.grants

    def endpoints(self) -> list[Endpoint]:
        return [*self._of_roles(), *self._of_grants()]

    def _of_roles(self) -> list[Endpoint]:
        return [
            V2.endpoint("roles/list", Nothing, self.list, "Names of the roles."),
            V2.endpoint("roles/describe", OfRole, self.describe, "What a role is granted."),
            V2.endpoint("roles/create", DescribedRole, self.create, "Make a role."),
            V2.endpoint("roles/alter", DescribedRole, self.alter, "Describe a role in other words."),
            V2.endpoint("roles/drop", OfRole, self.drop, "Drop a role that has no grants."),
        ]

    def _of_grants(self) -> list[Endpoint]:
        on_object, on_collection = "a privilege on an object.", "a privilege, or a group of them, on a collection."
        return [
            V2.endpoint("roles/grant_privilege", GrantedOnObject, self.grant, f"Grant {on_object}"),
            V2.endpoint("roles/revoke_privilege", GrantedOnObject, self.revoke, f"Revoke {on_object}"),
            V2.endpoint("roles/grant_privilege_v2", GrantedOnCollection, self.grant, f"Grant {on_collection}"),
            V2.endpoint("roles/revoke_privilege_v2", GrantedOnCollection, self.revoke, f"Revoke {on_collection}"),
        ]

    def list(self, _body: Nothing, _context: Context) -> Reply:
        return Reply([role.name for role in self._roles.list()])

    def describe(self, body: OfRole, context: Context) -> Reply:
        return Reply(
            [_described(grant) for grant in self._grants.of(body.role_name, context.database or DEFAULT_DATABASE)]
        )

    def create(self, body: DescribedRole, _context: Context) -> Reply:
        self._roles.create(body.role_name, body.description)
        return Reply()

    def alter(self, body: DescribedRole, _context: Context) -> Reply:
        self._roles.alter(body.role_name, body.description)
        return Reply()

    def drop(self, body: OfRole, _context: Context) -> Reply:
        self._roles.drop(body.role_name)
        return Reply()

    def grant(self, body: GrantedOnObject | GrantedOnCollection, context: Context) -> Reply:
        self._grants.grant(body.grant(context))
        return Reply()

    def revoke(self, body: GrantedOnObject | GrantedOnCollection, context: Context) -> Reply:
        self._grants.revoke(body.grant(context))
        return Reply()


def _described(grant: Grant) -> dict[str, Any]:
    return {
        "objectType": grant.object_type,
        "objectName": grant.object_name,
        "privilege": grant.privilege,
        "dbName": grant.database,
        "grantor": grant.grantor,
    }
