"""The life cycle through /v1/vector, which knows one form of collection and no index by name."""

from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from shell import API, curl, not_called
from steps import expect, run

NAME = "rest_first"
QUERY = VECTORS[17].tolist()


def call(path, **body):
    return checked(curl(f"http://{API}/v1/vector/{path}", {"collectionName": NAME, **body}))


def page(path):
    return checked(curl(f"http://{API}/v1/vector/{path}"))


def checked(answer):
    assert answer["code"] == 200, answer
    return answer["data"]


def numbers(**more):
    found = call("search", vector=QUERY, outputFields=["number"], **{"limit": 10, **more})
    return [hit["number"] for hit in found]


class Life:
    def create_collection(self):
        call("collections/create", dimension=DIM, metricType="L2")
        assert NAME in page("collections")

    def describe_collection(self):
        described = page(f"collections/describe?collectionName={NAME}")
        expect([one["name"] for one in described["fields"]], ["id", "vector"])
        expect(described["load"], "LoadStateLoaded")

    def describe_index(self):
        (index,) = page(f"collections/describe?collectionName={NAME}")["indexes"]
        expect(index, {"indexName": "vector_idx", "fieldName": "vector", "metricType": "L2"})

    def insert(self):
        rows = [{"number": i, "price": PRICES[i], "vector": VECTORS[i].tolist()} for i in IDS]
        expect(call("insert", data=rows)["insertCount"], ROWS)

    def search(self):
        expect(numbers(), nearest(QUERY, 10))

    def filtered_search(self):
        expect(numbers(filter="price < 3"), nearest(QUERY, 10, cheap(3)))

    def query(self):
        rows = call("query", filter="number in [3, 14]", outputFields=["number", "price"])
        expect([(row["number"], row["price"]) for row in rows], [(3, 3), (14, 4)])

    def get(self):
        (row,) = call("query", filter="number == 3", outputFields=["number"])
        expect(call("get", id=row["id"], outputFields=["number"]), [row])

    def delete(self):
        call("delete", filter=f"number in {nearest(QUERY, 2)}")
        expect(numbers(limit=2), nearest(QUERY, 4)[2:])

    def upsert(self):
        """A collection that this API makes has keys of its own: upsert is for those made elsewhere."""
        row = {"id": 7, "number": 1, "vector": QUERY}
        refused = curl(f"http://{API}/v1/vector/upsert", {"collectionName": NAME, "data": row})
        assert "cannot upsert an autoID collection" in refused["message"], refused
        made = curl(f"http://{API}/v2/vectordb/collections/create", {"collectionName": "rest_keys", "dimension": DIM})
        expect(made["code"], 0)
        expect(call("upsert", collectionName="rest_keys", data=row), {"upsertCount": 1, "upsertIds": [7]})
        call("upsert", collectionName="rest_keys", data=[{**row, "number": 2}])
        expect(call("get", collectionName="rest_keys", id=7, outputFields=["number"]), [{"id": 7, "number": 2}])

    def drop_collection(self):
        call("collections/drop")
        assert NAME not in page("collections")

    def every_call(self):
        expect(not_called(API, "/v1/vector/"), [])


run(Life())
