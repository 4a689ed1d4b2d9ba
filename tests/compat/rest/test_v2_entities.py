"""v2: rows in, rows out; every answer is what pymilvus gets for the same question."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.rest.conftest import DIM


def test_search_finds_what_numpy_finds(rest, stored, vectors):
    query = vectors[5] + 0.01
    distances = ((vectors - query) ** 2).sum(axis=1)
    best = np.argsort(distances)[:7]
    found = rest.v2("entities/search", collectionName=stored, data=[query.tolist()], annsField="vector", limit=7,
                    outputFields=["color"])  # fmt: skip
    assert [hit["id"] for hit in found] == best.tolist()
    np.testing.assert_allclose([hit["distance"] for hit in found], distances[best], rtol=1e-4)
    assert [hit["color"] for hit in found] == [("red", "green", "blue")[i % 3] for i in best]


def test_several_queries_answer_one_flat_list_with_topks(rest, stored, vectors):
    body = {"collectionName": stored, "data": vectors[:3].tolist(), "limit": 2, "filter": "n != 1"}
    _, answer = rest.ask("POST", "/v2/vectordb/entities/search", body)
    assert answer["topks"] == [2, 2, 2]
    assert [hit["id"] for hit in answer["data"]][::2] != [0, 1, 2]
    assert [hit["id"] for hit in answer["data"]][::4] == [0, 2]
    assert answer["cost"] == 0


def test_search_by_primary_key(rest, stored):
    found = rest.v2("entities/search", collectionName=stored, ids=[3, "9"], limit=1)
    assert [hit["id"] for hit in found] == [3, 9]


def test_range_grouping_and_offset(rest, client, stored, vectors):
    query = vectors[0].tolist()
    ring = rest.v2("entities/search", collectionName=stored, data=[query], limit=200,
                   searchParams={"metricType": "L2", "params": {"radius": 12.0, "range_filter": 4.0}})  # fmt: skip
    distances = ((vectors - vectors[0]) ** 2).sum(axis=1)
    assert {hit["id"] for hit in ring} == set(np.flatnonzero((distances >= 4) & (distances < 12)).tolist())
    pages = [
        rest.v2("entities/search", collectionName=stored, data=[query], limit=5, offset=offset) for offset in (0, 5)
    ]
    whole = rest.v2("entities/search", collectionName=stored, data=[query], limit=10)
    assert pages[0] + pages[1] == whole


def test_group_by(rest, client, name, vectors):
    rest.v2("collections/create", collectionName=name, schema={"fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
        {"fieldName": "kind", "dataType": "Int64"},
    ]}, indexParams=[{"fieldName": "v", "metricType": "L2"}])  # fmt: skip
    rows = [{"id": i, "v": vector, "kind": i % 4} for i, vector in enumerate(vectors.tolist())]
    rest.v2("entities/insert", collectionName=name, data=rows)
    found = rest.v2("entities/search", collectionName=name, data=[vectors[0].tolist()], limit=3, groupingField="kind",
                    groupSize=2, strictGroupSize=True, outputFields=["kind"])  # fmt: skip
    kinds = [hit["kind"] for hit in found]
    assert len(found) == 6
    assert len(set(kinds)) == 3


def test_no_hit_is_an_empty_list(rest, stored, vectors):
    assert rest.v2("entities/search", collectionName=stored, data=[vectors[0].tolist()], filter="n > 1000") == []


@settings(max_examples=25, deadline=None)
@given(
    query=st.lists(st.floats(-3, 3, width=32), min_size=DIM, max_size=DIM).filter(any),
    limit=st.integers(1, 40),
    offset=st.integers(0, 10),
    low=st.integers(0, 200),
    fields=st.sets(st.sampled_from(["color", "n", "vector", "id"])),
)
def test_rest_and_grpc_answer_the_same_search(rest, client, stored, query, limit, offset, low, fields):
    found = rest.v2("entities/search", collectionName=stored, data=[query], limit=limit, offset=offset,
                    filter="n >= {low}", exprParams={"low": low}, outputFields=sorted(fields))  # fmt: skip
    (expected,) = client.search(
        stored, [query], limit=limit, search_params={"offset": offset}, filter="n >= {low}",
        filter_params={"low": low}, output_fields=sorted(fields),
    )  # fmt: skip
    assert [hit["id"] for hit in found] == [hit["id"] for hit in expected]
    assert [np.float32(hit["distance"]) for hit in found] == [np.float32(hit["distance"]) for hit in expected]
    for hit, other in zip(found, expected, strict=True):
        for field in fields - {"id", "vector"}:
            assert hit[field] == other["entity"][field]
        if "vector" in fields:
            assert np.array_equal(np.float32(hit["vector"]), np.float32(other["entity"]["vector"]))


def test_query_get_and_count(rest, client, stored):
    expected = client.query(stored, "n in [3, 4]", output_fields=["color", "n"])
    found = rest.v2("entities/query", collectionName=stored, filter="n in [3, 4]", outputFields=["color", "n"])
    assert found == [dict(row) for row in expected]
    assert len(rest.v2("entities/query", collectionName=stored)) == 100
    assert [row["n"] for row in rest.v2("entities/query", collectionName=stored, filter="", limit=2, offset=3)] == [
        3,
        4,
    ]
    assert rest.v2("entities/query", collectionName=stored, filter="n < 50", outputFields=["count(*)"]) == [
        {"count(*)": 50}
    ]
    (row,) = rest.v2("entities/get", collectionName=stored, id=7)
    assert row.keys() == {"id", "vector", "color", "n"}
    assert len(rest.v2("entities/get", collectionName=stored, id=[1, "2", 999], outputFields=["n"])) == 2


def test_int64_as_text_on_demand(rest, stored):
    body = {"collectionName": stored, "id": [5], "outputFields": ["n"]}
    for header, key in (("true", 5), ("false", "5")):
        _, answer = rest.ask("POST", "/v2/vectordb/entities/get", body, {"Accept-Type-Allow-Int64": header})
        assert answer["data"] == [{"id": key, "n": 5}]


def test_upsert_partial_update_and_delete(rest, client, filled, vectors):
    answer = rest.v2("entities/upsert", collectionName=filled,
                     data=[{"id": 1, "vector": vectors[9].tolist(), "color": "black"}])  # fmt: skip
    assert answer == {"upsertCount": 1, "upsertIds": [1]}
    assert client.get(filled, 1, output_fields=["color", "n"])[0]["color"] == "black"
    rest.v2("entities/upsert", collectionName=filled, data=[{"id": 2, "color": "white"}], partialUpdate=True)
    row = client.get(filled, 2, output_fields=["color", "n", "vector"])[0]
    assert (row["color"], row["n"]) == ("white", 2)
    assert np.array_equal(np.float32(row["vector"]), vectors[2])
    deleted = rest.v2("entities/delete", collectionName=filled, filter="n in {some}", exprParams={"some": [3, 4]})
    assert deleted == {"deleteCount": 2}
    assert client.get(filled, [3, 4]) == []


EVERY_TYPE = [
    ("b", {"dataType": "Bool"}, True),
    ("i8", {"dataType": "Int8"}, -7),
    ("i16", {"dataType": "Int16"}, 300),
    ("i32", {"dataType": "Int32"}, -70000),
    ("i64", {"dataType": "Int64"}, 2**62 + 1),
    ("f", {"dataType": "Float"}, 0.1),
    ("d", {"dataType": "Double"}, 0.1),
    ("t", {"dataType": "VarChar", "elementTypeParams": {"max_length": 30}}, "Grüße \u2028 \"x\""),
    ("a", {"dataType": "Array", "elementDataType": "Float", "elementTypeParams": {"max_capacity": 3}}, [0.1, 0.5]),
]  # fmt: skip


def test_every_scalar_type_goes_in_and_comes_out_and_null_stays_null(rest, client, name):
    fields = [{"fieldName": field, "nullable": True, **declared} for field, declared, _ in EVERY_TYPE]
    rest.v2("collections/create", collectionName=name, schema={"enableDynamicField": True, "fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True, "autoID": True},
        {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}},
        {"fieldName": "j", "dataType": "JSON", "nullable": True}, *fields,
    ]}, indexParams=[{"fieldName": "v", "metricType": "L2"}])  # fmt: skip
    full = {field: value for field, _, value in EVERY_TYPE}
    ids = rest.v2("entities/insert", collectionName=name, data=[
        {"v": [0.1, 2], "j": {"x": [1, None]}, "more": {"deep": 1}, **full}, {"v": [1, 2]},
    ])["insertIds"]  # fmt: skip
    first, second = rest.v2("entities/get", collectionName=name, id=ids)
    array = {"a": {"Data": {"FloatData": {"data": full["a"]}}}}
    assert first == {"id": ids[0], "v": [0.1, 2.0], "j": '{"x":[1,null]}', "more": {"deep": 1}, **full, **array}
    assert second == {"id": ids[1], "v": [1.0, 2.0], "j": None, **dict.fromkeys(full)}
    assert client.get(name, ids[0], output_fields=["t", "i64"])[0]["t"] == full["t"]


def test_a_hit_shows_its_key_as_id_whatever_the_field_is_called(rest, name):
    fields = [{"fieldName": "book", "dataType": "Int64", "isPrimary": True},
              {"fieldName": "id", "dataType": "Int64", "nullable": True},
              {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}}]  # fmt: skip
    rest.v2("collections/create", collectionName=name, schema={"fields": fields},
            indexParams=[{"fieldName": "v", "metricType": "L2"}])  # fmt: skip
    rest.v2("entities/insert", collectionName=name, data=[{"book": 7, "id": 70, "v": [1, 2]}])
    (hit,) = rest.v2("entities/search", collectionName=name, data=[[1, 2]], outputFields=["id"])
    assert hit == {"id": 7, "book": 7, "distance": 0.0}
    assert rest.v2("entities/query", collectionName=name, outputFields=["id"]) == [{"book": 7, "id": 70}]


@pytest.mark.parametrize("spelling", ["structFields", "structArrayFields"])
def test_a_collection_with_a_struct_array_is_refused_by_its_name(rest, name, spelling):
    fields = [{"fieldName": "id", "dataType": "Int64", "isPrimary": True},
              {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}}]  # fmt: skip
    code, text = rest.refused("collections/create", collectionName=name,
                           schema={"fields": fields, spelling: [{"name": "chunks", "fields": []}]})  # fmt: skip
    assert (code, text) == (10, "struct arrays are not implemented by Elanus yet, field: chunks")
    assert rest.v2("collections/has", collectionName=name) == {"has": False}


VECTOR_TYPES = [
    ("Float16Vector", 4, [[1, 2, 3, 4]], np.float16([1, 2, 3, 4]).tobytes(), "L2"),
    ("BFloat16Vector", 4, [[1, 2, 3, 4]], (np.float32([1, 2, 3, 4]).view(np.uint32) >> 16).astype("<u2").tobytes(),
     "L2"),
    ("BinaryVector", 16, [base64.b64encode(b"\x0f\xf0").decode()], b"\x0f\xf0", "HAMMING"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "dim", "sent", "stored_bytes", "metric"), VECTOR_TYPES)
def test_vectors_that_are_bytes(rest, name, kind, dim, sent, stored_bytes, metric):
    _typed(rest, name, kind, {"dim": dim}, metric)
    rest.v2("entities/insert", collectionName=name, data=[{"id": 1, "v": sent[0]}])
    (row,) = rest.v2("entities/get", collectionName=name, id=1)
    assert base64.b64decode(row["v"]) == stored_bytes
    for query in (sent, [row["v"]]):
        (hit,) = rest.v2("entities/search", collectionName=name, data=query, limit=1)
        assert hit == {"id": 1, "distance": 0.0}


def test_int8_vectors(rest, name):
    _typed(rest, name, "Int8Vector", {"dim": 2}, "L2")
    rest.v2("entities/insert", collectionName=name, data=[{"id": 1, "v": [-5, 6]}])
    assert rest.v2("entities/search", collectionName=name, data=[[-5, 5]], outputFields=["v"]) == [
        {"id": 1, "distance": 1.0, "v": [-5, 6]}
    ]


def test_sparse_vectors_in_both_forms(rest, name):
    _typed(rest, name, "SparseFloatVector", {}, "IP")
    rest.v2("entities/insert", collectionName=name, data=[
        {"id": 1, "v": {"7": 0.5, "3": 2.0}}, {"id": 2, "v": {"indices": [9, 3], "values": [1.0, 4.0]}},
    ])  # fmt: skip
    found = rest.v2("entities/search", collectionName=name, data=[{"3": 1.0}], outputFields=["v"])
    assert found == [
        {"id": 2, "distance": 4.0, "v": {"3": 4.0, "9": 1.0}},
        {"id": 1, "distance": 2.0, "v": {"3": 2.0, "7": 0.5}},
    ]


def _typed(rest, name, kind, params, metric):
    rest.v2("collections/create", collectionName=name, schema={"fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "v", "dataType": kind, "elementTypeParams": params},
    ]}, indexParams=[{"fieldName": "v", "metricType": metric}])  # fmt: skip


@pytest.mark.parametrize("path", ["hybrid_search", "advanced_search"])
@pytest.mark.parametrize(
    "rerank",
    [
        {"strategy": "rrf", "params": {"k": 10}},
        {"strategy": "weighted", "params": {"weights": [0.2, 0.8], "norm_score": True}},
    ],
)
def test_hybrid_search_is_that_of_pymilvus(rest, client, two_fields, vectors, path, rerank):
    from pymilvus import AnnSearchRequest, RRFRanker, WeightedRanker

    queries = vectors[3].tolist(), vectors[50].tolist()
    found = rest.v2(f"entities/{path}", collectionName=two_fields, search=[
        {"data": [queries[0]], "annsField": "a", "limit": 10, "metricType": "L2"},
        {"data": [queries[1]], "annsField": "b", "limit": 10, "filter": "id < 150"},
    ], rerank=rerank, limit=5, outputFields=["id"])  # fmt: skip
    ranker = RRFRanker(10) if rerank["strategy"] == "rrf" else WeightedRanker(0.2, 0.8)
    asked = [
        AnnSearchRequest([queries[0]], "a", {"metric_type": "L2"}, 10),
        AnnSearchRequest([queries[1]], "b", {}, 10, expr="id < 150"),
    ]
    (expected,) = client.hybrid_search(two_fields, asked, ranker, limit=5)
    assert [hit["id"] for hit in found] == [hit["id"] for hit in expected]
    np.testing.assert_allclose([hit["distance"] for hit in found], [hit["distance"] for hit in expected], rtol=1e-6)


@pytest.fixture(scope="session")
def two_fields(rest, vectors):
    rest.v2("collections/create", collectionName="two_fields", schema={"fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "a", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
        {"fieldName": "b", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
    ]}, indexParams=[{"fieldName": "a", "metricType": "L2"}, {"fieldName": "b", "metricType": "IP"}])  # fmt: skip
    rows = [{"id": i, "a": v, "b": v[::-1]} for i, v in enumerate(vectors.tolist())]
    rest.v2("entities/insert", collectionName="two_fields", data=rows)
    return "two_fields"


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("entities/insert", {"data": []}, 1802, "data is required"),
        ("entities/insert", {"data": [5]}, 1804, "row 0 is no JSON object"),
        ("entities/insert", {"data": [{"id": 1, "vector": [1, 2]}]}, 1100, "dim (2)"),
        ("entities/insert", {"data": [{"id": 1, "vector": ["a"] * DIM}]}, 1804, "vector"),
        ("entities/insert", {"data": [{"id": 1, "vector": [[1]] * DIM}]}, 1804, "list of numbers"),
        ("entities/insert", {"data": [{"id": "x", "vector": [1] * DIM}]}, 1804, "id"),
        ("entities/insert", {"data": [{"id": 2**80, "vector": [1] * DIM}]}, 1804, "id"),
        ("entities/insert", {"data": [{"id": 1.5, "vector": [1] * DIM}]}, 1804, "id"),
        ("entities/insert", {"data": [{"id": 1, "vector": [1e300] * DIM}]}, 1100, "infinity"),
        ("entities/insert", {"data": [{"vector": [1] * DIM}]}, 1100, "id"),
        ("entities/upsert", {"data": [{"id": 1, "n": 1}, {"id": 2}], "partialUpdate": True}, 1804, "row 1"),
        ("entities/upsert", {"data": [{"id": 1}], "fieldOps": [{"op": "ARRAY_APPEND"}]}, 10, "fieldOps"),
        ("entities/search", {}, 1100, "either 'ids'"),
        ("entities/search", {"data": [[1] * DIM], "ids": [1]}, 1100, "same time"),
        ("entities/search", {"data": [[1, 2]]}, 2000, "dim"),
        ("entities/search", {"data": [1, 2]}, 1801, "list of numbers"),
        ("entities/search", {"data": ["a text"]}, 1801, "data"),
        ("entities/search", {"data": [[1] * DIM], "limit": 0}, 65535, "[1, 16384]"),
        ("entities/search", {"data": [[1] * DIM], "limit": 20000}, 65535, "[1, 16384]"),
        ("entities/search", {"data": [[1] * DIM], "limit": "ten"}, 1801, "limit"),
        ("entities/search", {"data": [[1] * DIM], "annsField": "n_o"}, 1700, "n_o"),
        ("entities/search", {"data": [[1] * DIM], "annsField": "id"}, 1100, "is not a vector field"),
        ("entities/search", {"data": [[1] * DIM], "filter": "n >>> 1"}, 1100, "cannot parse"),
        ("entities/search", {"data": [[1] * DIM], "searchParams": {"metricType": "IP"}}, 1100, "metric type not match"),
        ("entities/search", {"data": [[1] * DIM], "searchParams": {"radius": "far"}}, 1100, "radius"),
        ("entities/search", {"data": [[1] * DIM], "consistencyLevel": "Loose"}, 1100, "consistencyLevel can only be"),
        ("entities/search", {"data": [[1] * DIM], "functionScore": {"functions": [1]}}, 10, "function_score"),
        ("entities/hybrid_search", {"search": []}, 1802, "search is required"),
        ("entities/hybrid_search", {"search": [{"data": [[1] * DIM]}], "rerank": {"strategy": "best"}}, 1100, "best"),
        ("entities/query", {"filter": "n < {x}"}, 1100, "x"),
        ("entities/query", {"orderByFields": ["n"]}, 10, "orderByFields"),
        ("entities/get", {}, 1802, "id is required"),
        ("entities/get", {"id": ["x"]}, 1806, "int64"),
        ("entities/get", {"id": [2**70]}, 1806, "int64"),
        ("entities/delete", {}, 1802, "filter is required"),
        ("entities/delete", {"filter": "n >= 0 or n < 0 or"}, 1100, ""),
    ],
)  # fmt: skip
def test_refusals(rest, stored, path, body, code, said):
    got, message = rest.refused(path, collectionName=stored, **body)
    assert got == code, message
    assert said in message
    assert rest.v2("collections/get_stats", collectionName=stored) == {"rowCount": 200}
