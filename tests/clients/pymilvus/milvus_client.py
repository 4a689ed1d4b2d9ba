"""The life cycle through ``MilvusClient`` of pymilvus 2.3 and later."""

import os

import pymilvus
from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from pymilvus import DataType, MilvusClient
from steps import Absent, expect, offered, run

URI = "http://" + os.environ["ELANUS_ADDRESS"]
NAME = "client_life"
QUERY = VECTORS[17].tolist()
ROWS_AS_SENT = [{"id": i, "price": PRICES[i], "vector": VECTORS[i].tolist()} for i in IDS]
IVF_SEARCH = {"metric_type": "L2", "params": {"nprobe": 16}}
HNSW_SEARCH = {"metric_type": "L2", "params": {"ef": 200}}


class Life:
    def connect(self):
        self.client = MilvusClient(URI)

    def server_version(self):
        assert "elanus" in offered(self.client, "get_server_version")()

    def missing_collection(self):
        expect(offered(self.client, "has_collection")("no_such_collection"), False)

    def quick_create(self):
        self.client.create_collection("client_quick", DIM, metric_type="L2")
        self.client.insert("client_quick", [{"id": i, "vector": VECTORS[i].tolist()} for i in IDS])
        found = self.client.search("client_quick", [QUERY], limit=5, consistency_level="Strong")
        expect([hit["id"] for hit in found[0]], nearest(QUERY, 5))
        self.client.drop_collection("client_quick")

    def create_collection(self):
        schema = MilvusClient.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("price", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
        self.client.create_collection(NAME, schema=schema, consistency_level="Strong")
        assert NAME in self.client.list_collections()

    def describe_collection(self):
        expect([field["name"] for field in self.client.describe_collection(NAME)["fields"]], ["id", "price", "vector"])

    def insert(self):
        expect(self.client.insert(NAME, ROWS_AS_SENT)["insert_count"], ROWS)

    def flush(self):
        offered(self.client, "flush")(NAME)
        expect(int(self.client.get_collection_stats(NAME)["row_count"]), ROWS)

    def create_index(self):
        self._create_index("IVF_FLAT", {"nlist": 16})
        (self.index_name,) = self.client.list_indexes(NAME)

    def describe_index(self):
        index = self.client.describe_index(NAME, self.index_name)
        nlist = index["nlist"] if "nlist" in index else index["params"]["nlist"]
        expect((index["index_type"], index["metric_type"], str(nlist)), ("IVF_FLAT", "L2", "16"))

    def index_progress(self):
        index = self.client.describe_index(NAME, self.index_name)
        if "indexed_rows" not in index:
            raise Absent(f"describe_index of pymilvus {pymilvus.__version__} does not show rows")
        expect((index["indexed_rows"], index["total_rows"], index["state"]), (ROWS, ROWS, "Finished"))

    def load(self):
        self.client.load_collection(NAME)

    def load_progress(self):
        assert "Loaded" in str(self.client.get_load_state(NAME)["state"])

    def search(self):
        expect(self._ids(IVF_SEARCH), nearest(QUERY, 10))

    def filtered_search(self):
        expect(self._ids(IVF_SEARCH, filter="price < 3"), nearest(QUERY, 10, cheap(3)))

    def output_fields(self):
        hits = self.client.search(NAME, [QUERY], limit=3, search_params=IVF_SEARCH, output_fields=["price"])[0]
        expect([hit["entity"]["price"] for hit in hits], [PRICES[i] for i in nearest(QUERY, 3)])

    def query(self):
        rows = self.client.query(NAME, filter="id in [3, 14]", output_fields=["id", "price"])
        expect(sorted((row["id"], row["price"]) for row in rows), [(3, 3), (14, 4)])

    def get(self):
        rows = self.client.get(NAME, [5], output_fields=["price"])
        expect([row["price"] for row in rows], [5])

    def hybrid_search(self):
        search = offered(self.client, "hybrid_search")
        request = pymilvus.AnnSearchRequest([QUERY], "vector", IVF_SEARCH, limit=10)
        hits = search(NAME, [request], pymilvus.RRFRanker(), limit=10)
        expect([hit["id"] for hit in hits[0]], nearest(QUERY, 10))

    def query_iterator(self):
        pages = offered(self.client, "query_iterator")(NAME, batch_size=250, filter="id >= 0", output_fields=["id"])
        expect(sorted(row["id"] for row in _every(pages)), IDS)

    def search_iterator(self):
        search = offered(self.client, "search_iterator")
        pages = search(NAME, [QUERY], batch_size=50, limit=120, search_params=IVF_SEARCH)
        found = [hit["id"] if isinstance(hit, dict) else hit.id for hit in _every(pages)]
        expect(sorted(found), sorted(nearest(QUERY, 120)))

    def segments(self):
        infos = offered(self.client, "list_loaded_segments")(NAME)
        expect(sum(info.num_rows for info in infos), ROWS)

    def replicas(self):
        expect(len(offered(self.client, "describe_replica")(NAME)), 1)

    def compact(self):
        job = offered(self.client, "compact")(NAME)
        assert self.client.get_compaction_state(job) in ("Completed", "Executing")

    def alias(self):
        self.client.create_alias(NAME, "client_alias")
        expect(self.client.describe_alias("client_alias")["collection_name"], NAME)
        self.client.drop_alias("client_alias")

    def partition(self):
        self.client.create_partition(NAME, "shelf")
        expect(self.client.has_partition(NAME, "shelf"), True)
        self.client.release_partitions(NAME, ["shelf"])
        self.client.drop_partition(NAME, "shelf")

    def database(self):
        offered(self.client, "create_database")("client_base")
        assert "client_base" in self.client.list_databases()
        self.client.drop_database("client_base")

    def switch_index(self):
        self._drop_index()
        self._create_index("HNSW", {"M": 16, "efConstruction": 200})
        self.client.load_collection(NAME)
        expect(self.client.describe_index(NAME, self.index_name)["index_type"], "HNSW")
        expect(self._ids(HNSW_SEARCH), nearest(QUERY, 10))

    def alter_index(self):
        alter = offered(self.client, "alter_index_properties")
        self.client.release_collection(NAME)
        alter(NAME, self.index_name, {"mmap.enabled": True})
        expect(str(self.client.describe_index(NAME, self.index_name)["mmap.enabled"]).lower(), "true")
        self.client.load_collection(NAME)

    def delete(self):
        gone = nearest(QUERY, 2)
        self.client.delete(NAME, gone)
        expect(self._ids(HNSW_SEARCH, 2), nearest(QUERY, 4)[2:])

    def upsert(self):
        expect(self.client.upsert(NAME, [{"id": 17, "price": 99, "vector": QUERY}])["upsert_count"], 1)
        rows = self.client.query(NAME, filter="id == 17", output_fields=["price"])
        expect([row["price"] for row in rows], [99])

    def drop_index(self):
        self._drop_index()
        expect(self.client.list_indexes(NAME), [])

    def search_without_index(self):
        """Milvus 2.2 and later refuse to load a collection without an index: what the client says is shown."""
        try:
            self.client.load_collection(NAME)
        except pymilvus.MilvusException as refused:
            if "index not found" in str(refused):
                raise Absent(str(refused)) from None
            raise
        raise AssertionError("this generation should have refused it")

    def release(self):
        self.client.release_collection(NAME)

    def drop_collection(self):
        self.client.drop_collection(NAME)
        assert NAME not in self.client.list_collections()

    def disconnect(self):
        self.client.close()

    def _ids(self, search_params, limit=10, **options):
        found = self.client.search(NAME, [QUERY], limit=limit, search_params=search_params, **options)
        return [hit["id"] for hit in found[0]]

    def _create_index(self, kind, params):
        wanted = MilvusClient.prepare_index_params()
        wanted.add_index("vector", index_type=kind, metric_type="L2", params=params)
        self.client.create_index(NAME, wanted)

    def _drop_index(self):
        self.client.release_collection(NAME)
        self.client.drop_index(NAME, self.index_name)


def _every(pages):
    rows = []
    while page := pages.next():
        rows.extend(page)
    pages.close()
    return rows


if __name__ == "__main__":
    run(Life())
