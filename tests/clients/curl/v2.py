"""The life cycle through /v2/vectordb, and every other call of it."""

from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from shell import API, curl, not_called, until
from steps import expect, run
from v2_resources import Resources

NAME = "rest_life"
QUERY = VECTORS[17].tolist()
FIELDS = [
    {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
    {"fieldName": "price", "dataType": "Int64"},
    {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
]


def call(path, **body):
    answer = curl(f"http://{API}/v2/vectordb/{path}", {"collectionName": NAME, **body})
    assert answer["code"] == 0, answer
    return answer["data"]


def create_index(kind, params):
    wanted = {"fieldName": "vector", "indexName": "vector", "metricType": "L2", "indexType": kind, "params": params}
    call("indexes/create", indexParams=[wanted])


def index():
    (described,) = call("indexes/describe", indexName="vector")
    return described


def ids(params, limit=10, **more):
    found = call(
        "entities/search", data=[QUERY], annsField="vector", limit=limit, searchParams={"params": params}, **more
    )
    return [hit["id"] for hit in found]


class Life(Resources):
    def missing_collection(self):
        expect(call("collections/has", collectionName="no_such_collection"), {"has": False})

    def quick_create(self):
        call("collections/create", collectionName="rest_quick", dimension=DIM, metricType="L2")
        expect(call("collections/get_load_state", collectionName="rest_quick")["loadState"], "LoadStateLoaded")
        call("collections/drop", collectionName="rest_quick")

    def create_collection(self):
        call("collections/create", schema={"fields": FIELDS}, params={"consistencyLevel": "Strong"})
        expect(call("collections/has"), {"has": True})

    def describe_collection(self):
        expect([one["name"] for one in call("collections/describe")["fields"]], ["id", "price", "vector"])

    def insert(self):
        rows = [{"id": i, "price": PRICES[i], "vector": VECTORS[i].tolist()} for i in IDS]
        expect(call("entities/insert", data=rows)["insertCount"], ROWS)

    def flush(self):
        call("collections/flush")
        expect(call("collections/get_stats"), {"rowCount": ROWS})

    def create_index(self):
        create_index("IVF_FLAT", {"nlist": 16})

    def index_state(self):
        until(lambda: index()["indexState"] == "Finished")

    def index_progress(self):
        expect((index()["indexedRows"], index()["totalRows"], index()["pendingRows"]), (ROWS, ROWS, 0))

    def describe_index(self):
        expect((index()["fieldName"], index()["indexType"], index()["metricType"]), ("vector", "IVF_FLAT", "L2"))

    def load(self):
        call("collections/load")
        until(lambda: call("collections/get_load_state")["loadState"] == "LoadStateLoaded")

    def search(self):
        expect(ids({"nprobe": 16}), nearest(QUERY, 10))

    def filtered_search(self):
        expect(ids({"nprobe": 16}, filter="price < 3"), nearest(QUERY, 10, cheap(3)))

    def query(self):
        rows = call("entities/query", filter="id in [3, 14]", outputFields=["id", "price"])
        expect(rows, [{"id": 3, "price": 3}, {"id": 14, "price": 4}])

    def hybrid_search(self):
        found = call("entities/hybrid_search", search=[
            {"data": [QUERY], "annsField": "vector", "limit": 10, "params": {"nprobe": 16}}
        ], rerank={"strategy": "rrf", "params": {"k": 60}}, limit=10)  # fmt: skip
        expect([hit["id"] for hit in found], nearest(QUERY, 10))

    def compact(self):
        job = call("collections/compact")["compactionID"]
        until(lambda: call("collections/get_compaction_state", jobID=job)["state"] == "Completed")

    def switch_index(self):
        call("collections/release")
        call("indexes/drop", indexName="vector")
        create_index("HNSW", {"M": 16, "efConstruction": 200})
        until(lambda: index()["indexState"] == "Finished")
        call("collections/load")
        expect(ids({"ef": 200}), nearest(QUERY, 10))

    def delete(self):
        call("entities/delete", filter=f"id in {nearest(QUERY, 2)}")
        expect(ids({"ef": 200}, limit=2), nearest(QUERY, 4)[2:])

    def upsert(self):
        expect(call("entities/upsert", data=[{"id": 17, "price": 99, "vector": QUERY}])["upsertCount"], 1)
        expect(call("entities/get", id=17, outputFields=["price"]), [{"id": 17, "price": 99}])

    def drop_index(self):
        call("collections/release")
        call("indexes/drop", indexName="vector")
        expect(call("indexes/list"), [])

    def drop_collection(self):
        call("collections/drop")
        expect(call("collections/has"), {"has": False})

    def not_implemented_yet(self):
        """Every other call says so by its name: then none was left out."""
        for _, path in not_called(API, "/v2/vectordb/"):
            answer = curl(f"http://{API}{path}", {})
            assert answer["code"] == 10, f"{path} answers {answer}: call it above"
            assert path in answer["message"], answer
        expect(not_called(API, "/v2/vectordb/"), [])


run(Life())
