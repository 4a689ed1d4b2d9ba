"""The low-level API on the monitoring port: every call, its messages as Go writes them."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from compat.rest.conftest import DIM
from elanus.doors.rest.lowlevel.calls import CALLS

SCHEMA = {
    "autoID": False,
    "description": "made by hand",
    "fields": [
        {"name": "id", "is_primary_key": True, "data_type": 5},
        {"name": "n", "data_type": 4},
        {"name": "v", "data_type": 101, "type_params": [{"key": "dim", "value": str(DIM)}]},
    ],
}
INDEX = [
    {"key": "index_type", "value": "IVF_FLAT"},
    {"key": "metric_type", "value": "L2"},
    {"key": "params", "value": '{"nlist": 4}'},
]


class Low:
    def __init__(self, port):
        self._port = port

    def __call__(self, method, path, **body):
        """An answer that reports success."""
        answer = self.answer(method, path, **body)
        assert not answer.get("status"), answer
        assert "error_code" not in answer
        return answer

    def answer(self, method, path, **body):
        status, answer = self._port.ask(method, f"/api/v1{path}", body)
        assert status == 200
        return answer


@pytest.fixture(scope="session")
def call(low):
    return Low(low)


@pytest.fixture
def made(call, name, vectors):
    """200 rows with an index, loaded."""
    assert call("POST", "/collection", collection_name=name, schema={"name": name, **SCHEMA}) == {}
    answer = call("POST", "/entities", collection_name=name, num_rows=200, fields_data=[
        {"field_name": "id", "type": 5, "field": list(range(200))},
        {"field_name": "n", "type": 4, "field": list(range(200))},
        {"field_name": "v", "type": 101, "field": vectors.tolist()},
    ])  # fmt: skip
    assert answer["insert_cnt"] == 200
    assert answer["IDs"]["IdField"]["IntId"]["data"] == list(range(200))
    assert call("POST", "/index", collection_name=name, field_name="v", extra_params=INDEX) == {}
    assert call("POST", "/collection/load", collection_name=name) == {}
    return name


def test_collection(call, client, made):
    assert call("GET", "/collection/existence", collection_name=made) == {"status": {}, "value": True}
    assert call("GET", "/collection/existence", collection_name="nowhere") == {"status": {}}
    described = call("GET", "/collection", collection_name=made)
    assert described["schema"]["fields"][0] == {
        "fieldID": 100, "name": "id", "is_primary_key": True, "data_type": 5,
    }  # fmt: skip
    assert described["collectionID"] == client.describe_collection(made)["collection_id"]
    assert made in call("GET", "/collections")["collection_names"]
    stats = call("GET", "/collection/statistics", collection_name=made)
    assert stats == {"status": {}, "stats": [{"key": "row_count", "value": "200"}]}
    assert call("DELETE", "/collection/load", collection_name=made) == {}
    assert str(client.get_load_state(made)["state"]) == "NotLoad"
    assert call("DELETE", "/collection", collection_name=made) == {}
    assert not client.has_collection(made)


def test_index_is_dropped_by_field_while_it_serves(call, client, made, vectors):
    (described,) = call("GET", "/index", collection_name=made, field_name="v")["index_descriptions"]
    assert {"key": "index_type", "value": "IVF_FLAT"} in described["params"]
    assert call("GET", "/index/state", collection_name=made, field_name="v") == {"status": {}, "state": 3}
    call("POST", "/persist", collection_names=[made])
    progress = call("GET", "/index/progress", collection_name=made, field_name="v")
    assert progress["indexed_rows"] == progress["total_rows"] == 200
    assert call("DELETE", "/index", collection_name=made, field_name="v") == {}
    assert client.list_indexes(made) == []
    assert client.search(made, [vectors[3].tolist()], limit=1)[0][0]["id"] == 3
    assert call.answer("GET", "/index", collection_name=made)["status"]["code"] == 700


def test_search_and_query(call, made, vectors):
    answer = call("POST", "/search", collection_name=made, vectors=vectors[:2].tolist(), dsl="n > 0", dsl_type=1,
                  output_fields=["n"], search_params=[
                      {"key": "anns_field", "value": "v"}, {"key": "topk", "value": "3"},
                      {"key": "metric_type", "value": "L2"}, {"key": "params", "value": '{"nprobe": 4}'}])  # fmt: skip
    results = answer["results"]
    assert (results["num_queries"], results["top_k"], results["topks"]) == (2, 3, [3, 3])
    distances = ((vectors[1:] - vectors[0]) ** 2).sum(axis=1)
    assert results["ids"]["IdField"]["IntId"]["data"][:3] == (np.argsort(distances)[:3] + 1).tolist()
    np.testing.assert_allclose(results["scores"][:3], np.sort(distances)[:3], rtol=1e-4)
    (column,) = results["fields_data"]
    numbers = column["Field"]["Scalars"]["Data"]["IntData"]["data"]
    assert numbers == results["ids"]["IdField"]["IntId"]["data"]
    found = call("POST", "/query", collection_name=made, expr="id in [7]", output_fields=["v"])
    floats = found["fields_data"][-1]["Field"]["Vectors"]["Data"]["FloatVector"]["data"]
    assert np.array_equal(np.float32(floats), vectors[7])


def test_binary_vectors_are_searched_by_base64(call, rest, name):
    rest.v2("collections/create", collectionName=name, schema={"fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "v", "dataType": "BinaryVector", "elementTypeParams": {"dim": 16}},
    ]}, indexParams=[{"fieldName": "v", "metricType": "HAMMING"}])  # fmt: skip
    texts = [base64.b64encode(content).decode() for content in (b"\x00\x00", b"\xff\xff")]
    rest.v2("entities/insert", collectionName=name, data=[{"id": i, "v": text} for i, text in enumerate(texts)])
    answer = call("POST", "/search", collection_name=name, binary_vectors=[texts[1]], search_params=[
        {"key": "anns_field", "value": "v"}, {"key": "topk", "value": "2"}, {"key": "metric_type", "value": "HAMMING"},
    ])  # fmt: skip
    assert answer["results"]["ids"]["IdField"]["IntId"]["data"] == [1, 0]
    assert answer["results"]["scores"] == [0, 16]


def test_delete(call, client, made):
    answer = call("DELETE", "/entities", collection_name=made, expr="id in [0, 1]")
    assert (answer["delete_cnt"], answer["IDs"]) == (2, {"IdField": {"IntId": {"data": [0, 1]}}})
    assert client.get(made, [0, 1]) == []


def test_partitions(call, client, made):
    named = {"collection_name": made, "partition_name": "p"}
    assert call("POST", "/partition", **named) == {}
    assert call("GET", "/partition/existence", **named) == {"status": {}, "value": True}
    assert call("GET", "/partitions", collection_name=made)["partition_names"] == ["_default", "p"]
    assert call("GET", "/partition/statistics", **named)["stats"] == [{"key": "row_count", "value": "0"}]
    assert call("POST", "/partitions/load", collection_name=made, partition_names=["p"]) == {}
    assert call("DELETE", "/partitions/load", collection_name=made, partition_names=["p"]) == {}
    assert call("DELETE", "/partition", **named) == {}
    assert client.list_partitions(made) == ["_default"]


def test_aliases(call, client, made, stored):
    alias = f"{made}_alias"
    assert call("POST", "/alias", collection_name=made, alias=alias) == {}
    assert client.describe_alias(alias)["collection_name"] == made
    assert call("PATCH", "/alias", collection_name=stored, alias=alias) == {}
    assert client.describe_alias(alias)["collection_name"] == stored
    assert call("DELETE", "/alias", alias=alias) == {}


def test_segments_replicas_compaction(call, client, made):
    flushed = call("POST", "/persist", collection_names=[made])
    segments = flushed["coll_segIDs"][made]["data"]
    assert call("GET", "/persist/state", segmentIDs=segments) == {"status": {}, "flushed": True}
    persistent = call("GET", "/persist/segment-info", collectionName=made)["infos"]
    assert sum(int(segment["num_rows"]) for segment in persistent) == 200
    assert sum(int(one["num_rows"]) for one in call("GET", "/query-segment-info", collectionName=made)["infos"]) == 200
    number = client.describe_collection(made)["collection_id"]
    assert call("GET", "/replicas", collectionID=number)["replicas"][0]["collectionID"] == number
    job = call("POST", "/compaction", collectionID=number).get("compactionID", 0)
    assert "state" in call("GET", "/compaction/state", compactionID=job)
    assert "state" in call("GET", "/compaction/plans", compactionID=job)


def test_health_and_metrics(call):
    assert call.answer("GET", "/health") == {"status": "ok"}
    assert call("GET", "/metrics", request='{"metric_type": "system_info"}')["component_name"] == "standalone"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_answers_an_empty_body(low, method, path):
    """With success or a refusal in its own shape, never a crash."""
    status, answer = low.ask(method, f"/api/v1{path}")
    assert status == 200
    assert isinstance(answer, dict)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/collection", b"{"),
        ("/collection", b"[]"),
        ("/collection", {"collection_name": 5}),
        ("/collection", {"schema": "text"}),
        ("/entities", {"fields_data": [{"type": 999}]}),
        ("/entities", {"fields_data": [{"field": [1]}]}),
        ("/entities", {"fields_data": [{"type": 5, "field": ["x"]}]}),
        ("/entities", {"fields_data": [{"type": 101, "field": [[1], [1, 2]]}]}),
        ("/entities", {"fields_data": 5}),
        ("/search", {"vectors": [1, 2]}),
        ("/search", {"vectors": {"a": 1}}),
        ("/search", {"binary_vectors": ["?"]}),
        ("/search", {"search_params": [{"key": 5}]}),
    ],
)
def test_broken_body_is_400(low, path, body):
    status, answer = low.ask("POST", f"/api/v1{path}", body)
    assert status == 400
    assert answer["error_code"] == 5
    assert answer["reason"].startswith("bad request: parse body failed")


def test_refusal_is_in_the_status(call):
    assert call.answer("DELETE", "/partition", collection_name="nowhere", partition_name="p")["code"] == 100
    assert call.answer("GET", "/partitions", collection_name="nowhere")["status"]["code"] == 100
