"""Users, roles and grants, asked by pymilvus of a server that wants to know who calls."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pymilvus import AnnSearchRequest, AsyncMilvusClient, DataType, MilvusClient, MilvusException, WeightedRanker

import elanus
from elanus.config import Settings
from elanus.server.app import Server

ROWS = [{"id": number, "vector": [float(number), 1.0, 0.0, 0.0]} for number in range(10)]
QUERY = [[1.0, 1.0, 0.0, 0.0]]


@pytest.fixture(scope="module", params=["http2", "grpcio"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp(request.param) / "data"
    server = Server(Settings(data=data, port=0, metrics_port=0, drain_seconds=1.0, auth="on", wire=request.param))
    yield server
    server.close()


def connected(server: Server, user: str, password: str, **more: Any) -> MilvusClient:
    return MilvusClient(f"http://127.0.0.1:{server.port}", user=user, password=password, dedicated=True, **more)


@pytest.fixture(scope="module")
def root(server: Server) -> Iterator[MilvusClient]:
    client = connected(server, "root", "Milvus")
    client.create_collection("books", dimension=4)
    client.create_collection("shelves", dimension=4)
    client.insert("books", ROWS)
    yield client
    client.close()


@pytest.fixture
def bob(server: Server, root: MilvusClient) -> Iterator[MilvusClient]:
    """A user who has the role ``reader``, which is granted nothing."""
    root.create_user("bob", "secret1")
    root.create_role("reader")
    root.grant_role("bob", "reader")
    client = connected(server, "bob", "secret1")
    yield client
    client.close()
    root.drop_user("bob")
    root.drop_role("reader", force_drop=True)


def status_of(refused: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    return refused.value.code().name


@pytest.mark.parametrize(
    "credentials",
    [{}, {"token": "root:milvus"}, {"user": "root", "password": "wrong"}, {"user": "eve", "password": "Milvus"}],
    ids=["none", "token", "password", "user"],
)
def test_who_does_not_say_who_they_are_does_not_connect(server: Server, credentials: dict[str, str]) -> None:
    with pytest.raises(MilvusException, match="Fail connecting to server"):
        MilvusClient(f"http://127.0.0.1:{server.port}", dedicated=True, **credentials)


def test_token_and_password_are_the_same(server: Server, root: MilvusClient) -> None:
    client = MilvusClient(f"http://127.0.0.1:{server.port}", token="root:Milvus", dedicated=True)
    assert client.list_collections() == root.list_collections()
    client.close()


DENIED: dict[str, Callable[[MilvusClient], Any]] = {
    "Search": lambda c: c.search("books", QUERY),
    "Query": lambda c: c.query("books", "id > 0"),
    "Search (hybrid)": lambda c: c.hybrid_search(
        "books", [AnnSearchRequest(QUERY, "vector", {}, 3)] * 2, WeightedRanker(0.5, 0.5)
    ),
    "Insert": lambda c: c.insert("books", ROWS),
    "Upsert": lambda c: c.upsert("books", ROWS),
    "Delete": lambda c: c.delete("books", ids=[1]),
    "Flush": lambda c: c.flush("books"),
    "Compaction": lambda c: c.compact("books"),
    "Load": lambda c: c.load_collection("books"),
    "Release": lambda c: c.release_collection("books"),
    "GetLoadState": lambda c: c.get_load_state("books"),
    "GetStatistics": lambda c: c.get_collection_stats("books"),
    "CreateIndex": lambda c: c.alter_index_properties("books", "vector", {"mmap.enabled": "true"}),
    "DropIndex": lambda c: c.drop_index("books", "vector"),
    "CreatePartition": lambda c: c.create_partition("books", "p"),
    "DropPartition": lambda c: c.drop_partition("books", "p"),
    "ShowPartitions": lambda c: c.list_partitions("books"),
    "HasPartition": lambda c: c.has_partition("books", "p"),
    "CreateCollection": lambda c: c.create_collection("another", dimension=4),
    "DropCollection": lambda c: c.drop_collection("books"),
    "RenameCollection": lambda c: c.rename_collection("books", "novels"),
    "AlterCollectionSchema": lambda c: c.add_collection_field("books", "f", DataType.INT64, nullable=True),
    "CreateAlias": lambda c: c.create_alias("books", "lit"),
    "DropAlias": lambda c: c.drop_alias("lit"),
    "DescribeAlias": lambda c: c.describe_alias("lit"),
    "CreateDatabase": lambda c: c.create_database("library"),
    "DropDatabase": lambda c: c.drop_database("library"),
    "DescribeDatabase": lambda c: c.describe_database("default"),
    "AlterDatabase": lambda c: c.alter_database_properties("default", {"a": "1"}),
    "CreateOwnership": lambda c: c.create_user("eve", "secret1"),
    "CreateOwnership (role)": lambda c: c.create_role("writer"),
    "DropOwnership": lambda c: c.drop_user("bob"),
    "DropOwnership (role)": lambda c: c.drop_role("reader"),
    "ManageOwnership": lambda c: c.grant_role("bob", "admin"),
    "ManageOwnership (grant)": lambda c: c.grant_privilege_v2("reader", "ClusterAdmin", "*", "*"),
    "ManageOwnership (2.4)": lambda c: c.grant_privilege("reader", "Global", "*", "*"),
    "SelectOwnership": lambda c: c.list_users(),
    "SelectOwnership (roles)": lambda c: c.list_roles(),
    "SelectUser": lambda c: c.describe_user("root"),
    "UpdateUser": lambda c: c.update_password("root", "Milvus", "secret1"),
    "CreatePrivilegeGroup": lambda c: c.create_privilege_group("writing"),
    "ListPrivilegeGroups": lambda c: c.list_privilege_groups(),
    "OperatePrivilegeGroup": lambda c: c.add_privileges_to_group("writing", ["Insert"]),
    "DropPrivilegeGroup": lambda c: c.drop_privilege_group("writing"),
    "FlushAll": lambda c: c.flush_all(),
    "ListResourceGroups": lambda c: c.list_resource_groups(),
}  # fmt: skip


def test_user_without_a_grant_is_refused_every_class_of_call(bob: MilvusClient, root: MilvusClient) -> None:
    for privilege, call in DENIED.items():
        with pytest.raises(grpc.RpcError) as refused:
            call(bob)
        assert status_of(refused) == "PERMISSION_DENIED", privilege
        said = f"Privilege{privilege.split()[0]}: permission deny to bob in the `"
        assert refused.value.details().startswith(said)
    assert root.query("books", "", output_fields=["count(*)"])[0]["count(*)"] == 10, "and nothing was done"


def test_what_everybody_may(bob: MilvusClient) -> None:
    assert bob.describe_collection("books")["collection_name"] == "books"
    assert bob.list_indexes("books") == ["vector"]
    assert bob.has_collection("books")
    assert bob.list_collections() == []
    assert bob.list_databases() == []
    assert bob.describe_user("bob")["roles"] == ("reader",)
    assert bob.get_server_version()


def test_grant_on_one_collection_opens_it_alone(bob: MilvusClient, root: MilvusClient) -> None:
    root.grant_privilege_v2("reader", "CollectionReadOnly", "books", "default")
    assert bob.search("books", QUERY, limit=1)[0].ids == [1]
    assert bob.list_collections() == ["books"]
    assert bob.list_databases() == ["default"]
    for call in (lambda: bob.search("shelves", QUERY), lambda: bob.insert("books", ROWS)):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        assert status_of(refused) == "PERMISSION_DENIED"
    root.revoke_privilege_v2("reader", "CollectionReadOnly", "books", "default")
    with pytest.raises(grpc.RpcError, match="permission deny"):
        bob.search("books", QUERY)


def test_grants_of_the_older_calls(bob: MilvusClient, root: MilvusClient) -> None:
    root.grant_privilege("reader", "Collection", "Search", "books")
    root.grant_privilege("reader", "Global", "CreateCollection", "*")
    assert bob.search("books", QUERY, limit=1)[0].ids == [1]
    described = root.describe_role("reader")["privileges"]
    assert [(one["object_type"], one["object_name"], one["privilege"], one["grantor_name"]) for one in described] == [
        ("Collection", "books", "Search", "root"),
        ("Global", "*", "CreateCollection", "root"),
    ]
    root.revoke_privilege("reader", "Collection", "Search", "books")
    with pytest.raises(grpc.RpcError, match="PrivilegeSearch: permission deny"):
        bob.search("books", QUERY)


def test_own_group_of_privileges(bob: MilvusClient, root: MilvusClient) -> None:
    root.create_privilege_group("writing")
    root.add_privileges_to_group("writing", ["Insert", "Delete"])
    root.grant_privilege_v2("reader", "writing", "books", "default")
    bob.insert("books", [{"id": 100, "vector": QUERY[0]}])
    root.remove_privileges_from_group("writing", ["Insert"])
    with pytest.raises(grpc.RpcError, match="PrivilegeInsert: permission deny"):
        bob.insert("books", ROWS)
    assert bob.delete("books", ids=[100])["delete_count"] == 1
    with pytest.raises(MilvusException, match="privilege group \\[writing\\] is used by role \\[reader\\]"):
        root.drop_privilege_group("writing")
    root.revoke_privilege_v2("reader", "writing", "books", "default")
    root.drop_privilege_group("writing")
    assert "writing" not in {group["privilege_group"] for group in root.list_privilege_groups()}


def test_role_that_is_dropped_opens_nothing_any_more(bob: MilvusClient, root: MilvusClient) -> None:
    root.grant_privilege_v2("reader", "CollectionAdmin", "*", "default")
    bob.search("books", QUERY)
    with pytest.raises(MilvusException, match="fail to drop the role that it has privileges"):
        root.drop_role("reader")
    root.drop_role("reader", force_drop=True)
    root.create_role("reader")
    with pytest.raises(grpc.RpcError, match="permission deny"):
        bob.search("books", QUERY)
    assert root.describe_user("bob")["roles"] == ()


def test_admin_may_do_everything(bob: MilvusClient, root: MilvusClient) -> None:
    root.grant_role("bob", "admin")
    bob.create_collection("another", dimension=4)
    assert set(bob.list_collections()) == {"another", "books", "shelves"}
    bob.drop_collection("another")
    bob.create_user("eve", "secret1")
    bob.drop_user("eve")


def test_new_password_is_in_force_at_once(server: Server, bob: MilvusClient, root: MilvusClient) -> None:
    bob.update_password("bob", "secret1", "secret2")
    with pytest.raises(grpc.RpcError) as refused:
        bob.list_collections()
    assert status_of(refused) == "UNAUTHENTICATED"
    again = connected(server, "bob", "secret2")
    with pytest.raises(MilvusException, match="old password not correct for bob: not authenticated"):
        again.update_password("bob", "secret1", "secret3")
    again.update_password("bob", "secret2", "secret3", reset_connection=True)
    assert again.list_collections() == []
    again.close()


def test_built_in_things_stay(root: MilvusClient) -> None:
    for call, said in [
        (lambda: root.drop_user("root"), "root user cannot be deleted"),
        (lambda: root.drop_role("admin"), "the role\\[admin\\] is a default role, which can't be dropped"),
        (lambda: root.create_user("root", "secret1"), "user already exists: root"),
    ]:
        with pytest.raises(MilvusException, match=said):
            call()
    assert root.describe_user("nobody") == {}
    root.drop_user("nobody")


def test_descriptions(bob: MilvusClient, root: MilvusClient) -> None:
    root.update_user("bob", description="the builder")
    root.alter_role("reader", "reads a lot")
    assert root.describe_user("bob")["description"] == "the builder"
    assert root.describe_role("reader")["description"] == "reads a lot"


async def _searched(server: Server) -> list[int]:
    client = AsyncMilvusClient(f"http://127.0.0.1:{server.port}", user="root", password="Milvus")
    try:
        return (await client.search("books", QUERY, limit=1))[0].ids
    finally:
        await client.close()


def test_client_of_asyncio_says_who_it_is_too(server: Server, root: MilvusClient) -> None:
    import asyncio

    assert asyncio.run(_searched(server)) == [1]


def test_owner_of_the_directory_needs_no_password(tmp_path: Path) -> None:
    server = Server(Settings(data=tmp_path / "data", port=0, metrics_port=0, drain_seconds=1.0, auth="on"))
    beside = elanus.MilvusClient(tmp_path / "data")
    try:
        beside.create_user("bob", "secret1")
        assert beside.list_users() == ["bob", "root"]
    finally:
        beside.close()
        server.close()


def test_password_that_everybody_knows_is_warned_of_until_it_is_changed(tmp_path: Path) -> None:
    server = Server(Settings(data=tmp_path / "data", port=0, metrics_port=0, drain_seconds=1.0, auth="on"))
    try:
        assert list(server.warnings()) == ["root has the password that everybody knows: give it another one"]
        client = connected(server, "root", "Milvus")
        client.update_password("root", "Milvus", "another-one")
        assert list(server.warnings()) == []
        client.close()
    finally:
        server.close()


def test_users_can_be_kept_without_anybody_being_asked(tmp_path: Path) -> None:
    client = elanus.MilvusClient(tmp_path / "data")
    client.create_user("bob", "secret1")
    client.create_role("reader")
    client.grant_privilege_v2("reader", "Search", "books", "default")
    assert client.describe_role("reader")["privileges"][0]["privilege"] == "Search"
    client.close()


def _serve(data: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "elanus", "serve", "--data", str(data), "--port", "0", "--metrics-port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ELANUS_")}
    process = subprocess.Popen(
        [*command, "--auth", "--log-format", "json"], stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    return process, f"http://{json.loads(process.stderr.readline())['address']}"


def test_what_was_acknowledged_outlives_a_killed_server(tmp_path: Path) -> None:
    process, uri = _serve(tmp_path)
    root = MilvusClient(uri, token="root:Milvus", dedicated=True)
    root.create_collection("books", dimension=4)
    root.create_user("bob", "secret1")
    root.create_role("reader")
    root.grant_role("bob", "reader")
    root.grant_privilege_v2("reader", "Search", "books", "default")
    root.update_password("root", "Milvus", "another-one")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    root.close()

    process, uri = _serve(tmp_path)
    try:
        bob = MilvusClient(uri, token="bob:secret1", dedicated=True)
        assert bob.search("books", QUERY)[0] == []
        with pytest.raises(grpc.RpcError, match="permission deny"):
            bob.insert("books", ROWS)
        with pytest.raises(MilvusException, match="Fail connecting"):
            MilvusClient(uri, token="root:Milvus", dedicated=True)
        bob.close()
    finally:
        process.terminate()
        process.communicate(timeout=20)
