"""v1: every call, success is code 200."""

from __future__ import annotations

import pytest

from compat.rest.conftest import DIM


class V1:
    def __init__(self, rest):
        self._rest = rest

    def __call__(self, path, method="POST", **body):
        """The data of a call that succeeds."""
        answer = self.answer(path, method, **body)
        assert answer["code"] == 200, answer
        assert answer.keys() == {"code", "data"}
        return answer["data"]

    def answer(self, path, method="POST", **body):
        status, answer = self._rest.ask(method, f"/v1/vector/{path}", body if method == "POST" else None)
        assert status == 200
        return answer


@pytest.fixture(scope="session")
def v1(rest):
    return V1(rest)


@pytest.fixture
def made(v1, name, vectors):
    """The collection of the API's only form, with 200 rows."""
    assert v1("collections/create", collectionName=name, dimension=DIM, description="books") == {}
    rows = [{"vector": vector, "color": ("red", "green")[i % 2], "n": i} for i, vector in enumerate(vectors.tolist())]
    answer = v1("insert", collectionName=name, data=rows)
    assert answer["insertCount"] == len(answer["insertIds"]) == 200
    return name


def test_collection_is_made_indexed_and_loaded(v1, client, made):
    assert made in v1("collections", "GET")
    assert v1(f"collections/describe?collectionName={made}", "GET") == {
        "collectionName": made,
        "description": "books",
        "fields": [
            {"name": "id", "type": "Int64", "primaryKey": True, "autoId": True, "description": ""},
            {"name": "vector", "type": f"FloatVector({DIM})", "primaryKey": False, "autoId": False, "description": ""},
        ],
        "indexes": [{"indexName": "vector_idx", "fieldName": "vector", "metricType": "L2"}],
        "load": "LoadStateLoaded",
        "shardsNum": 1,
        "enableDynamicField": True,
    }
    assert client.query(made, "", output_fields=["count(*)"])[0]["count(*)"] == 200


def test_search_query_get_delete(v1, client, made, vectors):
    found = v1("search", collectionName=made, vector=vectors[4].tolist(), limit=3, filter='color == "red"',
               outputFields=["n", "color"])  # fmt: skip
    assert (found[0]["n"], found[0]["distance"]) == (4, 0)
    assert {hit["color"] for hit in found} == {"red"}
    key = found[0]["id"]
    assert v1("query", collectionName=made, filter="n == 4", outputFields=["n"]) == [{"id": key, "n": 4}]
    assert len(v1("query", collectionName=made, filter="n >= 0", outputFields=["n"])) == 100
    assert v1("get", collectionName=made, id=key, outputFields=["n"]) == [{"id": key, "n": 4}]
    assert v1("get", collectionName=made, id=[key, str(key + 1)], outputFields=["n"])[1]["n"] == 5
    assert v1("delete", collectionName=made, id=[key, str(key + 1)]) == {}
    assert v1("delete", collectionName=made, filter="n in [6, 7]") == {}
    assert sorted(row["n"] for row in client.query(made, "n < 10", output_fields=["n"])) == [0, 1, 2, 3, 8, 9]


def test_range_search(v1, made, vectors):
    found = v1("search", collectionName=made, vector=vectors[0].tolist(), params={"radius": 1e-3}, outputFields=["n"])
    assert [hit["n"] for hit in found] == [0]


def test_upsert(v1, rest, client, name, made):
    assert v1.answer("upsert", collectionName=made, data=[{"vector": [0] * DIM}])["code"] == 1100
    own = f"{name}_own"
    rest.v2("collections/create", collectionName=own, dimension=2)
    assert v1("upsert", collectionName=own, data={"id": 5, "vector": [1, 2]}) == {"upsertCount": 1, "upsertIds": [5]}
    assert client.get(own, 5)[0]["id"] == 5


def test_refusals(v1, made):
    assert v1.answer("collections/drop", collectionName="nowhere")["code"] == 100
    assert v1.answer("collections/describe", "GET")["code"] == 1802
    assert v1.answer("collections/create", collectionName="x")["code"] == 1802
    assert v1.answer("collections/create", collectionName="x", dimension=2, metricType="FAR")["code"] == 1100
    assert "x" not in v1("collections", "GET")
    assert v1.answer("search", collectionName=made)["code"] == 1802
    assert v1.answer("delete", collectionName=made)["code"] == 1802
    assert v1.answer("insert", collectionName=made, data=[{"vector": "far"}])["code"] == 1804
    assert v1("collections/drop", collectionName=made) == {}
    assert made not in v1("collections", "GET")
