"""The admin door asks for a privilege, and what it is told about users and roles goes over the wire."""

from __future__ import annotations

import pytest

from elanus.doors.admin import access_wire, wire
from elanus.doors.admin.handlers import METHODS
from elanus.service.access.privileges import PRIVILEGES

FOR_EVERYBODY = {"ListCollections"}
"""It leaves out what the caller may not see."""
GRANTED = access_wire.Granted("reading", "Search", "default", "books")
VALUES = [
    access_wire.Everyone(),
    access_wire.Named("ann"),
    access_wire.NewUser("ann", "secret-1"),
    access_wire.NewPassword("ann", "secret-1", "secret-2"),
    access_wire.Membership("ann", "reading"),
    GRANTED,
]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_needs_a_privilege_of_milvus(name: str) -> None:
    privilege = METHODS[name].privilege
    assert privilege in PRIVILEGES or (privilege == "" and name in FOR_EVERYBODY)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_request_survives_the_wire(value: object) -> None:
    assert wire.opened(wire.encoded(value), type(value)) == value


def test_answers_survive_the_wire() -> None:
    users = [access_wire.UserSummary("ann", ("reading",))]
    roles = [access_wire.RoleSummary("reading", ("ann",), (GRANTED,))]
    assert wire.answered(wire.result(users), list[access_wire.UserSummary]) == users
    assert wire.answered(wire.result(roles), list[access_wire.RoleSummary]) == roles


def test_password_is_about_its_user() -> None:
    assert access_wire.NewPassword("ann", "secret-1", "secret-2").target == wire.Target("", "ann")
