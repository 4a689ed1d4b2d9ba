from __future__ import annotations

import pytest

from elanus.engine.database import Engine
from elanus.errors import BuiltIn, ParameterInvalid, Rejected, TooManyUsers
from elanus.service.access import Access
from elanus.service.access.access import Grant
from elanus.service.access.roles import MAX_ROLES
from elanus.storage.catalog import RoleRecord

NO_ROLE = "not found the role, maybe the role isn't existed or internal system error"


@pytest.fixture
def bob(access: Access) -> Access:
    access.users.create("bob", "secret1")
    access.roles.create("reader", "reads")
    return access


def test_admin_and_public_are_there_from_the_start(access: Access) -> None:
    assert access.roles.list() == [RoleRecord("admin"), RoleRecord("public")]


def test_role_is_given_and_taken(bob: Access) -> None:
    bob.roles.grant("bob", "reader")
    bob.roles.grant("bob", "reader")
    assert bob.users.roles_of("bob") == ["reader"]
    assert bob.roles.users_of("reader") == ["bob"]
    bob.roles.revoke("bob", "reader")
    bob.roles.revoke("bob", "reader")
    assert bob.users.roles_of("bob") == []


def test_dropping_a_user_or_a_role_ends_the_membership(bob: Access) -> None:
    bob.roles.grant("bob", "reader")
    bob.roles.grant("bob", "admin")
    bob.roles.drop("reader")
    assert bob.users.roles_of("bob") == ["admin"]
    bob.users.drop("bob")
    assert bob.roles.users_of("admin") == []


def test_role_with_grants_is_dropped_by_force_only(bob: Access) -> None:
    bob.grants.grant(Grant("reader", "", "books", "Search"))
    with pytest.raises(Rejected, match="fail to drop the role that it has privileges"):
        bob.roles.drop("reader")
    assert len(bob.grants.of("reader")) == 1
    bob.roles.drop("reader", force=True)
    bob.roles.create("reader")
    assert bob.grants.of("reader") == [], "the grants went with it"


@pytest.mark.parametrize("name", ["admin", "public"])
def test_built_in_role_stays_as_it_is(access: Access, name: str) -> None:
    with pytest.raises(BuiltIn, match=f"the role\\[{name}\\] is a default role, which can't be dropped"):
        access.roles.drop(name, force=True)
    with pytest.raises(BuiltIn, match=f"the role\\[{name}\\] is a builtin role, which can't be altered"):
        access.roles.alter(name, "mine")


def test_what_is_not_there_is_said(bob: Access) -> None:
    for refused in (
        lambda: bob.roles.drop("writer"),
        lambda: bob.roles.alter("writer", ""),
        lambda: bob.roles.grant("bob", "writer"),
        lambda: bob.roles.revoke("bob", "writer"),
        lambda: bob.grants.of("writer"),
    ):
        with pytest.raises(Rejected, match=NO_ROLE):
            refused()
    with pytest.raises(Rejected, match="not found the user, maybe the user isn't existed"):
        bob.roles.grant("eve", "reader")
    bob.roles.revoke("eve", "reader")


def test_description_is_kept(bob: Access) -> None:
    bob.roles.alter("reader", "reads a lot")
    assert bob.roles.get("reader") == RoleRecord("reader", "reads a lot")


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a b", "r" * 256, "ro\nle"])
def test_bad_names_are_refused(access: Access, name: str) -> None:
    with pytest.raises(ParameterInvalid, match="role name"):
        access.roles.create(name)


def test_name_is_given_once_and_their_number_is_limited(bob: Access, engine: Engine) -> None:
    with pytest.raises(Rejected, match='role \\[name:"reader"\\] already exists'):
        bob.roles.create("reader")
    engine.access.change(put=[RoleRecord(f"r{number}") for number in range(MAX_ROLES - 3)])
    with pytest.raises(TooManyUsers, match="the number of roles has reached the limit of 10"):
        bob.roles.create("one_more")
