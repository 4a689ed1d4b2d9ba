"""``elanus users`` and ``elanus roles``, and the other commands where the server asks who calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import elanus
from elanus.config import Settings
from elanus.errors import PermissionDenied
from elanus.server.app import Server
from unit.cli.conftest import Elanus


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a server that asks who calls, with a collection ``books``."""
    client = elanus.MilvusClient(tmp_path)
    client.create_collection("books", dimension=4)
    client.close()
    server = Server(Settings(data=tmp_path, port=0, metrics_port=0, auth="on"))
    yield f"127.0.0.1:{server.port}"
    server.close()


def as_user(token: str, address: str) -> list[str]:
    return ["--uri", f"http://{token}@{address}"]


@pytest.fixture
def root(address: str) -> list[str]:
    return as_user("root:Milvus", address)


def test_unknown_caller_is_told_how_to_say_who_it_is(command: Elanus, address: str) -> None:
    for uri in (["--uri", f"http://{address}"], as_user("root:wrong", address)):
        refused = command("users", "list", *uri)
        assert refused.code == 1
        assert "http://user:password@host:port" in refused.err
        assert "ELANUS_TOKEN" in refused.err


def test_token_of_the_environment_is_used(command: Elanus, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELANUS_TOKEN", "root:Milvus")
    assert json.loads(command("users", "list", "--json", "--uri", f"http://{address}").out) == [
        {"name": "root", "roles": []}
    ]


def test_user_from_first_to_last(command: Elanus, address: str, root: list[str]) -> None:
    assert "created ann" in command("users", "create", "ann", "--password", "secret-1", *root).out
    assert command("roles", "create", "reading", *root).code == 0
    granted = command("roles", "grant", "reading", "Search", "--collection", "books", *root)
    assert granted.out == "reading may Search on default.books\n"
    assert command("users", "grant", "ann", "reading", *root).out == "ann has the role reading\n"

    users = {one["name"]: one["roles"] for one in json.loads(command("users", "list", "--json", *root).out)}
    assert users == {"ann": ["reading"], "root": []}
    roles = {one["name"]: one for one in json.loads(command("roles", "list", "--json", *root).out)}
    assert roles["reading"]["users"] == ["ann"]
    assert roles["reading"]["grants"] == [
        {"role": "reading", "privilege": "Search", "database": "default", "collection": "books"}
    ]
    assert "ann   reading" in command("users", "list", *root).out
    assert "Search on default.books" in command("roles", "list", *root).out

    ann = as_user("ann:secret-1", address)
    changed = command("users", "password", "ann", "--old", "secret-1", "--new", "secret-2", *ann)
    assert changed.out == "ann has a new password\n"
    assert command("collections", *ann).code == 1
    assert "books" in command("collections", *as_user("ann:secret-2", address)).out

    assert command("roles", "revoke", "reading", "Search", "--collection", "books", *root).code == 0
    assert command("users", "revoke", "ann", "reading", *root).code == 0
    assert command("roles", "drop", "reading", *root).out == "dropped reading\n"
    assert command("users", "drop", "ann", *root).out == "dropped ann\n"
    assert "ann" not in command("users", "list", *root).out


def test_user_without_grants_changes_nothing(command: Elanus, address: str, root: list[str]) -> None:
    command("users", "create", "eve", "--password", "secret-1", *root)
    eve = as_user("eve:secret-1", address)
    for words in (
        ("users", "list"),
        ("users", "create", "mallory", "--password", "secret-1"),
        ("users", "drop", "root"),
        ("users", "grant", "eve", "admin"),
        ("roles", "list"),
        ("roles", "create", "mine"),
        ("roles", "grant", "public", "ClusterAdmin", "--db", "*"),
        ("index", "drop", "books", "vector"),
        ("index", "switch", "books", "vector", "--type", "HNSW"),
        ("segments", "books"),
        ("explain", "books"),
    ):
        refused = command(*words, *eve)
        assert refused.code == 1, words
        assert "permission deny to eve" in refused.err, words
    assert command("collections", *eve).out.strip() == "no collections in database default"
    users = [one["name"] for one in json.loads(command("users", "list", "--json", *root).out)]
    assert sorted(users) == ["eve", "root"]


def test_who_owns_the_directory_is_asked_nothing(command: Elanus, address: str, tmp_path: Path) -> None:
    """Through the socket of the server that has it open."""
    assert command("users", "create", "ann", "--password", "secret-1", "--data", str(tmp_path)).code == 0
    assert "ann" in command("users", "list", "--data", str(tmp_path)).out
    assert command("users", "password", "ann", "--new", "secret-2", "--data", str(tmp_path)).code == 0
    assert "ann" in command("users", "list", *as_user("root:Milvus", address)).out
    assert command("collections", *as_user("ann:secret-1", address)).code == 1
    assert command("collections", *as_user("ann:secret-2", address)).code == 0
    assert "books" in command("collections", "--data", str(tmp_path)).out


def test_indexes_of_a_python_client_ask_for_privileges(command: Elanus, address: str, root: list[str]) -> None:
    command("users", "create", "eve", "--password", "secret-1", *root)
    client = elanus.MilvusClient(f"http://{address}", token="eve:secret-1")
    assert [index.name for index in client.indexes.list("books")] == ["vector"]
    with pytest.raises(PermissionDenied, match="PrivilegeDropIndex: permission deny to eve"):
        client.indexes.drop("books", "vector")
    client.close()
