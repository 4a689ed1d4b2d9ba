"""The HTTP API of Milvus 1.x: every call, on the port that was set for it."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from pymilvus import MilvusClient

from compat.rest.conftest import DIM, Rest
from compat.test_server_process import Serving, serving
from elanus.doors.rest.milvus1.indexes import CODES
from elanus.index.registry import index_type_of_code

OK = {"code": 0, "message": "OK"}


@pytest.fixture(scope="module")
def old_server(tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compat.test_server_process.clean_environment", lambda: {"ELANUS_HTTP_PORT_1X": str(port)})
        with serving(tmp_path_factory.mktemp("milvus1")) as server:
            yield server, port


@pytest.fixture(scope="module")
def old(old_server: tuple[Serving, int]) -> Rest:
    return Rest(f"127.0.0.1:{old_server[1]}")


@pytest.fixture(scope="module")
def newer(old_server):
    client = MilvusClient(old_server[0].uri)
    yield client
    client.close()


@pytest.fixture
def made(old, name, vectors):
    """200 rows with ids 0 to 199."""
    asked = {"collection_name": name, "dimension": DIM, "index_file_size": 1, "metric_type": "L2"}
    assert old.ask("POST", "/collections", asked) == (201, OK)
    rows = {"vectors": vectors.tolist(), "ids": [str(i) for i in range(200)]}
    status, answer = old.ask("POST", f"/collections/{name}/vectors", rows)
    assert (status, answer["ids"]) == (201, rows["ids"])
    return name


def test_server(old):
    assert old.ask("GET", "/") == (200, "Welcome to milvus")
    assert old.ask("GET", "/state") == (200, OK)
    assert old.ask("GET", "/devices")[1]["cpu"]["memory"] > 0
    assert old.ask("GET", "/system/version")[1]["reply"].startswith("1.1")
    _, settings = old.ask("GET", "/system/config")
    assert (settings["cluster"]["enable"], settings["restart_required"]) == ("false", False)
    assert float(settings["elanus"]["retention_seconds"]) > 0
    assert old.ask("PUT", "/system/config", {"cache": {"size": "1"}})[1]["code"] != 0
    assert old.ask("GET", "/system/status") == (200, {**OK, "reply": "OK"})
    assert old.ask("GET", "/system/info")[0] == 200
    assert old.ask("OPTIONS", "/collections") == (204, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/config/advanced"),
        ("PUT", "/config/advanced"),
        ("GET", "/config/gpu_resources"),
        ("PUT", "/config/gpu_resources"),
        ("PUT", "/system/config"),
    ],
)
def test_settings_are_not_changed_by_a_client(old, method, path):
    status, answer = old.ask(method, path, {})
    assert status == 400
    assert "not implemented by Elanus yet" in answer["message"]


def test_collection(old, newer, made):
    shown = {
        "collection_name": made,
        "dimension": DIM,
        "index_file_size": 1,
        "metric_type": "L2",
        "count": 200,
        "index": "FLAT",
        "index_params": "{}",
    }
    assert old.ask("GET", f"/collections/{made}") == (200, shown)
    status, listed = old.ask("GET", "/collections?all_required=true")
    assert status == 200
    assert shown in listed["collections"]
    assert listed["count"] == len(listed["collections"])
    assert old.ask("GET", "/collections?offset=0&page_size=0")[1]["collections"] == []
    _, statistics = old.ask("GET", f"/collections/{made}?info=stat")
    assert statistics["row_count"] == 200
    assert [one["tag"] for one in statistics["partitions"]] == ["_default"]
    assert newer.query(made, "", output_fields=["count(*)"])[0]["count(*)"] == 200
    assert old.ask("DELETE", f"/collections/{made}") == (204, "")
    assert not newer.has_collection(made)
    assert old.ask("DELETE", f"/collections/{made}")[0] == 404


def test_search_finds_what_numpy_finds(old, made, vectors):
    search = {"topk": 5, "params": {}, "vectors": (vectors[:3] + 0.01).tolist()}
    status, answer = old.ask("PUT", f"/collections/{made}/vectors", {"search": search})
    assert (status, answer["num"]) == (200, 3)
    for query, hits in zip(vectors[:3] + 0.01, answer["result"], strict=True):
        distances = ((vectors - query) ** 2).sum(axis=1)
        assert [int(hit["id"]) for hit in hits] == np.argsort(distances)[:5].tolist()
        np.testing.assert_allclose([float(hit["distance"]) for hit in hits], np.sort(distances)[:5], rtol=1e-3)
    by_id = {"topk": 1, "params": {}, "ids": ["7", "9"]}
    _, answer = old.ask("PUT", f"/collections/{made}/vectors", {"search": by_id})
    assert [hits[0]["id"] for hits in answer["result"]] == ["7", "9"]


def test_rows_by_id_and_delete(old, made, vectors):
    status, answer = old.ask("GET", f"/collections/{made}/vectors?ids=5,999")
    assert (status, answer["code"]) == (200, 0)
    ((only,),) = [answer["vectors"]]
    assert only["id"] == "5"
    assert np.array_equal(np.float32(only["vector"]), vectors[5])
    assert old.ask("PUT", f"/collections/{made}/vectors", {"delete": {"ids": ["5"]}}) == (200, OK)
    assert old.ask("GET", f"/collections/{made}/vectors?ids=5")[1]["vectors"] == []


@pytest.mark.parametrize(
    ("kind", "params", "search"),
    [
        ("IVFFLAT", {"nlist": 8}, {"nprobe": 8}),
        ("IVFSQ8", {"nlist": 8}, {"nprobe": 8}),
        ("IVFPQ", {"nlist": 8, "m": 4}, {"nprobe": 8}),
        ("HNSW", {"M": 8, "efConstruction": 100}, {"ef": 64}),
        ("ANNOY", {"n_trees": 8}, {"search_k": 500}),
        ("RNSG", {"search_length": 50, "out_degree": 30, "candidate_pool_size": 60, "knng": 20}, {"search_length": 60}),
    ],
)
def test_index_is_replaced_described_and_dropped(old, made, vectors, kind, params, search):
    path = f"/collections/{made}/indexes"
    assert old.ask("POST", path, {"index_type": kind, "params": params}) == (201, OK)
    assert old.ask("GET", path) == (200, {"index_type": kind, "params": params})
    asked = {"topk": 1, "params": search, "vectors": vectors[:4].tolist()}
    status, answer = old.ask("PUT", f"/collections/{made}/vectors", {"search": asked})
    assert (status, answer["num"]) == (200, 4)
    assert [hits[0]["id"] for hits in answer["result"]] == ["0", "1", "2", "3"]
    assert old.ask("DELETE", path) == (204, "")
    assert old.ask("GET", path) == (200, {"index_type": "FLAT", "params": {}})


def test_names_of_index_types_are_those_of_the_protocol():
    names = {name: index_type_of_code(code).name for name, code in CODES.items()}
    assert {name: declared.replace("_", "") for name, declared in names.items()} == {name: name for name in CODES}


def test_partitions(old, made, vectors):
    path = f"/collections/{made}/partitions"
    assert old.ask("POST", path, {"partition_tag": "p"}) == (201, OK)
    expected = {"partitions": [{"partition_tag": "_default"}, {"partition_tag": "p"}], "count": 2}
    assert old.ask("GET", path) == (200, expected)
    row = {"vectors": vectors[:1].tolist(), "ids": ["500"], "partition_tag": "p"}
    assert old.ask("POST", f"/collections/{made}/vectors", row) == (201, {"ids": ["500"]})
    search = {"topk": 3, "params": {}, "vectors": vectors[:1].tolist(), "partition_tags": ["p"]}
    _, answer = old.ask("PUT", f"/collections/{made}/vectors", {"search": search})
    assert [hit["id"] for hit in answer["result"][0]] == ["500"]
    assert old.ask("DELETE", path, {"partition_tag": "p"}) == (204, "")
    assert old.ask("GET", path)[1]["count"] == 1


def test_segments_and_tasks(old, made):
    for task in (
        {"flush": {"collection_names": [made]}},
        {"compact": {"collection_name": made}},
        {"load": {"collection_name": made}},
        {"release": {"collection_name": made}},
    ):
        assert old.ask("PUT", "/system/task", task) == (200, OK)
    path = f"/collections/{made}/segments"
    status, answer = old.ask("GET", path)
    assert (status, answer["count"], answer["code"]) == (200, 1, 0)
    (segment,) = answer["segments"]
    assert (segment["partition_tag"], segment["row_count"]) == ("_default", 200)
    _, answer = old.ask("GET", f"{path}/{segment['name']}/ids?offset=198")
    assert (answer["ids"], answer["count"]) == (["198", "199"], 200)
    _, answer = old.ask("GET", f"{path}/{segment['name']}/vectors?offset=3&page_size=2")
    assert [row["id"] for row in answer["vectors"]] == ["3", "4"]


def test_binary_vectors_are_lists_of_bytes(old, name):
    asked = {"collection_name": name, "dimension": 16, "metric_type": "HAMMING"}
    assert old.ask("POST", "/collections", asked)[0] == 201
    rows = {"vectors": [[0, 0], [255, 255], [255, 0]], "ids": ["1", "2", "3"]}
    assert old.ask("POST", f"/collections/{name}/vectors", rows)[0] == 201
    search = {"topk": 3, "params": {}, "vectors": [[255, 1]]}
    _, answer = old.ask("PUT", f"/collections/{name}/vectors", {"search": search})
    assert [(hit["id"], float(hit["distance"])) for hit in answer["result"][0]] == [("3", 1), ("2", 7), ("1", 9)]


def test_search_in_an_empty_collection(old, name):
    assert old.ask("POST", "/collections", {"collection_name": name, "dimension": 2})[0] == 201
    search = {"topk": 3, "params": {}, "vectors": [[1, 1]]}
    answered = old.ask("PUT", f"/collections/{name}/vectors", {"search": search})
    assert answered == (200, {"num": 0, "result": []})


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/collections", {"dimension": 2}, 34),
        ("POST", "/collections", {"collection_name": "x", "dimension": 0}, 7),
        ("POST", "/collections", {"collection_name": "x", "dimension": 2, "metric_type": "FAR"}, 23),
        ("POST", "/collections", b"{", 36),
        ("POST", "/collections/{c}/indexes", {"index_type": "BEST", "params": {}}, 8),
        ("POST", "/collections/{c}/indexes", {"index_type": "IVFFLAT", "params": {}}, 5),
        ("POST", "/collections/{c}/vectors", {"vectors": [[1]]}, 7),
        ("POST", "/collections/{c}/vectors", {"vectors": [["x"]]}, 36),
        ("POST", "/collections/{c}/vectors", {}, 34),
        ("PUT", "/collections/{c}/vectors", {}, 34),
        ("PUT", "/collections/{c}/vectors", {"search": {"params": {}}}, 34),
        ("PUT", "/collections/{c}/vectors", {"search": {"topk": 0, "params": {}, "vectors": [[0] * DIM]}}, 10),
        ("GET", "/collections/{c}/vectors", None, 5),
        ("GET", "/collections/{c}/vectors?ids=x", None, 5),
        ("GET", "/collections?page_size=-1", None, 5),
        ("GET", "/collections/{c}/segments/no/ids", None, 1),
        ("PUT", "/system/task", {}, 34),
    ],
)
def test_refusals(old, made, method, path, body, code):
    status, answer = old.ask(method, path.replace("{c}", made), body)
    assert status == 400
    assert answer["code"] == code, answer


def test_missing_collection_is_404(old):
    for method, path in (("GET", "/collections/no"), ("GET", "/collections/no/indexes")):
        status, answer = old.ask(method, path)
        assert (status, answer["code"]) == (404, 4)
