"""What roles may do: grant, revoke, list."""

from __future__ import annotations

from dataclasses import replace

from elanus.engine.access import AccessBook
from elanus.engine.names import DEFAULT_DATABASE
from elanus.errors import ParameterInvalid, Rejected
from elanus.service.access.privileges import (
    ALL,
    ANY,
    BUILT_IN_GROUPS,
    OBJECT_TYPES,
    PRIVILEGES,
    Level,
    is_defined,
    level_of,
)
from elanus.service.access.roles import Roles
from elanus.service.names import check_collection_name, check_database_name
from elanus.storage.catalog import GrantRecord


class Grants:
    """A grant with an object type is one of the older calls of Milvus (2.1 to 2.4), one without of the newer: by
    database and collection, also of groups of privileges.
    """

    def __init__(self, book: AccessBook, roles: Roles) -> None:
        self._book = book
        self._roles = roles

    def grant(self, grant: GrantRecord) -> None:
        """Granted already is no error. Raises ParameterInvalid, Rejected."""
        with self._book.lock:
            self._book.change(put=[self._checked(grant)])

    def revoke(self, grant: GrantRecord) -> None:
        """Not granted is no error. Raises ParameterInvalid, Rejected."""
        with self._book.lock:
            self._book.change(delete=[self._checked(grant)])

    def of(self, role: str, database: str = ANY) -> list[GrantRecord]:
        """Of a role, on this database or on every one. Raises Rejected when there is no such role."""
        self._roles.get(role)
        return [
            grant
            for grant in self._book.state.grants
            if grant.role == role and (ANY in (database, grant.database) or grant.database == database)
        ]

    def _checked(self, grant: GrantRecord) -> GrantRecord:
        """As it is kept."""
        if grant.object_type:
            return self._on_object(grant)
        return self._on_collection(grant)

    def _on_object(self, grant: GrantRecord) -> GrantRecord:
        if grant.object_type not in OBJECT_TYPES:
            raise Rejected("the object entity in the request is nil or invalid")
        self._roles.get(grant.role)
        self._check_single(grant.privilege, grant.object_type)
        if not grant.object_name:
            raise ParameterInvalid("the object name in the grant entity is empty: invalid parameter")
        name = ANY if grant.object_type == "Global" else grant.object_name
        return replace(grant, object_name=name, database=grant.database or DEFAULT_DATABASE)

    def _check_single(self, privilege: str, object_type: str) -> None:
        """The older calls grant single privileges, and only on the type of object they are about."""
        if privilege == ANY:
            return
        if privilege in self._book.state.privilege_groups:
            raise Rejected(f"can not operate the custom privilege group [{privilege}]")
        if privilege in BUILT_IN_GROUPS:
            raise Rejected(f"can not operate the built-in privilege group [{privilege}]")
        known = PRIVILEGES.get(privilege)
        old_groups = ("Admin",) if object_type == "Global" else ("ReadOnly", "ReadWrite")
        if privilege not in old_groups and (known is None or known.object_type != object_type):
            raise Rejected(f"not found the privilege name[{privilege}] in object[{object_type}]")

    def _on_collection(self, grant: GrantRecord) -> GrantRecord:
        self._roles.get(grant.role)
        privilege = ALL if grant.privilege == ANY else grant.privilege
        if not is_defined(privilege) and privilege not in self._book.state.privilege_groups:
            raise Rejected(f"not found the privilege name[{privilege}]")
        known = PRIVILEGES.get(privilege)
        found = replace(
            grant,
            object_type=known.object_type if known else "Global",
            object_name=grant.object_name or ANY,
            privilege=privilege,
            database=grant.database or DEFAULT_DATABASE,
        )
        _check_names(found)
        self._check_reach(found)
        return found

    def _check_reach(self, grant: GrantRecord) -> None:
        """A group reaches as far as its privileges. Raises ParameterInvalid."""
        match self._level_of_group(grant.privilege):
            case Level.CLUSTER if (grant.database, grant.object_name) != (ANY, ANY):
                raise ParameterInvalid(
                    "dbName and collectionName should be * for the cluster level privilege: "
                    f"{grant.privilege}: invalid parameter"
                )
            case Level.DATABASE if grant.object_name != ANY:
                raise ParameterInvalid(
                    f"collectionName should be * for the database level privilege: {grant.privilege}: invalid parameter"
                )
            case Level.COLLECTION if grant.database == ANY and grant.object_name != ANY:
                raise ParameterInvalid(
                    "please specify database name for the collection level privilege: "
                    f"{grant.privilege}: invalid parameter"
                )

    def _level_of_group(self, name: str) -> Level | None:
        """None = no group, or one of nothing."""
        if name in BUILT_IN_GROUPS:
            return level_of(name)
        group = self._book.state.privilege_groups.get(name)
        return level_of(group.privileges[0]) if group and group.privileges else None


def _check_names(grant: GrantRecord) -> None:
    if grant.database != ANY:
        check_database_name(grant.database)
    if grant.object_name != ANY:
        check_collection_name(grant.object_name)
