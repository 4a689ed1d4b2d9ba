"""The life cycle through ``AsyncMilvusClient`` of pymilvus 2.5 and later. What it cannot say, ``MilvusClient`` says."""

import asyncio
import os

import pymilvus
from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from pymilvus import DataType, MilvusClient
from steps import expect, offered, run

URI = "http://" + os.environ["ELANUS_ADDRESS"]
NAME = "async_life"
QUERY = VECTORS[17].tolist()
IVF_SEARCH = {"metric_type": "L2", "params": {"nprobe": 16}}


class Life:
    def __init__(self):
        self._loop = asyncio.new_event_loop()

    def connect(self):
        async def opened():
            return pymilvus.AsyncMilvusClient(URI)

        self.client = self._do(opened())

    def quick_create(self):
        self._do(self.client.create_collection("async_quick", DIM, metric_type="L2"))
        self._do(self.client.insert("async_quick", [{"id": i, "vector": VECTORS[i].tolist()} for i in IDS]))
        found = self._do(self.client.search("async_quick", [QUERY], limit=5, consistency_level="Strong"))
        expect([hit["id"] for hit in found[0]], nearest(QUERY, 5))
        self._do(self.client.drop_collection("async_quick"))

    def create_collection(self):
        schema = MilvusClient.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("price", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
        self._do(self.client.create_collection(NAME, schema=schema, consistency_level="Strong"))

    def insert(self):
        rows = [{"id": i, "price": PRICES[i], "vector": VECTORS[i].tolist()} for i in IDS]
        expect(self._do(self.client.insert(NAME, rows))["insert_count"], ROWS)

    def flush(self):
        self._do(offered(self.client, "flush")(NAME))

    def create_index(self):
        self._create_index("IVF_FLAT", {"nlist": 16})

    def describe_index(self):
        index = self._do(offered(self.client, "describe_index")(NAME, "vector"))
        expect((index["index_type"], index["metric_type"]), ("IVF_FLAT", "L2"))

    def load(self):
        self._do(self.client.load_collection(NAME))

    def search(self):
        expect(self._ids(IVF_SEARCH), nearest(QUERY, 10))

    def filtered_search(self):
        expect(self._ids(IVF_SEARCH, filter="price < 3"), nearest(QUERY, 10, cheap(3)))

    def query(self):
        rows = self._do(self.client.query(NAME, filter="id in [3, 14]", output_fields=["id", "price"]))
        expect(sorted((row["id"], row["price"]) for row in rows), [(3, 3), (14, 4)])

    def get(self):
        rows = self._do(self.client.get(NAME, [5], output_fields=["price"]))
        expect([row["price"] for row in rows], [5])

    def hybrid_search(self):
        request = pymilvus.AnnSearchRequest([QUERY], "vector", IVF_SEARCH, limit=10)
        hits = self._do(self.client.hybrid_search(NAME, [request], pymilvus.RRFRanker(), limit=10))
        expect([hit["id"] for hit in hits[0]], nearest(QUERY, 10))

    def partition(self):
        self._do(self.client.create_partition(NAME, "shelf"))
        self._do(self.client.release_partitions(NAME, ["shelf"]))
        self._do(self.client.drop_partition(NAME, "shelf"))

    def switch_index(self):
        self._drop_index()
        self._create_index("HNSW", {"M": 16, "efConstruction": 200})
        self._do(self.client.load_collection(NAME))
        expect(self._ids({"metric_type": "L2", "params": {"ef": 200}}), nearest(QUERY, 10))

    def delete(self):
        gone = nearest(QUERY, 2)
        self._do(self.client.delete(NAME, gone))
        expect(self._ids({"params": {"ef": 200}}, 2), nearest(QUERY, 4)[2:])

    def upsert(self):
        done = self._do(self.client.upsert(NAME, [{"id": 17, "price": 99, "vector": QUERY}]))
        expect(done["upsert_count"], 1)

    def drop_index(self):
        self._drop_index()
        expect(MilvusClient(URI).list_indexes(NAME), [])

    def release(self):
        self._do(self.client.release_collection(NAME))

    def drop_collection(self):
        self._do(self.client.drop_collection(NAME))
        expect(MilvusClient(URI).has_collection(NAME), False)

    def disconnect(self):
        self._do(self.client.close())

    def _do(self, call):
        return self._loop.run_until_complete(call)

    def _ids(self, search_params, limit=10, **options):
        found = self._do(self.client.search(NAME, [QUERY], limit=limit, search_params=search_params, **options))
        return [hit["id"] for hit in found[0]]

    def _create_index(self, kind, params):
        wanted = MilvusClient.prepare_index_params()
        wanted.add_index("vector", index_type=kind, metric_type="L2", params=params)
        self._do(self.client.create_index(NAME, wanted))

    def _drop_index(self):
        self._do(self.client.release_collection(NAME))
        self._do(self.client.drop_index(NAME, "vector"))


if __name__ == "__main__":
    run(Life())
