"""Calls on users."""

from __future__ import annotations

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import Nothing
from elanus.service import Service


class OfUser(Body, frozen=True, kw_only=True):
    user_name: str

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.user_name),)


class NewUser(OfUser, frozen=True, kw_only=True):
    """password  as it is, unlike in gRPC"""

    password: str


class NewPassword(OfUser, frozen=True, kw_only=True):
    """password  the one that is to go"""

    password: str
    new_password: str


class Membership(OfUser, frozen=True, kw_only=True):
    role_name: str


class UserCalls:
    def __init__(self, service: Service) -> None:
        self._users = service.access.users
        self._roles = service.access.roles

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("users/list", Nothing, self.list, "Names of the users."),
            V2.endpoint("users/describe", OfUser, self.describe, "Names of the roles of a user."),
            V2.endpoint("users/create", NewUser, self.create, "Make a user."),
            V2.endpoint("users/update_password", NewPassword, self.update_password, "Give a user another password."),
            V2.endpoint("users/drop", OfUser, self.drop, "Drop a user."),
            V2.endpoint("users/grant_role", Membership, self.grant_role, "Give a user a role."),
            V2.endpoint("users/revoke_role", Membership, self.revoke_role, "Take a role from a user."),
        ]

    def list(self, _body: Nothing, _context: Context) -> Reply:
        return Reply(self._users.list())

    def describe(self, body: OfUser, _context: Context) -> Reply:
        return Reply(self._users.roles_of(body.user_name))

    def create(self, body: NewUser, _context: Context) -> Reply:
        self._users.create(body.user_name, body.password)
        return Reply()

    def update_password(self, body: NewPassword, _context: Context) -> Reply:
        self._users.update_password(body.user_name, body.password, body.new_password)
        return Reply()

    def drop(self, body: OfUser, _context: Context) -> Reply:
        self._users.drop(body.user_name)
        return Reply()

    def grant_role(self, body: Membership, _context: Context) -> Reply:
        self._roles.grant(body.user_name, body.role_name)
        return Reply()

    def revoke_role(self, body: Membership, _context: Context) -> Reply:
        self._roles.revoke(body.user_name, body.role_name)
        return Reply()
