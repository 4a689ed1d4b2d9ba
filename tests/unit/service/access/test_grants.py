from __future__ import annotations

import pytest

from elanus.errors import ParameterInvalid, Rejected
from elanus.service.access import Access
from elanus.service.access.access import Grant


@pytest.fixture
def reader(access: Access) -> Access:
    access.roles.create("reader")
    access.privilege_groups.create("writing")
    access.privilege_groups.add("writing", ["Insert", "Delete"])
    return access


def test_grant_of_the_newer_calls_gets_the_type_of_its_privilege(reader: Access) -> None:
    reader.grants.grant(Grant("reader", "", "books", "Search", "library", "root"))
    reader.grants.grant(Grant("reader", "", "", "CollectionReadOnly"))
    assert reader.grants.of("reader") == [
        Grant("reader", "Global", "*", "CollectionReadOnly", "default"),
        Grant("reader", "Collection", "books", "Search", "library", "root"),
    ]


def test_both_kinds_of_calls_mean_the_same_grant(reader: Access) -> None:
    reader.grants.grant(Grant("reader", "Collection", "books", "Search"))
    reader.grants.grant(Grant("reader", "", "books", "Search"))
    assert len(reader.grants.of("reader")) == 1
    reader.grants.revoke(Grant("reader", "", "books", "Search"))
    reader.grants.revoke(Grant("reader", "", "books", "Search"))
    assert reader.grants.of("reader") == []


def test_global_privilege_of_the_older_calls_is_for_every_object(reader: Access) -> None:
    reader.grants.grant(Grant("reader", "Global", "whatever", "CreateCollection"))
    assert reader.grants.of("reader") == [Grant("reader", "Global", "*", "CreateCollection", "default")]


def test_grants_of_one_database_come_with_those_of_every_one(reader: Access) -> None:
    for database in ("library", "museum", "*"):
        reader.grants.grant(Grant("reader", "", "*", "Search", database))
    assert {grant.database for grant in reader.grants.of("reader", "library")} == {"library", "*"}
    assert {grant.database for grant in reader.grants.of("reader")} == {"library", "museum", "*"}


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant("reader", "Shelf", "*", "Search"), "the object entity in the request is nil or invalid"),
        (Grant("writer", "Global", "*", "All"), "not found the role"),
        (Grant("reader", "Global", "*", "Fly"), "not found the privilege name\\[Fly\\] in object\\[Global\\]"),
        (Grant("reader", "Global", "*", "Search"), "not found the privilege name\\[Search\\] in object\\[Global\\]"),
        (Grant("reader", "Global", "*", "writing"), "can not operate the custom privilege group \\[writing\\]"),
        (Grant("reader", "Global", "*", "ClusterAdmin"), "can not operate the built-in privilege group"),
        (Grant("reader", "", "*", "Fly"), "not found the privilege name\\[Fly\\]"),
        (Grant("writer", "", "*", "Search"), "not found the role"),
    ],
)
def test_what_cannot_be_granted_is_said(reader: Access, grant: Grant, said: str) -> None:
    for refused in (reader.grants.grant, reader.grants.revoke):
        with pytest.raises(Rejected, match=said):
            refused(grant)
    assert reader.grants.of("reader") == []


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant("reader", "", "*", "ClusterAdmin", "default"), "dbName and collectionName should be \\*"),
        (Grant("reader", "", "books", "DatabaseAdmin", "default"), "collectionName should be \\*"),
        (Grant("reader", "", "books", "CollectionAdmin", "*"), "please specify database name"),
        (Grant("reader", "", "books", "writing", "*"), "please specify database name"),
        (Grant("reader", "", "no such name", "Search"), "name"),
        (Grant("reader", "Collection", "", "Search"), "the object name in the grant entity is empty"),
    ],
)
def test_group_reaches_as_far_as_its_privileges(reader: Access, grant: Grant, said: str) -> None:
    with pytest.raises(ParameterInvalid, match=said):
        reader.grants.grant(grant)


def test_groups_grow_and_shrink(reader: Access) -> None:
    groups = reader.privilege_groups
    groups.add("writing", ["Upsert", "Insert"])
    groups.remove("writing", ["Delete", "Search"])
    assert groups.list()[-1].privileges == ("Insert", "Upsert")
    assert len(groups.list()) == 10, "nine are built in"


def test_group_of_two_levels_is_refused(reader: Access) -> None:
    with pytest.raises(ParameterInvalid, match="privileges are not the same privilege level"):
        reader.privilege_groups.add("writing", ["CreateDatabase"])
    assert reader.privilege_groups.list()[-1].privileges == ("Insert", "Delete")


@pytest.mark.parametrize(
    ("name", "privileges", "said"),
    [
        ("n%$#", ["Insert"], "privilege group name n%\\$# can only contain numbers, letters and underscores"),
        ("reading", ["Insert"], "there is no privilege group name \\[reading\\] defined in system to operate"),
        ("writing", [], "privileges is empty when alter the privilege group"),
        ("writing", ["Fly"], "there is no privilege name or privilege group name \\[Fly\\] defined"),
        ("ClusterAdmin", ["Insert"], "there is no privilege group name \\[ClusterAdmin\\]"),
    ],
)
def test_what_a_group_cannot_hold_is_said(reader: Access, name: str, privileges: list[str], said: str) -> None:
    for refused in (reader.privilege_groups.add, reader.privilege_groups.remove):
        with pytest.raises(ParameterInvalid, match=said):
            refused(name, privileges)


def test_group_in_use_is_not_dropped(reader: Access) -> None:
    reader.grants.grant(Grant("reader", "", "*", "writing"))
    with pytest.raises(ParameterInvalid, match="privilege group \\[writing\\] is used by role \\[reader\\]"):
        reader.privilege_groups.drop("writing")
    reader.grants.revoke(Grant("reader", "", "*", "writing"))
    reader.privilege_groups.drop("writing")
    reader.privilege_groups.drop("writing")
    assert len(reader.privilege_groups.list()) == 9


@pytest.mark.parametrize("name", ["ClusterAdmin", "Search", "All"])
def test_names_of_milvus_are_taken(access: Access, name: str) -> None:
    with pytest.raises(ParameterInvalid, match="is defined by built in privileges or privilege groups"):
        access.privilege_groups.create(name)
    with pytest.raises(Rejected, match="it is built in and cannot be dropped"):
        access.privilege_groups.drop(name)
