"""The commands of Milvus's own documentation as they are printed there, typed into a shell; only the addresses differ.

The pages of 2.1 and 2.2 speak of a collection ``book`` on /api/v1, those of the first high-level API of
``medium_articles``, the later ones of ``quick_setup`` and ``customized_setup_1``.
"""

import json
import os
import subprocess

from shell import API, LOW_LEVEL, until
from steps import expect, run

JSON = "-H 'accept: application/json' -H 'Content-Type: application/json'"
BOOK_SCHEMA = """{
    "collection_name": "book",
    "schema": {
      "autoID": false,
      "description": "Test book search",
      "fields": [
        {"name": "book_id", "description": "book id", "is_primary_key": true, "autoID": false, "data_type": 5},
        {"name": "word_count", "description": "count of words", "is_primary_key": false, "data_type": 5},
        {"name": "book_intro", "description": "embedded vector of book introduction", "data_type": 101,
         "is_primary_key": false, "type_params": [{"key": "dim", "value": "2"}]}
      ],
      "name": "book"
    }
  }"""
BOOK_ROWS = """{
    "collection_name": "book",
    "fields_data": [
      {"field_name": "book_id", "type": 5, "field": [1, 2, 3, 4, 5]},
      {"field_name": "word_count", "type": 5, "field": [1000, 2000, 3000, 4000, 5000]},
      {"field_name": "book_intro", "type": 101, "field": [[1, 1], [2, 1], [3, 1], [4, 1], [5, 1]]}
    ],
    "num_rows": 5
  }"""
BOOK_INDEX = r"""{
    "collection_name": "book",
    "field_name": "book_intro",
    "extra_params": [
      {"key": "metric_type", "value": "L2"},
      {"key": "index_type", "value": "IVF_FLAT"},
      {"key": "params", "value": "{\"nlist\":1024}"}
    ]
  }"""
BOOK_SEARCH = r"""{
    "collection_name": "book",
    "output_fields": ["word_count"],
    "search_params": [
      {"key": "anns_field", "value": "book_intro"},
      {"key": "topk", "value": "2"},
      {"key": "params", "value": "{\"nprobe\": 10}"},
      {"key": "metric_type", "value": "L2"},
      {"key": "round_decimal", "value": "-1"}
    ],
    "vectors": [[0.1, 0.2]],
    "dsl": "word_count >= 2000",
    "dsl_type": 1
  }"""
QUICK_ROWS = """{
    "data": [
        {"id": 0, "vector": [0.3580376, -0.6023495, 0.1841401, -0.2628620, 0.9029438], "color": "pink_8682"},
        {"id": 1, "vector": [0.1988662, 0.0602356, 0.6976963, 0.2614474, 0.8387295], "color": "red_7025"},
        {"id": 2, "vector": [0.4374213, -0.5597502, 0.6457887, 0.7894058, 0.2078578], "color": "orange_6781"}
    ],
    "collectionName": "quick_setup"
}"""
QUICK_SEARCH = """{
    "collectionName": "quick_setup",
    "data": [[0.3580376, -0.6023495, 0.1841401, -0.2628620, 0.9029438]],
    "annsField": "vector",
    "filter": "color like \\"red%\\" or id == 0",
    "limit": 3,
    "outputFields": ["color"]
}"""
CUSTOM = """
export fields='[
    {"fieldName": "my_id", "dataType": "Int64", "isPrimary": true},
    {"fieldName": "my_vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "5"}}
]'
export schema="{\\"autoId\\": true, \\"enableDynamicField\\": false, \\"fields\\": $fields}"
export indexParams='[
    {"fieldName": "my_vector", "metricType": "COSINE", "indexName": "my_vector", "indexType": "AUTOINDEX"}
]'
curl --request POST \\
--url "${CLUSTER_ENDPOINT}/v2/vectordb/collections/create" \\
--header "Authorization: Bearer ${TOKEN}" \\
--header "Content-Type: application/json" \\
-d "{\\"collectionName\\": \\"customized_setup_1\\", \\"schema\\": $schema, \\"indexParams\\": $indexParams}"
"""


def shell(commands):
    """What the commands print, as JSON."""
    variables = {
        "PATH": os.environ["PATH"],
        "CLUSTER_ENDPOINT": f"http://{API}",
        "MILVUS_URI": API,
        "MONITORING": f"http://{LOW_LEVEL}",
        "TOKEN": "root:Milvus",
    }
    done = subprocess.run(["bash", "-ec", commands], env=variables, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def low_level(method, path, body):
    return shell(f"curl -X '{method}' \"$MONITORING/api/v1{path}\" {JSON} -d '{body}'")


def later(path, body):
    """A command of the pages on the second high-level API."""
    answer = shell(
        f'curl --request POST --url "${{CLUSTER_ENDPOINT}}/v2/vectordb/{path}" '
        '--header "Authorization: Bearer ${TOKEN}" --header "Request-Timeout: 10" '
        f"--header \"Content-Type: application/json\" -d '{body}'"
    )
    expect(answer["code"], 0)
    return answer["data"]


def first(path, body):
    """A command of the pages on the first high-level API."""
    answer = shell(
        f'curl --location --request POST "http://${{MILVUS_URI}}/v1/vector/{path}" '
        "--header 'Authorization: Bearer root:Milvus' --header 'Accept: application/json' "
        f"--header 'Content-Type: application/json' --data-raw '{body}'"
    )
    expect(answer["code"], 200)
    return answer["data"]


class Documented:
    def low_level_collection(self):
        expect(low_level("POST", "/collection", BOOK_SCHEMA), {})
        expect(low_level("GET", "/collection/existence", '{"collection_name": "book"}'), {"status": {}, "value": True})

    def low_level_insert(self):
        expect(low_level("POST", "/entities", BOOK_ROWS)["insert_cnt"], 5)

    def low_level_index(self):
        expect(low_level("POST", "/index", BOOK_INDEX), {})

    def low_level_load(self):
        expect(low_level("POST", "/collection/load", '{"collection_name": "book"}'), {})

    def low_level_search(self):
        found = low_level("POST", "/search", BOOK_SEARCH)["results"]
        expect(found["ids"]["IdField"]["IntId"]["data"], [2, 3])

    def low_level_query(self):
        asked = '{"collection_name": "book", "output_fields": ["book_id", "book_intro"], "expr": "book_id in [2,4]"}'
        columns = {one["field_name"]: one["Field"] for one in low_level("POST", "/query", asked)["fields_data"]}
        expect(columns["book_id"]["Scalars"]["Data"]["LongData"]["data"], [2, 4])
        expect(columns["book_intro"]["Vectors"]["Data"]["FloatVector"]["data"], [2, 1, 4, 1])

    def low_level_delete(self):
        gone = low_level("DELETE", "/entities", '{"collection_name": "book", "expr": "book_id in [0,1]"}')
        expect(gone.get("status"), {})

    def low_level_drop_index(self):
        expect(low_level("DELETE", "/index", '{"collection_name": "book", "field_name": "book_intro"}'), {})

    def low_level_release_and_drop(self):
        expect(low_level("DELETE", "/collection/load", '{"collection_name": "book"}'), {})
        expect(low_level("DELETE", "/collection", '{"collection_name": "book"}'), {})

    def first_create_and_describe(self):
        first("collections/create", '{"dbName": "default", "collectionName": "medium_articles", "dimension": 2, '
              '"metricType": "L2", "primaryField": "id", "vectorField": "vector"}')  # fmt: skip
        described = shell("""curl --request GET \\
            --url "http://${MILVUS_URI}/v1/vector/collections/describe?collectionName=medium_articles" \\
            --header "Authorization: Bearer ${TOKEN}" --header "accept: application/json" """)
        (index,) = described["data"]["indexes"]
        expect(index, {"indexName": "vector_idx", "fieldName": "vector", "metricType": "L2"})

    def first_rows(self):
        first("insert", '{"collectionName": "medium_articles", "data": [{"vector": [0.1, 0.2], "title": "a title"}]}')
        found = first("search", '{"collectionName": "medium_articles", "vector": [0.1, 0.2], "limit": 3, '
                      '"outputFields": ["id", "title"]}')  # fmt: skip
        expect([hit["title"] for hit in found], ["a title"])
        rows = first("query", '{"collectionName": "medium_articles", "outputFields": ["id"], "filter": "id >= 0"}')
        first("get", f'{{"collectionName": "medium_articles", "outputFields": ["title"], "id": {rows[0]["id"]}}}')
        first("delete", f'{{"collectionName": "medium_articles", "id": [{rows[0]["id"]}]}}')
        first("collections/drop", '{"collectionName": "medium_articles"}')

    def quick_setup(self):
        expect(later("collections/create", '{"collectionName": "quick_setup", "dimension": 5}'), {})
        expect(later("entities/insert", QUICK_ROWS), {"insertCount": 3, "insertIds": [0, 1, 2]})
        found = later("entities/search", QUICK_SEARCH)
        expect([(hit["id"], hit["color"]) for hit in found], [(0, "pink_8682"), (1, "red_7025")])
        assert abs(found[0]["distance"] - 1) < 1e-5, found

    def query_get_delete(self):
        asked = '"collectionName": "quick_setup", "outputFields": ["color"]'
        rows = later("entities/query", f'{{{asked}, "filter": "color like \\"red%\\"", "limit": 3}}')
        expect([row["color"] for row in rows], ["red_7025"])
        expect([row["id"] for row in later("entities/get", f'{{{asked}, "id": [0, 1, 2]}}')], [0, 1, 2])
        later("entities/delete", '{"collectionName": "quick_setup", "filter": "id in [0, 1]"}')
        expect([row["id"] for row in later("entities/get", f'{{{asked}, "id": [0, 1, 2]}}')], [2])

    def custom_setup(self):
        expect(shell(CUSTOM), {"code": 0, "data": {}})
        state = later("collections/get_load_state", '{"collectionName": "customized_setup_1"}')
        expect(state, {"loadState": "LoadStateLoaded", "loadProgress": 100})

    def indexes(self):
        of = '"collectionName": "customized_setup_1"'
        expect(later("indexes/list", f"{{{of}}}"), ["my_vector"])
        until(lambda: later("indexes/describe", f'{{{of}, "indexName": "my_vector"}}')[0]["indexState"] == "Finished")
        later("collections/release", f"{{{of}}}")
        later("indexes/drop", f'{{{of}, "indexName": "my_vector"}}')
        later("indexes/create", f'{{{of}, "indexParams": [{{"metricType": "COSINE", "fieldName": "my_vector", '
              '"indexName": "my_vector", "params": {"index_type": "IVF_FLAT", "nlist": "1024"}}]}')  # fmt: skip
        (index,) = later("indexes/describe", f'{{{of}, "indexName": "my_vector"}}')
        found = (index["fieldName"], index["metricType"], index["indexType"])
        expect(found, ("my_vector", "COSINE", "IVF_FLAT"))


run(Documented())
