"""The life cycle through /api/v1, which takes the messages of gRPC as JSON."""

import json

from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from shell import LOW_LEVEL, curl, until
from steps import expect, run

NAME = "rest_low_level"
QUERY = VECTORS[17].tolist()
BOOL_EXPRESSION = 1
FINISHED = 3
SCHEMA = {
    "name": NAME,
    "fields": [
        {"name": "id", "is_primary_key": True, "data_type": 5},
        {"name": "price", "data_type": 5},
        {"name": "vector", "data_type": 101, "type_params": [{"key": "dim", "value": str(DIM)}]},
    ],
}


def call(method, path, **body):
    answer = curl(f"http://{LOW_LEVEL}/api/v1{path}", {"collection_name": NAME, **body}, method)
    assert "error_code" not in {**answer, **answer.get("status", {})}, answer
    return answer


def pairs(**values):
    return [{"key": key, "value": value} for key, value in values.items()]


def create_index(kind, params):
    extra = pairs(index_type=kind, metric_type="L2", params=json.dumps(params))
    call("POST", "/index", field_name="vector", extra_params=extra)


def finished():
    return call("GET", "/index/state", field_name="vector")["state"] == FINISHED


def ids(params, expression="", limit=10):
    options = pairs(anns_field="vector", topk=str(limit), metric_type="L2", params=json.dumps(params))
    found = call("POST", "/search", vectors=[QUERY], dsl=expression, dsl_type=BOOL_EXPRESSION, search_params=options)
    return found["results"]["ids"]["IdField"]["IntId"]["data"]


class Life:
    def health(self):
        expect(curl(f"http://{LOW_LEVEL}/api/v1/health"), {"status": "ok"})

    def create_collection(self):
        call("POST", "/collection", schema=SCHEMA)
        expect(call("GET", "/collection/existence")["value"], True)

    def describe_collection(self):
        fields = call("GET", "/collection")["schema"]["fields"]
        expect([field["name"] for field in fields], ["id", "price", "vector"])

    def insert(self):
        columns = [
            {"field_name": "id", "type": 5, "field": IDS},
            {"field_name": "price", "type": 5, "field": PRICES},
            {"field_name": "vector", "type": 101, "field": VECTORS.tolist()},
        ]
        expect(call("POST", "/entities", fields_data=columns, num_rows=ROWS)["insert_cnt"], ROWS)

    def flush(self):
        call("POST", "/persist", collection_names=[NAME])
        expect(call("GET", "/collection/statistics")["stats"], pairs(row_count=str(ROWS)))

    def create_index(self):
        create_index("IVF_FLAT", {"nlist": 16})

    def index_state(self):
        until(finished)

    def index_progress(self):
        progress = call("GET", "/index/progress", field_name="vector")
        expect((progress["indexed_rows"], progress["total_rows"]), (ROWS, ROWS))

    def describe_index(self):
        (index,) = call("GET", "/index", field_name="vector")["index_descriptions"]
        expect(index["field_name"], "vector")
        assert {"key": "index_type", "value": "IVF_FLAT"} in index["params"]

    def load(self):
        call("POST", "/collection/load")

    def search(self):
        expect(ids({"nprobe": 16}), nearest(QUERY, 10))

    def filtered_search(self):
        expect(ids({"nprobe": 16}, "price < 3"), nearest(QUERY, 10, cheap(3)))

    def query(self):
        found = call("POST", "/query", expr="id in [3, 14]", output_fields=["price"])
        columns = {column["field_name"]: column for column in found["fields_data"]}
        expect(columns["price"]["Field"]["Scalars"]["Data"]["LongData"]["data"], [3, 4])

    def switch_index(self):
        call("DELETE", "/index", field_name="vector")
        create_index("HNSW", {"M": 16, "efConstruction": 200})
        until(finished)
        expect(ids({"ef": 200}), nearest(QUERY, 10))

    def delete(self):
        call("DELETE", "/entities", expr=f"id in {nearest(QUERY, 2)}")
        expect(ids({"ef": 200}, limit=2), nearest(QUERY, 4)[2:])

    def drop_index(self):
        call("DELETE", "/index", field_name="vector")
        expect(ids({}, limit=2), nearest(QUERY, 4)[2:])

    def drop_collection(self):
        call("DELETE", "/collection")
        assert NAME not in call("GET", "/collections").get("collection_names", [])


run(Life())
