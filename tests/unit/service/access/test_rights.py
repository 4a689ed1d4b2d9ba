from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elanus.engine.access import AccessState
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.errors import PermissionDenied
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.access import ANONYMOUS, Access, Caller
from elanus.service.access.access import Grant
from elanus.service.access.privileges import BUILT_IN_GROUPS, PRIVILEGES, Level
from elanus.service.access.rights import Rights
from elanus.storage.catalog import MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord

USERS, ROLES = ("bob", "eve", "root"), ("reader", "writer", "admin", "public")
DATABASES, COLLECTIONS = ("library", "museum"), ("books", "shelves")
COLLECTION_LEVEL = ("Search", "Query", "Insert", "Load", "GetLoadState", "DescribeCollection", "Flush", "GetFlushState")
ASKED = (*COLLECTION_LEVEL, "CreateCollection", "ShowCollections")
GRANTED = (*ASKED, "*", "All", "CollectionReadOnly", "CollectionReadWrite", "DatabaseAdmin", "own")
OWN = ("Insert", "Load")

grants = st.builds(
    Grant,
    role=st.sampled_from(ROLES),
    object_type=st.sampled_from(("Collection", "Global")),
    object_name=st.sampled_from((*COLLECTIONS, "*")),
    privilege=st.sampled_from(GRANTED),
    database=st.sampled_from((*DATABASES, "*")),
)


@dataclass
class Model:
    """What the words say, read one grant after the other."""

    members: set[tuple[str, str]]
    grants: list[Grant]
    groups: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"own": OWN, **BUILT_IN_GROUPS})

    def allows(self, user: str, privilege: str, database: str, collection: str) -> bool:
        if user == "root" or (user, "admin") in self.members:
            return True
        for grant in self.grants:
            if grant.role != "public" and (user, grant.role) not in self.members:
                continue
            if grant.database not in ("*", database) or grant.object_name not in ("*", collection):
                continue
            if privilege in self.singles(grant):
                return True
        return False

    def singles(self, grant: Grant) -> set[str]:
        """Every privilege a grant gives."""
        if grant.privilege == "All":
            return set(PRIVILEGES)
        if grant.privilege == "*":
            return {name for name, one in PRIVILEGES.items() if one.object_type == grant.object_type}
        named = set(self.groups.get(grant.privilege, [grant.privilege]))
        if "Load" in named:
            named |= {"GetLoadState", "GetLoadingProgress"}
        if "Flush" in named:
            named |= {"GetFlushState"}
        return named


def rights(members: set[tuple[str, str]], granted: list[Grant]) -> Rights:
    return Rights(
        AccessState(
            users={name: UserRecord(name, "") for name in USERS},
            roles={name: RoleRecord(name) for name in ROLES},
            members=tuple(MemberRecord(*one) for one in members),
            grants=tuple(granted),
            privilege_groups={"own": PrivilegeGroupRecord("own", OWN)},
        )
    )


@given(
    members=st.sets(st.tuples(st.sampled_from(USERS), st.sampled_from(ROLES))),
    granted=st.lists(grants, max_size=6),
    user=st.sampled_from(USERS),
)
def test_rights_are_what_the_grants_say(members: set[tuple[str, str]], granted: list[Grant], user: str) -> None:
    asked, model = rights(members, granted), Model(members, granted)
    for privilege in ASKED:
        for database in DATABASES:
            for collection in COLLECTIONS:
                expected = model.allows(user, privilege, database, collection)
                assert asked.allow(user, privilege, database, collection) == expected
                assert asked.allow(user, privilege, database, collection) == expected, "remembered"


@given(members=st.sets(st.tuples(st.sampled_from(USERS), st.sampled_from(ROLES))), granted=st.lists(grants, max_size=4))
def test_listed_is_what_a_user_was_granted_something_on(members: set[tuple[str, str]], granted: list[Grant]) -> None:
    own = [grant for grant in granted if grant.role != "public" or ("eve", "public") in members]
    asked, model = rights(members, granted), Model(members, own)
    anything = [name for name, one in PRIVILEGES.items() if one.level is Level.COLLECTION]
    for collection in COLLECTIONS:
        something = any(model.allows("eve", name, "library", collection) for name in anything)
        all_of_them = any(
            "ShowCollections" in model.singles(grant) and grant.database in ("library", "*")
            for grant in own
            if ("eve", grant.role) in members
        )
        assert asked.sees_collection("eve", "library", collection) == (something or all_of_them)


def test_every_group_is_of_known_privileges_of_one_level() -> None:
    for name, privileges in BUILT_IN_GROUPS.items():
        assert len({PRIVILEGES[one].level for one in privileges}) == 1, name


@pytest.mark.parametrize("kind", ["Cluster", "Database", "Collection"])
def test_wider_group_holds_the_narrower(kind: str) -> None:
    read, write, admin = (set(BUILT_IN_GROUPS[f"{kind}{reach}"]) for reach in ("ReadOnly", "ReadWrite", "Admin"))
    assert read < write < admin


def test_cluster_privilege_is_not_of_a_database_but_a_group_of_them_needs_every_one() -> None:
    member = {("bob", "reader")}
    named = rights(member, [Grant("reader", "Global", "*", "CreateDatabase", "library")])
    assert named.allow("bob", "CreateDatabase", "museum", "")
    wide = rights(member, [Grant("reader", "Global", "*", "All", "library")])
    assert not wide.allow("bob", "CreateDatabase", "library", "")
    every = rights(member, [Grant("reader", "Global", "*", "All", "*")])
    assert every.allow("bob", "CreateDatabase", "library", "")


def test_call_about_no_collection_needs_every_one() -> None:
    one = rights({("bob", "reader")}, [Grant("reader", "Collection", "books", "Flush", "library")])
    assert one.allow("bob", "Flush", "library", "books")
    assert not one.allow("bob", "Flush", "library", "")


@pytest.fixture
def bob(access: Access, engine: Engine) -> Caller:
    fields = (Field(100, "id", DataType.INT64, is_primary=True), Field(101, "v", DataType.FLOAT_VECTOR, dim=2))
    engine.create_collection("", NewCollection(CollectionSchema("books", fields)))
    engine.create_alias("", "lit", "books")
    access.users.create("bob", "secret1")
    access.roles.create("reader")
    access.roles.grant("bob", "reader")
    return Caller("bob")


def test_refusal_names_privilege_user_and_database(access: Access, bob: Caller) -> None:
    said = "PrivilegeSearch: permission deny to bob in the `default` database"
    with pytest.raises(PermissionDenied, match=said):
        access.require(bob, "Search", "", "books")


def test_change_of_a_grant_counts_for_the_next_call(access: Access, bob: Caller) -> None:
    access.grants.grant(Grant("reader", "", "books", "Search"))
    access.require(bob, "Search", "", "books")
    access.grants.revoke(Grant("reader", "", "books", "Search"))
    with pytest.raises(PermissionDenied):
        access.require(bob, "Search", "", "books")
    access.grants.grant(Grant("reader", "", "books", "Search"))
    access.roles.revoke("bob", "reader")
    with pytest.raises(PermissionDenied):
        access.require(bob, "Search", "default", "books")


def test_alias_is_as_its_collection(access: Access, bob: Caller) -> None:
    access.grants.grant(Grant("reader", "", "books", "Search"))
    access.require(bob, "Search", "", "lit")
    access.grants.revoke(Grant("reader", "", "books", "Search"))
    access.grants.grant(Grant("reader", "", "lit", "Search"))
    with pytest.raises(PermissionDenied):
        access.require(bob, "Search", "", "books")


def test_own_user_and_own_roles_are_open(access: Access, bob: Caller) -> None:
    access.require(bob, "UpdateUser", "", "bob")
    access.require(bob, "SelectOwnership", "", "reader")
    access.require(bob, "SelectOwnership", "", "public")
    for privilege, target in [("UpdateUser", "root"), ("SelectOwnership", "admin"), ("SelectOwnership", "")]:
        with pytest.raises(PermissionDenied):
            access.require(bob, privilege, "", target)


def test_owner_of_the_directory_may_do_everything(access: Access) -> None:
    access.require(ANONYMOUS, "DropOwnership")
    assert access.sees_database(ANONYMOUS, "default")


def test_databases_are_listed_by_grants(access: Access, bob: Caller) -> None:
    assert not access.sees_database(bob, "default"), "what everybody may do does not count"
    access.grants.grant(Grant("reader", "", "books", "Search", "library"))
    assert access.sees_database(bob, "library")
    assert not access.sees_database(bob, "default")
    access.grants.grant(Grant("reader", "Global", "*", "ListDatabases"))
    assert access.sees_database(bob, "museum")


def test_who_may_see_one_user_does_not_see_them_all() -> None:
    one = rights({("bob", "reader")}, [Grant("reader", "User", "eve", "SelectUser", "default")])
    assert one.allow("bob", "SelectUser", "default", "eve")
    assert not one.allow("bob", "SelectUser", "default", "root")
    assert not one.allow("bob", "SelectUser", "default", "")
