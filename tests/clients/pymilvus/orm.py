"""The life cycle through the ORM of pymilvus 2.0 and later: Collection, connections, utility."""

import datetime
import os
import time
from contextlib import contextmanager

import numpy
import pymilvus
from data import DIM, IDS, PRICES, ROWS, VECTORS, cheap, nearest
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections, utility
from steps import Absent, expect, offered, run

HOST, PORT = os.environ["ELANUS_ADDRESS"].split(":")
NAME = "orm_life"
GENERATION = tuple(int(part) for part in pymilvus.__version__.split(".")[:2])
QUERY = VECTORS[17].tolist()
IVF = {"index_type": "IVF_FLAT", "metric_type": "L2", "params": {"nlist": 16}}
IVF_SEARCH = {"metric_type": "L2", "params": {"nprobe": 16}}
HNSW = {"index_type": "HNSW", "metric_type": "L2", "params": {"M": 16, "efConstruction": 200}}
HNSW_SEARCH = {"metric_type": "L2", "params": {"ef": 200}}
ANNOY = {"index_type": "ANNOY", "metric_type": "L2", "params": {"n_trees": 16}}


class Life:
    def connect(self):
        connections.connect("default", host=HOST, port=PORT)
        expect("default" in [alias for alias, _ in connections.list_connections()], True)

    def server_version(self):
        assert "elanus" in offered(utility, "get_server_version")()

    def missing_collection(self):
        expect(utility.has_collection("no_such_collection"), False)

    def create_collection(self):
        schema = CollectionSchema([
            FieldSchema("id", DataType.INT64, is_primary=True, auto_id=False),
            FieldSchema("price", DataType.INT64),
            FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
        ])  # fmt: skip
        self.books = Collection(NAME, schema)
        expect(utility.has_collection(NAME), True)
        assert NAME in utility.list_collections()

    def describe_collection(self):
        again = Collection(NAME)
        expect([field.name for field in again.schema.fields], ["id", "price", "vector"])
        expect(again.schema.fields[2].params["dim"], DIM)

    def insert(self):
        done = self.books.insert([IDS, PRICES, VECTORS.tolist()])
        expect(done.insert_count, ROWS)
        expect(list(done.primary_keys), IDS)

    def flush(self):
        if hasattr(self.books, "flush"):
            self.books.flush()
        expect(self.books.num_entities, ROWS)

    def create_index(self):
        self.books.create_index("vector", IVF)
        expect(self.books.has_index(), True)

    def describe_index(self):
        index = self.books.index()
        expect(index.field_name, "vector")
        expect((index.params["index_type"], index.params["params"]), ("IVF_FLAT", {"nlist": 16}))

    def index_progress(self):
        offered(utility, "wait_for_index_building_complete")(NAME)
        progress = utility.index_building_progress(NAME)
        expect((progress["indexed_rows"], progress["total_rows"]), (ROWS, ROWS))

    def load(self):
        self.books.load()
        if hasattr(utility, "wait_for_loading_complete"):
            utility.wait_for_loading_complete(NAME)

    def load_progress(self):
        progress = offered(utility, "loading_progress")(NAME)
        expect(progress["loading_progress"], "100%")

    def search(self):
        expect(self._ids(IVF_SEARCH), nearest(QUERY, 10))

    def filtered_search(self):
        expect(self._ids(IVF_SEARCH, expr="price < 3"), nearest(QUERY, 10, cheap(3)))

    def output_fields(self):
        hits = self.books.search([QUERY], "vector", IVF_SEARCH, 3, output_fields=["price"])
        expect([hit.entity.get("price") for hit in hits[0]], [PRICES[i] for i in nearest(QUERY, 3)])

    def query(self):
        rows = self.books.query("id in [3, 14]", output_fields=["id", "price"])
        expect(sorted((row["id"], row["price"]) for row in rows), [(3, 3), (14, 4)])

    def hybrid_search(self):
        request, ranker = offered(pymilvus, "AnnSearchRequest"), offered(pymilvus, "WeightedRanker")
        requests = [request([QUERY], "vector", IVF_SEARCH, limit=10)]
        hits = self.books.hybrid_search(requests, ranker(1.0), 10)
        expect(list(hits[0].ids), nearest(QUERY, 10))

    def query_iterator(self):
        pages = offered(self.books, "query_iterator")(batch_size=250, expr="id >= 0", output_fields=["id"])
        expect(sorted(row["id"] for row in _every(pages)), IDS)

    def search_iterator(self):
        pages = offered(self.books, "search_iterator")([QUERY], "vector", IVF_SEARCH, batch_size=50, limit=120)
        expect(sorted(hit.id for hit in _every(pages)), sorted(nearest(QUERY, 120)))

    def segments(self):
        infos = utility.get_query_segment_info(NAME)
        expect(sum(info.num_rows for info in infos), ROWS)

    def replicas(self):
        found = offered(self.books, "get_replicas")()
        expect(len(found.groups), 1)

    def compact(self):
        self.books.compact()
        self.books.wait_for_compaction_completed()
        assert self.books.get_compaction_state().state is not None

    def alias(self):
        utility.create_alias(NAME, "orm_alias")
        expect(Collection("orm_alias").num_entities, ROWS)
        utility.drop_alias("orm_alias")

    def partition(self):
        shelf = self.books.create_partition("shelf")
        expect(self.books.has_partition("shelf"), True)
        shelf.release()
        self.books.drop_partition("shelf")

    def calc_distance(self):
        calculate = offered(utility, "calc_distance")
        one, other = VECTORS[:2].tolist(), VECTORS[2:5].tolist()
        distances = calculate({"float_vectors": one}, {"float_vectors": other}, {"metric": "L2", "sqrt": False})
        wanted = ((VECTORS[:2, None] - VECTORS[None, 2:5]) ** 2).sum(axis=2)
        assert abs(wanted - numpy.reshape(distances, wanted.shape)).max() < 1e-4, distances

    def switch_index(self):
        self._drop_index()
        self.books.create_index("vector", HNSW)
        self.books.load()
        expect(self.books.index().params["index_type"], "HNSW")
        expect(self._ids(HNSW_SEARCH), nearest(QUERY, 10))

    def search_without_index(self):
        """Milvus 2.2 and later refuse to load a collection without an index: what the client says is shown."""
        self._drop_index()
        expect(self.books.has_index(), False)
        with _refusal(GENERATION >= (2, 2), "index not found"):
            self.books.load()
        expect(self._ids({"metric_type": "L2", "params": {}}), nearest(QUERY, 10))

    def withdrawn_index_types(self):
        """Types that clients after 2.2 are not offered: what the server says is shown."""
        self._drop_index()
        with _refusal(GENERATION > (2, 2), "invalid index type: ANNOY"):
            self.books.create_index("vector", ANNOY)
        self.books.load()
        expect(self._ids({"metric_type": "L2", "params": {"search_k": 9600}}), nearest(QUERY, 10))

    def default_index(self):
        """The type IVF_PQ where nothing else is said (2.0, 2.1); a flat index is one of none there."""
        self._drop_index()
        self.books.create_index("vector", {"index_type": "FLAT", "metric_type": "L2", "params": {}})
        self.books.load()
        expect(self._ids({"metric_type": "L2", "params": {}}), nearest(QUERY, 10))

    def delete(self):
        gone = nearest(QUERY, 2)
        expect(self.books.delete(f"id in {gone}").delete_count, 2)
        self._settle()
        expect(self._ids({"metric_type": "L2", "params": {}}, 2), nearest(QUERY, 4)[2:])

    def time_travel(self):
        if GENERATION > (2, 1):
            raise Absent("Milvus 2.1 was the last that kept rows to travel back to")
        before = utility.mkts_from_datetime(datetime.datetime.now(datetime.UTC))
        time.sleep(0.1)
        again = nearest(QUERY, 3)[2]
        self.books.delete(f"id in [{again}]")
        self._settle()
        expect(again in self._ids({"metric_type": "L2", "params": {}}, 2), False)
        expect(again in self._ids({"metric_type": "L2", "params": {}}, 2, travel_timestamp=before), True)
        self.books.compact()
        self.books.wait_for_compaction_completed()
        expect(again in self._ids({"metric_type": "L2", "params": {}}, 2, travel_timestamp=before), True)

    def upsert(self):
        done = offered(self.books, "upsert")([[17], [99], [QUERY]])
        expect(done.upsert_count, 1)
        expect(self.books.query("id == 17", output_fields=["price"])[0]["price"], 99)

    def drop_index(self):
        self._drop_index()
        expect(self.books.has_index(), False)

    def release(self):
        self.books.release()

    def drop_collection(self):
        self.books.drop()
        expect(utility.has_collection(NAME), False)

    def disconnect(self):
        connections.disconnect("default")

    def _ids(self, param, limit=10, **options):
        return list(self.books.search([QUERY], "vector", param, limit, **options)[0].ids)

    def _drop_index(self):
        """2.0 and 2.1 drop while loaded; later ones release first."""
        if GENERATION >= (2, 2):
            self.books.release()
        if self.books.has_index():
            self.books.drop_index()

    def _settle(self):
        """Bounded staleness, which these clients ask for, may be as old as this."""
        time.sleep(0.1)


def _every(pages):
    rows = []
    while True:
        page = pages.next()
        if not len(page):
            pages.close()
            return rows
        rows.extend(page)


@contextmanager
def _refusal(expected, text):
    """What a generation refuses is absent there, in the words its client shows."""
    try:
        yield
    except Exception as refused:
        if expected and text in str(refused):
            raise Absent(str(refused)) from None
        raise
    if expected:
        raise AssertionError("this generation should have refused it")


if __name__ == "__main__":
    run(Life())
