"""Roles, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from elanus.engine.access import AccessBook
from elanus.errors import BuiltIn, Rejected, TooManyUsers
from elanus.service.access.first import BUILT_IN_ROLES
from elanus.service.access.names import check_role_name
from elanus.storage.catalog import MemberRecord, RoleRecord

MAX_ROLES: Final = 10


class Roles:
    def __init__(self, book: AccessBook) -> None:
        self._book = book

    def create(self, name: str, description: str = "") -> None:
        """Raises ParameterInvalid; Rejected when there is one of this name; TooManyUsers."""
        check_role_name(name)
        with self._book.lock:
            roles = self._book.state.roles
            if name in roles:
                raise Rejected(f'role [name:"{name}"] already exists')
            if len(roles) >= MAX_ROLES:
                raise TooManyUsers(
                    "unable to create role because the number of roles has reached the limit "
                    f"of {MAX_ROLES}: quota exceeded"
                )
            self._book.change(put=[RoleRecord(name, description)])

    def alter(self, name: str, description: str) -> None:
        """Gives a role another description. Raises BuiltIn, Rejected."""
        if name in BUILT_IN_ROLES:
            raise BuiltIn(f"the role[{name}] is a builtin role, which can't be altered: privilege not permitted")
        with self._book.lock:
            self._book.change(put=[replace(self.get(name), description=description)])

    def drop(self, name: str, *, force: bool = False) -> None:
        """Users lose it. Raises BuiltIn, Rejected; a role with grants is dropped, with them, by force only."""
        if name in BUILT_IN_ROLES:
            raise BuiltIn(f"the role[{name}] is a default role, which can't be dropped: privilege not permitted")
        with self._book.lock:
            role = self.get(name)
            if not force and any(grant.role == name for grant in self._book.state.grants):
                raise Rejected("fail to drop the role that it has privileges. Use REVOKE API to revoke privileges")
            self._book.change(delete=[role])

    def list(self) -> list[RoleRecord]:
        return list(self._book.state.roles.values())

    def find(self, name: str) -> RoleRecord | None:
        return self._book.state.roles.get(name)

    def get(self, name: str) -> RoleRecord:
        """Raises Rejected."""
        role = self.find(name)
        if role is None:
            raise Rejected("not found the role, maybe the role isn't existed or internal system error")
        return role

    def users_of(self, name: str) -> Sequence[str]:
        return [member.user for member in self._book.state.members if member.role == name]

    def grant(self, user: str, role: str) -> None:
        """Raises Rejected when there is no such user or role."""
        with self._book.lock:
            self.get(role)
            if user not in self._book.state.users:
                raise Rejected("not found the user, maybe the user isn't existed or internal system error")
            self._book.change(put=[MemberRecord(user, role)])

    def revoke(self, user: str, role: str) -> None:
        """A user who does not have it is no error. Raises Rejected when there is no such role."""
        with self._book.lock:
            self.get(role)
            self._book.change(delete=[MemberRecord(user, role)])
