"""The commands of the documentation, typed into a shell with curl."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

QUICK_SETUP = """
curl --silent --location --request POST "http://${MILVUS_URI}/v2/vectordb/collections/create" \\
--header "Authorization: Bearer ${TOKEN}" \\
--header "Content-Type: application/json" \\
--data-raw '{
    "collectionName": "quick_setup",
    "dimension": 5
}'
"""

INSERT = """
curl --silent --request POST "${CLUSTER_ENDPOINT}/v2/vectordb/entities/insert" \\
--header "Content-Type: application/json" \\
-d '{
    "data": [
        {"id": 0, "vector": [0.3580376, -0.6023495, 0.1841401, -0.2628620, 0.9029438], "color": "pink_8682"},
        {"id": 1, "vector": [0.1988662, 0.0602356, 0.6976963, 0.2614474, 0.8387295], "color": "red_7025"},
        {"id": 2, "vector": [0.4374213, -0.5597502, 0.6457887, 0.7894058, 0.2078578], "color": "orange_6781"}
    ],
    "collectionName": "quick_setup"
}'
"""

SEARCH = """
curl --silent --request POST "${CLUSTER_ENDPOINT}/v2/vectordb/entities/search" \\
--header "Authorization: Bearer ${TOKEN}" \\
--header "Content-Type: application/json" \\
--header "Request-Timeout: 10" \\
-d '{
    "collectionName": "quick_setup",
    "data": [
        [0.3580376, -0.6023495, 0.1841401, -0.2628620, 0.9029438]
    ],
    "annsField": "vector",
    "filter": "color like \\"red%\\" or id == 0",
    "limit": 3,
    "outputFields": ["color"]
}'
"""

SCHEMA = """
export fields='[
    {"fieldName": "my_id", "dataType": "Int64", "isPrimary": true},
    {"fieldName": "my_vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "5"}}
]'
export schema="{\\"autoId\\": true, \\"enableDynamicField\\": false, \\"fields\\": $fields}"
export indexParams='[{"fieldName": "my_vector", "metricType": "COSINE", "indexName": "my_vector", "indexType": "AUTOINDEX"}]'
curl --silent --request POST "${CLUSTER_ENDPOINT}/v2/vectordb/collections/create" \\
--header "Content-Type: application/json" \\
-d "{\\"collectionName\\": \\"customized_setup_1\\", \\"schema\\": $schema, \\"indexParams\\": $indexParams}"
curl --silent --request POST "${CLUSTER_ENDPOINT}/v2/vectordb/collections/get_load_state" \\
-d '{"collectionName": "customized_setup_1"}'
"""  # noqa: E501

V1 = """
curl --silent --location --request POST "http://${MILVUS_URI}/v1/vector/collections/create" \\
--header 'Authorization: Bearer root:Milvus' --header 'Accept: application/json' \\
--header 'Content-Type: application/json' \\
--data-raw '{"dbName": "default", "collectionName": "medium_articles", "dimension": 2, "metricType": "L2",
             "primaryField": "id", "vectorField": "vector"}'
curl --silent --request GET "http://${MILVUS_URI}/v1/vector/collections/describe?collectionName=medium_articles"
"""

DROP_INDEX = """
curl --silent -X DELETE "http://${METRICS_URI}/api/v1/index" \\
-d '{"collection_name": "medium_articles", "field_name": "vector", "index_name": "vector_idx"}'
curl --silent -X POST "http://${METRICS_URI}/api/v1/index" --header 'Content-Type: application/json' --data '{
    "collection_name": "medium_articles",
    "field_name": "vector",
    "index_name": "vector_idx",
    "extra_params": [
        {"key": "metric_type", "value": "L2"},
        {"key": "index_type", "value": "AUTOINDEX"}
    ]
}'
curl --silent -X DELETE "http://${METRICS_URI}/api/v1/index" \\
--header 'accept: application/json' --header 'Content-Type: application/json' \\
-d '{"collection_name": "medium_articles", "field_name": "vector"}'
"""


@pytest.fixture(scope="module")
def shell(server):
    """Runs commands; the JSON documents they print, one after the other."""
    environment = {
        "PATH": os.environ["PATH"],
        "MILVUS_URI": server.ready["address"],
        "CLUSTER_ENDPOINT": server.uri,
        "METRICS_URI": server.ready["metrics"],
        "TOKEN": "root:Milvus",
    }

    def run(commands: str) -> list[dict]:
        done = subprocess.run(["bash", "-ec", commands], env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return list(_documents(done.stdout))

    return run


def _documents(text: str):
    decoder = json.JSONDecoder()
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        yield document
        text = text.lstrip()[end:]


def test_quick_setup_insert_search(shell):
    assert shell(QUICK_SETUP) == [{"code": 0, "data": {}}]
    (inserted,) = shell(INSERT)
    assert inserted["data"] == {"insertCount": 3, "insertIds": [0, 1, 2]}
    (found,) = shell(SEARCH)
    assert [(hit["id"], hit["color"]) for hit in found["data"]] == [(0, "pink_8682"), (1, "red_7025")]
    assert found["data"][0]["distance"] == pytest.approx(1.0, abs=1e-5)


def test_collection_with_a_schema_is_loaded(shell):
    made, state = shell(SCHEMA)
    assert made == {"code": 0, "data": {}}
    assert state["data"] == {"loadState": "LoadStateLoaded", "loadProgress": 100}


def test_first_api_and_the_low_level_one(shell, rest):
    made, described = shell(V1)
    assert made == {"code": 200, "data": {}}
    assert described["data"]["indexes"] == [{"indexName": "vector_idx", "fieldName": "vector", "metricType": "L2"}]
    assert shell(DROP_INDEX) == [{}, {}, {}]
    assert rest.v2("indexes/list", collectionName="medium_articles") == []
