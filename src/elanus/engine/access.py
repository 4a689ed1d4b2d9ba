"""Users, roles and grants of a data directory: held in memory as one value, changed in the catalog first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from elanus.engine.guard import Guard
from elanus.storage.catalog import (
    Catalog,
    GrantRecord,
    MemberRecord,
    PrivilegeGroupRecord,
    RoleRecord,
    UserRecord,
)

AccessRecord: TypeAlias = UserRecord | RoleRecord | MemberRecord | GrantRecord | PrivilegeGroupRecord


@dataclass(frozen=True)
class AccessState:
    """All of it at one moment, in the order of its keys."""

    users: Mapping[str, UserRecord]
    roles: Mapping[str, RoleRecord]
    members: tuple[MemberRecord, ...]
    grants: tuple[GrantRecord, ...]
    privilege_groups: Mapping[str, PrivilegeGroupRecord]


class AccessBook:
    """Readers take ``state`` by one attribute read and never lock.

    lock   for who looks at the state to decide on a change
    raises what the catalog raises; then nothing has changed
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.lock = Guard()
        self.state = _read(catalog)

    def begin_with(self, first: Iterable[AccessRecord]) -> None:
        """Puts what a data directory begins with, unless it has begun."""
        with self.lock:
            if not self.state.roles:
                self.change(put=first)

    def change(self, *, put: Iterable[AccessRecord] = (), delete: Iterable[AccessRecord] = ()) -> None:
        """In one transaction: deletes, with what hangs on them, then puts."""
        with self.lock:
            with self._catalog.change() as change:
                for record in delete:
                    change.delete(record)
                for record in put:
                    change.put(record)
            self.state = _read(self._catalog)


def _read(catalog: Catalog) -> AccessState:
    return AccessState(
        users={record.name: record for record in catalog.users()},
        roles={record.name: record for record in catalog.roles()},
        members=tuple(catalog.members()),
        grants=tuple(catalog.grants()),
        privilege_groups={record.name: record for record in catalog.privilege_groups()},
    )
