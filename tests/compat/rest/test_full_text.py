"""Full-text search over REST v2."""

from __future__ import annotations

import zlib

import pytest

SCHEMA = {
    "fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {
            "fieldName": "text",
            "dataType": "VarChar",
            "elementTypeParams": {
                "max_length": 200,
                "enable_analyzer": True,
                "enable_match": True,
                "analyzer_params": {"type": "english"},
            },
        },
        {"fieldName": "terms", "dataType": "SparseFloatVector"},
        {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}},
    ],
    "functions": [
        {
            "name": "words",
            "type": "BM25",
            "inputFieldNames": ["text"],
            "outputFieldNames": ["terms"],
            "params": {},
        }
    ],
}
INDEXES = [
    {"fieldName": "terms", "metricType": "BM25", "indexType": "SPARSE_INVERTED_INDEX"},
    {"fieldName": "v", "metricType": "L2"},
]
TEXTS = ["a dog and a red fox", "three dogs", "a vector database"]


@pytest.fixture
def texts(rest, name):
    rest.v2("collections/create", collectionName=name, schema=SCHEMA, indexParams=INDEXES)
    rows = [{"id": place, "text": text, "v": [place, 0]} for place, text in enumerate(TEXTS)]
    rest.v2("entities/insert", collectionName=name, data=rows)
    return name


def ids(rows):
    return [row["id"] for row in rows]


def test_described(rest, texts):
    description = rest.v2("collections/describe", collectionName=texts)
    (function,) = description["functions"]
    assert function == {
        "name": "words",
        "id": 100,
        "description": "",
        "type": "BM25",
        "inputFieldNames": ["text"],
        "outputFieldNames": ["terms"],
        "params": [],
    }
    params = {pair["key"]: pair["value"] for pair in description["fields"][1]["params"]}
    assert params["enable_analyzer"] == params["enable_match"] == "true"
    assert params["analyzer_params"] == '{"type":"english"}'


def test_search_and_filter(rest, texts):
    found = rest.v2(
        "entities/search", collectionName=texts, data=["dog"], annsField="terms", limit=3, outputFields=["*"]
    )
    assert ids(found) == [1, 0]
    assert found[0].keys() == {"id", "distance", "text", "v"}
    named = {"params": {"analyzer_name": "english", "drop_ratio_search": 0.1}}  # it has but one
    again = rest.v2(
        "entities/search", collectionName=texts, data=["dog"], annsField="terms", limit=3, searchParams=named
    )
    assert ids(again) == [1, 0]
    rows = rest.v2("entities/query", collectionName=texts, filter="text_match(text, 'databases fox')")
    assert ids(rows) == [0, 2]
    hybrid = rest.v2(
        "entities/hybrid_search",
        collectionName=texts,
        search=[
            {"data": ["dog"], "annsField": "terms", "limit": 1},
            {"data": [[2.0, 0.0]], "annsField": "v", "limit": 1},
        ],
        rerank={"strategy": "rrf", "params": {"k": 60}},
        limit=3,
    )
    assert sorted(ids(hybrid)) == [1, 2]


def test_what_is_refused(rest, texts, name):
    code, why = rest.refused("entities/search", collectionName=texts, data=[{"1": 0.5}], annsField="terms", limit=1)
    assert (code, "please provide varchar/text" in why) == (1100, True)
    for place, data in enumerate([[[2.0, 0.0]], ["dog", 3]]):
        code, why = rest.refused("entities/search", collectionName=texts, data=data, annsField="terms", limit=1)
        assert (code, f"is searched by texts, field terms, but query {place} is none" in why) == (1801, True)
    code, why = rest.refused("entities/search", collectionName=texts, data=["dog"], annsField="v", limit=1)
    assert code == 1801
    row = {"id": 9, "text": "a", "v": [0, 0], "terms": {"1": 0.5}}
    code, why = rest.refused("entities/insert", collectionName=texts, data=[row])
    assert (code, "output of a function" in why) == (1100, True)
    functions = [{**SCHEMA["functions"][0], "type": "Klingon"}]
    code, why = rest.refused("collections/create", collectionName="k", schema={**SCHEMA, "functions": functions})
    assert (code, "Unsupported function type: Klingon" in why) == (1100, True)


def test_run_analyzer(rest, texts):
    plain = rest.v2("common/run_analyzer", text=["The Foxes", ""], analyzerParams='{"type": "english"}')
    assert plain == {"results": [{"tokens": [{"token": "fox"}]}, {"tokens": []}]}
    detailed = rest.v2(
        "common/run_analyzer", text=["The dogs"], collectionName=texts, fieldName="text", withDetail=True, withHash=True
    )
    (token,) = detailed["results"][0]["tokens"]
    place = {"startOffset": 4, "endOffset": 8, "position": 1, "positionLength": 1}
    assert token == {"token": "dog", **place, "hash": zlib.crc32(b"dog")}
    assert rest.refused("common/run_analyzer", text=["a"], analyzerParams="[]")[0] == 1100


def test_functions_of_a_collection_that_is_there(rest, texts):
    function = SCHEMA["functions"][0]
    for call, body in {
        "add": {"function": function},
        "alter": {"functionName": "words", "function": function},
        "drop": {"FunctionName": "words"},
    }.items():
        code, why = rest.refused(f"collections/{call}_function", collectionName=texts, **body)
        assert (code, "currently does not support" in why) == (1100, True)
    rest.v2("collections/drop_function_field", collectionName=texts, functionName="words")
    assert rest.v2("collections/describe", collectionName=texts)["functions"] == []


def test_a_function_is_added_with_its_output_and_index(rest, name):
    fields = [{"fieldName": "id", "dataType": "Int64", "isPrimary": True},
              {"fieldName": "text", "dataType": "VarChar",
               "elementTypeParams": {"max_length": 99, "enable_analyzer": True}},
              {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}}]  # fmt: skip
    rest.v2("collections/create", collectionName=name, schema={"fields": fields},
            indexParams=[{"fieldName": "v", "metricType": "L2"}])  # fmt: skip
    rest.v2("entities/insert", collectionName=name, data=[{"id": 1, "text": "a dog", "v": [1, 2]},
                                                          {"id": 2, "text": "a fox", "v": [1, 2]}])  # fmt: skip
    added = {
        "collectionName": name,
        "function": {"name": "f", "type": "BM25", "inputFieldNames": ["text"], "outputFieldNames": ["terms"]},
        "outputField": {"fieldName": "terms", "dataType": "SparseFloatVector"},
        "indexParams": {"fieldName": "terms", "indexType": "SPARSE_INVERTED_INDEX", "metricType": "BM25"},
    }
    elsewhere = {**added, "indexParams": {**added["indexParams"], "fieldName": "v"}}
    code, text = rest.refused("collections/add_function_field", **elsewhere)
    assert (code, text) == (
        1100,
        'indexParams.fieldName "v" must match outputField.fieldName "terms": invalid parameter',
    )
    assert rest.v2("collections/add_function_field", **added) == {}
    found = rest.v2("entities/search", collectionName=name, data=["foxes fox"], annsField="terms", limit=3)
    assert [hit["id"] for hit in found] == [2]
    rest.v2("collections/drop_function_field", collectionName=name, functionName="f")
    assert rest.v2("indexes/list", collectionName=name) == ["v"]
