"""What is not offered says so, what is unknown or broken is refused, in the shape of its family."""

from __future__ import annotations

import pytest

from elanus.doors.rest.v2.absent import absent_endpoints


@pytest.mark.parametrize("path", [one.path for one in absent_endpoints()])
def test_call_that_is_not_offered_says_so(rest, path):
    status, answer = rest.ask("POST", path, {})
    assert status == 200
    assert answer["code"] == 10
    assert "not implemented by Elanus yet" in answer["message"]
    assert path in answer["message"]


@pytest.mark.parametrize("path", ["/", "/v2/vectordb/collections/explode", "/v1/vector/explode", "/v3", "/v1/vector/"])
def test_unknown_path_is_404(rest, path):
    assert rest.ask("POST", path, {})[0] == 404


def test_wrong_method_is_404_and_names_the_right_one(rest):
    status, text = rest.ask("GET", "/v2/vectordb/collections/list")
    assert status == 404
    assert "POST" in text


def test_preflight_is_answered(rest):
    assert rest.ask("OPTIONS", "/v2/vectordb/collections/list") == (204, "")


@pytest.mark.parametrize("path", ["/v2/vectordb/collections/list", "/v1/vector/query"])
@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b'"text"', b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000])
def test_body_that_is_no_json_object_is_1801(rest, path, body):
    status, answer = rest.ask("POST", path, body)
    assert status == 200
    assert answer["code"] == 1801
    assert answer["message"].startswith("can only accept json format request")


@pytest.mark.parametrize("path", ["/v2/vectordb/collections/describe", "/v1/vector/query"])
@pytest.mark.parametrize("body", [{}, {"collectionName": ""}, {"collectionName": None}])
def test_body_without_what_it_must_have_is_1802(rest, path, body):
    status, answer = rest.ask("POST", path, body)
    assert (status, answer["code"]) == (200, 1802)
    assert "collectionName is required" in answer["message"]


@pytest.mark.parametrize("credentials", ["Bearer root:Milvus", "Basic cm9vdDpNaWx2dXM=", "nonsense"])
def test_credentials_are_not_looked_at_while_nobody_is_asked(rest, credentials):
    status, answer = rest.ask("POST", "/v2/vectordb/collections/list", {}, {"Authorization": credentials})
    assert (status, answer["code"]) == (200, 0)


def test_names_match_in_any_case_as_in_go(rest, stored):
    status, answer = rest.ask("POST", "/v2/vectordb/collections/get_stats", {"CollectionName": stored, "more": 1})
    assert (status, answer["data"]) == (200, {"rowCount": 200})


@pytest.mark.parametrize("port", ["rest", "low"])
def test_documentation_names_every_path(request, port):
    site = request.getfixturevalue(port)
    status, openapi = site.ask("GET", "/openapi.json")
    assert (status, openapi["openapi"]) == (200, "3.1.0")
    status, page = site.ask("GET", "/docs")
    assert status == 200
    for path in openapi["paths"]:
        assert path in page
    expected = {"rest": "/v2/vectordb/entities/search", "low": "/api/v1/index"}[port]
    assert expected in openapi["paths"]


def test_documentation_describes_bodies(rest):
    _, openapi = rest.ask("GET", "/openapi.json")
    body = openapi["paths"]["/v2/vectordb/entities/query"]["post"]["requestBody"]["content"]["application/json"]
    name = body["schema"]["$ref"].rpartition("/")[2]
    schema = openapi["components"]["schemas"][name]
    assert schema["required"] == ["collectionName"]
    assert schema["properties"]["limit"] == {"type": "integer", "default": 100}


def test_calls_are_counted(rest, low, stored):
    rest.refused("collections/describe", collectionName="nowhere")
    rest.v2("collections/describe", collectionName=stored)
    _, metrics = low.ask("GET", "/metrics")
    name = "POST /v2/vectordb/collections/describe"
    assert f'function_name="{name}",status="fail"' in metrics
    assert f'function_name="{name}",status="success"' in metrics


def test_rows_and_queries_are_counted(rest, low, name):
    def counted():
        _, metrics = low.ask("GET", "/metrics")
        return [
            float(line.split()[1])
            for line in metrics.splitlines()
            if line.startswith(("milvus_proxy_insert_vectors_count ", "milvus_proxy_search_vectors_count "))
        ]

    before = counted()
    rest.v2("collections/create", collectionName=name, dimension=2)
    rest.v2("entities/insert", collectionName=name, data=[{"id": i, "vector": [i, 1]} for i in range(5)])
    rest.v2("entities/upsert", collectionName=name, data={"id": 1, "vector": [1, 1]})
    rest.v2("entities/search", collectionName=name, data=[[1, 1], [2, 1]], limit=1)
    assert rest.ask("POST", "/v1/vector/search", {"collectionName": name, "vector": [1, 1]})[1]["code"] == 200
    part = {"data": [[1, 1]], "annsField": "vector", "limit": 1}
    rest.v2("entities/hybrid_search", collectionName=name, search=[part, part], limit=1)
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [6, 5]
