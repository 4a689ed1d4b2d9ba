"""Groups of privileges that users make, beside the built-in ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elanus.engine.access import AccessBook
from elanus.errors import ParameterInvalid, Rejected
from elanus.service.access.names import check_group_name
from elanus.service.access.privileges import BUILT_IN_GROUPS, is_defined, level_of
from elanus.storage.catalog import PrivilegeGroupRecord


class PrivilegeGroups:
    def __init__(self, book: AccessBook) -> None:
        self._book = book

    def create(self, name: str) -> None:
        """An empty one. Raises ParameterInvalid."""
        check_group_name(name)
        with self._book.lock:
            if name in self._book.state.privilege_groups:
                raise ParameterInvalid(f"privilege group name [{name}] is defined by users: invalid parameter")
            if is_defined(name):
                raise ParameterInvalid(
                    f"privilege group name [{name}] is defined by built in privileges or privilege groups in system: "
                    "invalid parameter"
                )
            self._book.change(put=[PrivilegeGroupRecord(name)])

    def drop(self, name: str) -> None:
        """A missing one is no error. Raises Rejected for a built-in one; ParameterInvalid when a role has it."""
        if is_defined(name):
            raise Rejected(f"[{name}] is not a custom privilege group: it is built in and cannot be dropped")
        with self._book.lock:
            group = self._book.state.privilege_groups.get(name)
            if group is None:
                return
            self._check_unused(name)
            self._book.change(delete=[group])

    def list(self) -> list[PrivilegeGroupRecord]:
        """The built-in ones first."""
        built_in = [PrivilegeGroupRecord(name, privileges) for name, privileges in BUILT_IN_GROUPS.items()]
        return [*built_in, *self._book.state.privilege_groups.values()]

    def add(self, name: str, privileges: Sequence[str]) -> None:
        """Names of privileges or of built-in groups. Raises ParameterInvalid when they are not all of one level."""
        with self._book.lock:
            group = self._checked(name, privileges)
            together = tuple(dict.fromkeys((*group.privileges, *privileges)))
            if len({level_of(one) for one in together}) > 1:
                raise ParameterInvalid("privileges are not the same privilege level: invalid parameter")
            self._book.change(put=[replace(group, privileges=together)])

    def remove(self, name: str, privileges: Sequence[str]) -> None:
        """Those that are not in it are no error. Raises ParameterInvalid."""
        with self._book.lock:
            group = self._checked(name, privileges)
            kept = tuple(one for one in group.privileges if one not in privileges)
            self._book.change(put=[replace(group, privileges=kept)])

    def _checked(self, name: str, privileges: Sequence[str]) -> PrivilegeGroupRecord:
        """The group; raises ParameterInvalid when there is none, or when a privilege is not known."""
        check_group_name(name)
        groups = self._book.state.privilege_groups
        if name not in groups:
            raise ParameterInvalid(
                f"there is no privilege group name [{name}] defined in system to operate: invalid parameter"
            )
        if not privileges:
            raise ParameterInvalid("privileges is empty when alter the privilege group: invalid parameter")
        for one in privileges:
            if not is_defined(one):
                raise ParameterInvalid(
                    f"there is no privilege name or privilege group name [{one}] defined in system to operate: "
                    "invalid parameter"
                )
        return groups[name]

    def _check_unused(self, name: str) -> None:
        for grant in self._book.state.grants:
            if grant.privilege == name:
                raise ParameterInvalid(
                    f"privilege group [{name}] is used by role [{grant.role}], Use REVOKE API to revoke it first: "
                    "invalid parameter"
                )
