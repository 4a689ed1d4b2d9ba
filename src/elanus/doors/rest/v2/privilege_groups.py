"""Calls on groups of privileges."""

from __future__ import annotations

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import Nothing
from elanus.service import Service


class OfPrivilegeGroup(Body, frozen=True, kw_only=True):
    privilege_group_name: str


class GroupedPrivileges(OfPrivilegeGroup, frozen=True, kw_only=True):
    privileges: list[str] = field(default_factory=list)


class PrivilegeGroupCalls:
    def __init__(self, service: Service) -> None:
        self._groups = service.access.privilege_groups

    def endpoints(self) -> list[Endpoint]:
        folder = "privilege_groups"
        return [
            V2.endpoint(f"{folder}/list", Nothing, self.list, "Groups of privileges."),
            V2.endpoint(f"{folder}/create", OfPrivilegeGroup, self.create, "Make an empty group of privileges."),
            V2.endpoint(f"{folder}/drop", OfPrivilegeGroup, self.drop, "Drop a group that no role has."),
            V2.endpoint(f"{folder}/add_privileges_to_group", GroupedPrivileges, self.add, "Put privileges into it."),
            V2.endpoint(
                f"{folder}/remove_privileges_from_group", GroupedPrivileges, self.remove, "Take privileges out of it."
            ),
        ]

    def list(self, _body: Nothing, _context: Context) -> Reply:
        groups = [
            {"privilegeGroupName": group.name, "privileges": ",".join(group.privileges)}
            for group in self._groups.list()
        ]
        return Reply({"privilegeGroups": groups})

    def create(self, body: OfPrivilegeGroup, _context: Context) -> Reply:
        self._groups.create(body.privilege_group_name)
        return Reply()

    def drop(self, body: OfPrivilegeGroup, _context: Context) -> Reply:
        self._groups.drop(body.privilege_group_name)
        return Reply()

    def add(self, body: GroupedPrivileges, _context: Context) -> Reply:
        self._groups.add(body.privilege_group_name, body.privileges)
        return Reply()

    def remove(self, body: GroupedPrivileges, _context: Context) -> Reply:
        self._groups.remove(body.privilege_group_name, body.privileges)
        return Reply()
