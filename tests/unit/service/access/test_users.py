from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.errors import (
    BuiltIn,
    ParameterInvalid,
    PasswordWrong,
    PermissionDenied,
    Rejected,
    TooManyUsers,
    Unauthenticated,
)
from elanus.service.access import ANONYMOUS, Access, Caller
from elanus.service.access.passwords import hashed, is_kept_form, matches
from elanus.service.access.users import MAX_USERS
from elanus.storage.catalog import UserRecord


def test_root_is_there_from_the_start(access: Access) -> None:
    assert access.users.list() == ["root"]
    assert access.authenticate("root", "Milvus") == Caller("root")


@pytest.mark.parametrize(("user", "password"), [("root", "milvus"), ("root", ""), ("eve", "Milvus"), ("", "")])
def test_wrong_name_or_password_is_refused(access: Access, user: str, password: str) -> None:
    with pytest.raises(Unauthenticated, match="auth check failure, please check username and password are correct"):
        access.authenticate(user, password)


def test_nobody_is_asked_while_it_is_off(engine: Engine) -> None:
    assert Access(engine).authenticate("eve", "whatever") == ANONYMOUS


def test_new_password_is_in_force_at_once_and_the_old_one_is_not(access: Access) -> None:
    access.users.create("bob", "secret1")
    access.authenticate("bob", "secret1")
    access.users.update_password("bob", "secret1", "secret2")
    with pytest.raises(Unauthenticated):
        access.authenticate("bob", "secret1")
    assert access.authenticate("bob", "secret2") == Caller("bob")


def test_dropped_user_is_nobody_and_the_name_starts_anew(access: Access) -> None:
    access.users.create("bob", "secret1")
    access.authenticate("bob", "secret1")
    access.users.drop("bob")
    with pytest.raises(Unauthenticated):
        access.authenticate("bob", "secret1")
    access.users.create("bob", "another")
    with pytest.raises(Unauthenticated):
        access.authenticate("bob", "secret1")


def test_known_password_costs_microseconds(access: Access) -> None:
    access.authenticate("root", "Milvus")
    started = time.perf_counter()
    for _ in range(100):
        access.authenticate("root", "Milvus")
    assert time.perf_counter() - started < 0.05, "one slow hash takes longer than all of these"


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", "secret1", "username must be not empty"),
        ("0", "secret1", "invalid user name 0, the first character must be a letter, but got 0"),
        ("n@me", "secret1", "username must contain only numbers, letters and underscores"),
        ("h h", "secret1", "username must contain only numbers, letters and underscores"),
        ("bob\n", "secret1", "username must contain only numbers, letters and underscores"),
        ("ü", "secret1", "the first character must be a letter"),
        ("u" * 33, "secret1", "with length 33, the length of username must be less than 32"),
        ("bob", "p@ss", "invalid password length: invalid parameter\\[4 out of range 6 <= value <= 72\\]"),
        ("bob", "p" * 73, "73 out of range"),
        ("bob", "ü" * 37, "74 out of range"),
    ],
)
def test_bad_names_and_passwords_are_refused(access: Access, name: str, password: str, said: str) -> None:
    with pytest.raises(ParameterInvalid, match=said):
        access.users.create(name, password)
    assert access.users.list() == ["root"]


def test_longest_names_and_passwords_are_taken(access: Access) -> None:
    access.users.create("u" * 32, "p" * 72)
    assert access.authenticate("u" * 32, "p" * 72) == Caller("u" * 32)


def test_name_is_given_once(access: Access) -> None:
    with pytest.raises(Rejected, match="user already exists: root"):
        access.users.create("root", "secret1")


def test_number_of_users_is_limited(access: Access, engine: Engine) -> None:
    engine.access.change(put=[UserRecord(f"u{number}", "") for number in range(MAX_USERS - 1)])
    with pytest.raises(TooManyUsers, match="the number of users has reached the limit of 100"):
        access.users.create("one_more", "secret1")


@pytest.mark.parametrize(("name", "old"), [("bob", "wrong-one"), ("nobody", "secret1")])
def test_who_does_not_know_the_old_password_cannot_change_it(access: Access, name: str, old: str) -> None:
    access.users.create("bob", "secret1")
    with pytest.raises(PasswordWrong, match=f"old password not correct for {name}: not authenticated"):
        access.users.update_password(name, old, "secret2")
    assert access.authenticate("bob", "secret1") == Caller("bob")


def test_missing_user_is_dropped_in_silence_and_root_never(access: Access) -> None:
    access.users.drop("nobody")
    with pytest.raises(BuiltIn, match="root user cannot be deleted"):
        access.users.drop("root")
    assert access.users.list() == ["root"]


def test_description_is_kept(access: Access) -> None:
    access.users.create("bob", "secret1", "the builder")
    access.users.describe("bob", "can he fix it")
    found = access.users.find("bob")
    assert found is not None
    assert found.description == "can he fix it"
    with pytest.raises(Rejected, match="user not found: eve"):
        access.users.describe("eve", "")


def test_password_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    engine = Engine.open(tmp_path, EngineSettings())
    access = Access(engine)
    access.users.create("bob", "a-very-secret-one")
    access.users.update_password("bob", "a-very-secret-one", "a-more-secret-one")
    engine.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"bob" in everything
    assert b"secret-one" not in everything


def test_same_password_is_kept_differently_each_time() -> None:
    first, second = hashed("secret1"), hashed("secret1")
    assert first != second
    assert is_kept_form(first)
    assert matches("secret1", first)
    assert not matches("secret2", first)
    assert not is_kept_form("secret1")


def test_catalog_of_before_there_were_users_gets_root(tmp_path: Path) -> None:
    Engine.open(tmp_path, EngineSettings()).close()
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        for table in ("members", "grants", "users", "roles", "privilege_groups"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    engine = Engine.open(tmp_path, EngineSettings())
    assert Access(engine, enforced=True).authenticate("root", "Milvus") == Caller("root")
    engine.close()


def test_password_is_reset_without_the_old_one(access: Access) -> None:
    access.authenticate("root", "Milvus")
    access.users.reset_password("root", "another")
    assert access.authenticate("root", "another") == Caller("root")
    with pytest.raises(Unauthenticated):
        access.authenticate("root", "Milvus")
    with pytest.raises(Rejected, match="user not found: eve"):
        access.users.reset_password("eve", "another")
    with pytest.raises(ParameterInvalid, match="invalid password length"):
        access.users.reset_password("root", "short")


def test_owner_of_the_directory_is_nobody_by_name(access: Access) -> None:
    access.require_owner(ANONYMOUS)
    with pytest.raises(PermissionDenied, match="only the owner of the data directory may do that, not root"):
        access.require_owner(Caller("root"))
