"""REST while callers must say who they are: who is refused where, users and roles managed by REST alone."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pymilvus import MilvusClient

from compat.rest.conftest import DIM, Rest
from compat.test_server_process import Serving
from elanus.doors.rest.lowlevel.calls import CALLS

ROOT = "root:Milvus"
NEED_AUTHENTICATE = {"code": 1800, "message": "user hasn't authenticated"}
DENIED = 1401


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}


@dataclass(frozen=True)
class As:
    """A user's view of a port."""

    port: Rest
    token: str

    def ask(self, path: str, **body: Any) -> tuple[int, Any]:
        return self.port.ask("POST", f"/v2/vectordb/{path}", body, bearer(self.token))

    def v2(self, path: str, /, **body: Any) -> Any:
        """The data of a call that succeeds."""
        status, answer = self.ask(path, **body)
        assert (status, answer.get("code")) == (200, 0), answer
        return answer["data"]

    def refused(self, path: str, /, **body: Any) -> tuple[int, int]:
        """HTTP status and code of one that does not."""
        status, answer = self.ask(path, **body)
        assert answer.keys() == {"code", "message"}
        return status, answer["code"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Serving(tmp_path_factory.mktemp("auth"), "--auth", "--http-port-1x", str(port))
    server.old = Rest(f"127.0.0.1:{port}")  # type: ignore[attr-defined]
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


@pytest.fixture(scope="module")
def api(guarded: Serving) -> Rest:
    return Rest(guarded.ready["address"])


@pytest.fixture(scope="module")
def low(guarded: Serving) -> Rest:
    return Rest(guarded.ready["metrics"])


@pytest.fixture(scope="module")
def root(api: Rest) -> As:
    """With a collection of two rows."""
    root = As(api, ROOT)
    root.v2("collections/create", collectionName="books", dimension=DIM)
    root.v2("collections/create", collectionName="secrets", dimension=DIM)
    root.v2("entities/insert", collectionName="books", data=[{"id": 1, "vector": [0.5] * DIM}])
    return root


@pytest.fixture(scope="module")
def reader(root: As) -> As:
    """May read books."""
    root.v2("users/create", userName="reader", password="reads-1")
    root.v2("roles/create", roleName="reading")
    root.v2("roles/grant_privilege_v2", roleName="reading", privilege="CollectionReadOnly",
            dbName="default", collectionName="books")  # fmt: skip
    root.v2("users/grant_role", userName="reader", roleName="reading")
    return As(root.port, "reader:reads-1")


@pytest.mark.parametrize("headers", [{}, bearer("root:wrong"), basic("nobody:Milvus"), bearer("root")],
                         ids=["none", "wrong", "unknown", "half"])  # fmt: skip
@pytest.mark.parametrize("path", ["/v2/vectordb/collections/list", "/v2/elanus/indexes/list", "/v1/vector/query"])
def test_unknown_caller_is_401_on_every_family(api, root, path, headers):
    assert api.ask("POST", path, {"collectionName": "books"}, headers) == (401, NEED_AUTHENTICATE)


@pytest.mark.parametrize(
    "headers", [bearer(ROOT), basic(ROOT), {"Authorization": ROOT}], ids=["bearer", "basic", "bare"]
)
def test_root_is_served(api, root, headers):
    status, answer = api.ask("POST", "/v2/vectordb/collections/list", {}, headers)
    assert (status, sorted(answer["data"])) == (200, ["books", "secrets"])
    status, answer = api.ask("GET", "/v1/vector/collections", None, headers)
    assert (status, sorted(answer["data"])) == (200, ["books", "secrets"])


def test_reader_reads_what_was_granted_and_nothing_else(reader):
    assert reader.v2("entities/query", collectionName="books", filter="id > 0", outputFields=["id"]) == [{"id": 1}]
    assert len(reader.v2("entities/search", collectionName="books", data=[[0.5] * DIM], limit=1)) == 1
    assert reader.refused("entities/query", collectionName="secrets", filter="id > 0") == (403, DENIED)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("entities/insert", {"data": [{"id": 9, "vector": [0.5] * DIM}]}),
        ("entities/delete", {"filter": "id > 0"}),
        ("collections/drop", {}),
        ("collections/create", {"dimension": DIM}),
        ("collections/release", {}),
        ("indexes/drop", {"indexName": "vector"}),
        ("partitions/create", {"partitionName": "p"}),
        ("aliases/create", {"aliasName": "a"}),
        ("databases/create", {"dbName": "d"}),
        ("users/create", {"userName": "eve", "password": "secret-1"}),
        ("users/list", {}),
        ("users/grant_role", {"userName": "reader", "roleName": "admin"}),
        ("roles/list", {}),
        ("roles/create", {"roleName": "mine"}),
        ("roles/grant_privilege_v2", {"roleName": "reading", "privilege": "ClusterAdmin", "dbName": "*"}),
        ("roles/grant_privilege", {"roleName": "reading", "objectType": "Global", "objectName": "*", "privilege": "*"}),
        ("privilege_groups/create", {"privilegeGroupName": "g"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reader_changes_nothing(root, reader, path, body):
    assert reader.refused(path, **{"collectionName": "books", **body}) == (403, DENIED)


@pytest.mark.parametrize("call", ["explain", "compare", "drop", "pause", "promote"])
def test_calls_that_only_elanus_has_ask_for_a_privilege(reader, call):
    body = {"collectionName": "secrets", "indexName": "vector"}
    status, answer = reader.port.ask("POST", f"/v2/elanus/indexes/{call}", body, bearer(reader.token))
    assert (status, answer["code"]) == (403, DENIED)


def test_everybody_may_ask_what_indexes_there_are(reader):
    """As in Milvus: the role public has IndexDetail."""
    status, answer = reader.port.ask(
        "POST", "/v2/elanus/indexes/list", {"collectionName": "secrets"}, bearer(reader.token)
    )
    assert (status, answer["code"]) == (200, 0)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("insert", {"data": [{"vector": [0.5] * DIM}]}),
        ("delete", {"id": 1}),
        ("collections/create", {"dimension": DIM}),
        ("collections/drop", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reader_changes_nothing_by_v1(reader, path, body):
    sent = {"collectionName": "books", **body}
    status, answer = reader.port.ask("POST", f"/v1/vector/{path}", sent, bearer(reader.token))
    assert (status, answer["code"]) == (403, DENIED)


def test_reader_reads_by_v1(reader):
    sent = {"collectionName": "books", "filter": "id > 0", "outputFields": ["id"]}
    assert reader.port.ask("POST", "/v1/vector/query", sent, bearer(reader.token)) == (
        200,
        {"code": 200, "data": [{"id": 1}]},
    )


def test_reader_sees_only_what_it_may_read(root, reader):
    root.v2("databases/create", dbName="elsewhere")
    assert reader.v2("collections/list") == ["books"]
    assert reader.v2("databases/list") == ["default"]
    assert reader.port.ask("GET", "/v1/vector/collections", None, bearer(reader.token))[1]["data"] == ["books"]
    root.v2("databases/drop", dbName="elsewhere")


def test_collection_made_ready_takes_all_its_privileges_or_leaves_no_trace(root):
    root.v2("users/create", userName="maker", password="makes-1")
    root.v2("roles/create", roleName="making")
    root.v2("users/grant_role", userName="maker", roleName="making")
    grant = {"roleName": "making", "dbName": "default", "collectionName": "*"}
    root.v2("roles/grant_privilege_v2", **grant, privilege="CreateCollection")
    maker = As(root.port, "maker:makes-1")
    assert maker.refused("collections/create", collectionName="made", dimension=DIM) == (403, DENIED)
    assert root.v2("collections/has", collectionName="made") == {"has": False}
    root.v2("roles/grant_privilege_v2", **grant, privilege="CreateIndex")
    root.v2("roles/grant_privilege_v2", **grant, privilege="Load")
    maker.v2("collections/create", collectionName="made", dimension=DIM)
    root.v2("collections/drop", collectionName="made")


def test_alias_needs_the_privilege_on_both_its_collections(root):
    root.v2("users/create", userName="namer", password="names-1")
    root.v2("roles/create", roleName="naming")
    root.v2("users/grant_role", userName="namer", roleName="naming")
    grant = {"roleName": "naming", "dbName": "default", "privilege": "CollectionAdmin"}
    root.v2("roles/grant_privilege_v2", **grant, collectionName="books")
    root.v2("aliases/create", aliasName="hidden", collectionName="secrets")
    namer = As(root.port, "namer:names-1")
    namer.v2("aliases/create", aliasName="shelf", collectionName="books")
    assert namer.refused("aliases/alter", aliasName="hidden", collectionName="books") == (403, DENIED)
    assert namer.refused("aliases/alter", aliasName="shelf", collectionName="secrets") == (403, DENIED)
    assert namer.refused("aliases/drop", aliasName="hidden") == (403, DENIED)
    assert len(namer.v2("entities/query", collectionName="shelf", filter="id > 0")) == 1
    namer.v2("aliases/drop", aliasName="shelf")
    root.v2("aliases/drop", aliasName="hidden")


def test_reader_looks_after_its_own_account(root, reader):
    assert reader.v2("users/describe", userName="reader") == ["reading"]
    assert reader.refused("users/describe", userName="root") == (403, DENIED)
    reader.v2("users/update_password", userName="reader", password="reads-1", newPassword="reads-2")
    assert reader.refused("collections/list") == (401, NEED_AUTHENTICATE["code"])
    As(reader.port, "reader:reads-2").v2("users/update_password", userName="reader", password="reads-2",
                                          newPassword="reads-1")  # fmt: skip
    assert reader.v2("collections/list") == ["books"]


def test_users_by_rest(root):
    root.v2("users/create", userName="temp", password="secret-1")
    assert "temp" in root.v2("users/list")
    assert root.v2("users/describe", userName="temp") == []
    root.v2("roles/create", roleName="temp_role", description="for a test")
    root.v2("roles/alter", roleName="temp_role", description="for this test")
    assert {"admin", "public", "temp_role"} <= set(root.v2("roles/list"))
    root.v2("users/grant_role", userName="temp", roleName="temp_role")
    assert root.v2("users/describe", userName="temp") == ["temp_role"]
    root.v2("users/revoke_role", userName="temp", roleName="temp_role")
    assert root.v2("users/describe", userName="temp") == []
    root.v2("users/drop", userName="temp")
    assert "temp" not in root.v2("users/list")
    root.v2("roles/drop", roleName="temp_role")
    assert "temp_role" not in root.v2("roles/list")


def test_grants_by_rest(root):
    on_object = {"objectType": "Collection", "objectName": "books", "privilege": "Search", "dbName": "default"}
    on_collection = {"privilege": "CollectionReadWrite", "dbName": "default", "collectionName": "books"}
    root.v2("roles/create", roleName="granted")
    root.v2("roles/grant_privilege", roleName="granted", **on_object)
    root.v2("roles/grant_privilege_v2", roleName="granted", **on_collection)
    found = root.v2("roles/describe", roleName="granted")
    assert {"grantor": "root", **on_object} in found
    assert "CollectionReadWrite" in {one["privilege"] for one in found}
    root.v2("roles/revoke_privilege", roleName="granted", **on_object)
    root.v2("roles/revoke_privilege_v2", roleName="granted", **on_collection)
    assert root.v2("roles/describe", roleName="granted") == []
    root.v2("roles/drop", roleName="granted")


def test_privilege_groups_by_rest(root):
    group = {"privilegeGroupName": "mine"}
    root.v2("privilege_groups/create", **group)
    root.v2("privilege_groups/add_privileges_to_group", **group, privileges=["Search", "Query"])
    assert _privileges(root, "mine") == {"Search", "Query"}
    root.v2("privilege_groups/remove_privileges_from_group", **group, privileges=["Query"])
    assert _privileges(root, "mine") == {"Search"}
    root.v2("privilege_groups/drop", **group)
    groups = root.v2("privilege_groups/list")["privilegeGroups"]
    assert "mine" not in {one["privilegeGroupName"] for one in groups}
    assert "ClusterAdmin" in {one["privilegeGroupName"] for one in groups}


def _privileges(root: As, name: str) -> set[str]:
    groups = root.v2("privilege_groups/list")["privilegeGroups"]
    (found,) = (one["privileges"] for one in groups if one["privilegeGroupName"] == name)
    return set(found.split(","))


@pytest.mark.parametrize(("method", "path"), CALLS, ids=" ".join)
def test_monitoring_port_refuses_unknown_callers_of_the_api(root, low, method, path):
    for headers in ({}, bearer("root:wrong")):
        assert low.ask(method, f"/api/v1{path}", {}, headers) == (401, NEED_AUTHENTICATE)


def test_monitoring_port_asks_for_privileges(root, reader, low):
    def ask(token: str, method: str, path: str, **body: Any) -> tuple[int, Any]:
        return low.ask(method, f"/api/v1{path}", body, basic(token))

    assert ask(ROOT, "GET", "/collection/existence", collection_name="books") == (200, {"status": {}, "value": True})
    assert ask(reader.token, "DELETE", "/collection", collection_name="books")[0] == 403
    assert ask(reader.token, "POST", "/credential", username="eve", password=b64("secret-1"))[0] == 403
    assert ask(ROOT, "POST", "/credential", username="old", password=b64("secret-1")) == (200, {})
    assert "old" in ask(ROOT, "GET", "/credential/users")[1]["usernames"]
    changed = {"oldPassword": b64("secret-1"), "newPassword": b64("secret-2")}
    assert ask("old:secret-1", "PATCH", "/credential", username="old", **changed) == (200, {})
    assert ask("old:secret-1", "GET", "/collections")[0] == 401
    assert ask(ROOT, "DELETE", "/credential", username="old") == (200, {})


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/metrics", "/docs", "/openapi.json", "/api/v1/health"])
def test_monitoring_asks_nobody(low, path):
    assert low.ask("GET", path)[0] == 200


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_documentation_asks_nobody(api, path):
    assert api.ask("GET", path)[0] == 200


def test_documentation_says_how_to_say_who_one_is(api):
    page = api.ask("GET", "/openapi.json")[1]
    assert {one["scheme"] for one in page["components"]["securitySchemes"].values()} == {"basic", "bearer"}
    offered = page["paths"]["/v2/vectordb/collections/list"]["post"]["security"]
    assert [name for one in offered for name in one] == list(page["components"]["securitySchemes"])


def test_browser_that_asks_before_it_calls_needs_no_credentials(api):
    assert api.ask("OPTIONS", "/v2/vectordb/collections/list") == (204, "")


def test_api_of_1x_is_refused_in_words(guarded, root):
    old = guarded.old
    assert old.ask("GET", "/state")[0] == 200
    for method, path in (("GET", "/collections"), ("DELETE", "/collections/books"), ("GET", "/system/version")):
        status, answer = old.ask(method, path, None, basic(ROOT))
        assert (status, answer["code"]) == (401, 3)
        assert "Milvus 1.x cannot say" in answer["message"]
    assert "books" in root.v2("collections/list")


def test_what_rest_makes_holds_for_grpc(guarded, reader):
    client = MilvusClient(guarded.uri, token=reader.token)
    assert client.query("books", filter="id > 0", output_fields=["id"]) == [{"id": 1}]
    client.close()
