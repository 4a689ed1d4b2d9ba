"""What follows from roles and grants: may this user do that to this object?"""

from __future__ import annotations

from collections.abc import Iterable

from elanus.engine.access import AccessState
from elanus.service.access.first import ADMIN, PUBLIC, ROOT
from elanus.service.access.privileges import (
    ALL,
    ANY,
    BUILT_IN_GROUPS,
    IMPLIED,
    OLD_GROUPS,
    PRIVILEGES,
    Level,
    Privilege,
)
from elanus.storage.catalog import GrantRecord

_REMEMBERED = 4096


class Rights:
    """Of one state. Answers are remembered: a question asked again costs a dictionary look-up."""

    def __init__(self, state: AccessState) -> None:
        self.state = state
        self._grants: dict[str, list[GrantRecord]] = {role: [] for role in state.roles}
        for grant in state.grants:
            self._grants[grant.role].append(grant)
        self._covered = {name: _covered(group.privileges) for name, group in state.privilege_groups.items()}
        self._answers: dict[tuple[str, str, str, str], bool] = {}
        self._shown: dict[tuple[str, str], frozenset[str]] = {}

    def allow(self, user: str, privilege: str, database: str, target: str) -> bool:
        """target  a collection's name, a user's, or "" when the call is about neither"""
        question = (user, privilege, database, target)
        answer = self._answers.get(question)
        if answer is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            answer = self._answers[question] = self._allow(user, PRIVILEGES[privilege], database, target)
        return answer

    def is_admin(self, user: str) -> bool:
        return user == ROOT or ADMIN in self.roles_of(user)

    def roles_of(self, user: str) -> list[str]:
        """Those the user was given."""
        return [member.role for member in self.state.members if member.user == user]

    def sees_collection(self, user: str, database: str, collection: str) -> bool:
        """Whether it is listed: to who may list all of the database, and to who may do anything to it. What everybody
        may do to every collection does not count.
        """
        shown = self._shown.get((user, database))
        if shown is None:
            shown = self._shown[user, database] = self._collections_shown(user, database)
        return ANY in shown or collection in shown

    def sees_database(self, user: str, database: str) -> bool:
        """Whether it is listed: to who was granted anything there, or may list all of them."""
        return self.is_admin(user) or any(
            _is_on(grant.database, database) or self._names(grant, PRIVILEGES["ListDatabases"])
            for grant in self._own_grants(user)
        )

    def _allow(self, user: str, privilege: Privilege, database: str, target: str) -> bool:
        return self.is_admin(user) or any(
            self._names(grant, privilege) and _reaches(grant, privilege, database, target)
            for grant in (*self._own_grants(user), *self._grants.get(PUBLIC, ()))
        )

    def _own_grants(self, user: str) -> Iterable[GrantRecord]:
        return [grant for role in self.roles_of(user) for grant in self._grants[role]]

    def _names(self, grant: GrantRecord, privilege: Privilege) -> bool:
        """Whether the privilege is the granted one, comes with it, or is in the granted group."""
        granted = grant.privilege
        if granted in (privilege.name, ALL) or privilege.name in IMPLIED.get(granted, ()):
            return True
        if granted == ANY:
            return grant.object_type == privilege.object_type
        return privilege.name in self._covered.get(granted, _BUILT_IN.get(granted, frozenset()))

    def _collections_shown(self, user: str, database: str) -> frozenset[str]:
        """Names; ANY = all of them."""
        if self.is_admin(user):
            return frozenset({ANY})
        there = [grant for grant in self._own_grants(user) if _is_on(grant.database, database)]
        if any(self._names(grant, PRIVILEGES["ShowCollections"]) for grant in there):
            return frozenset({ANY})
        return frozenset(grant.object_name for grant in there if self._is_about_collections(grant))

    def _is_about_collections(self, grant: GrantRecord) -> bool:
        return any(self._names(grant, one) for one in PRIVILEGES.values() if one.level is Level.COLLECTION)


def _reaches(grant: GrantRecord, privilege: Privilege, database: str, target: str) -> bool:
    """Whether a grant of the privilege is for this object. What is about no database comes with a group, or with all
    privileges, only where these are granted on every one.
    """
    if privilege.level is Level.CLUSTER:
        wide = grant.privilege == privilege.name or grant.database == ANY
        about_one = target or privilege.object_type == "User"
        return wide and (not about_one or _is_on(grant.object_name, target))
    return _is_on(grant.database, database) and _is_on(grant.object_name, target)


def _is_on(granted: str, name: str) -> bool:
    return granted in (ANY, name)


def _covered(names: Iterable[str]) -> frozenset[str]:
    """The single privileges that names of privileges and built-in groups stand for."""
    found: set[str] = set()
    for name in names:
        if name == ALL:
            found.update(PRIVILEGES)
        found.update(_BUILT_IN.get(name, (name, *IMPLIED.get(name, ()))))
    return frozenset(found)


_BUILT_IN = {name: frozenset(members) for name, members in {**BUILT_IN_GROUPS, **OLD_GROUPS}.items()}
