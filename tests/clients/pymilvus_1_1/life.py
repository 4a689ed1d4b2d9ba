"""The life cycle of pymilvus 1.x: every method of its client, every type of index, results against numpy."""

import logging
import os
import threading
import time
import warnings

import numpy
from answers import (
    ARGUMENT,
    DIMENSION,
    ID,
    INDEX_TYPE,
    NAME_TAKEN,
    NO_COLLECTION,
    RECORD,
    TOPK,
    UNEXPECTED,
    done,
    refused,
)
from data import DIM, IDS, ROWS, VECTORS, nearest
from steps import expect, offered, run

warnings.simplefilter("ignore")

from milvus import IndexType, MetricType, Milvus  # noqa: E402  what it warns of is its own
from milvus.client.pool import support_versions  # noqa: E402

logging.disable()  # the client logs every refusal; they are asked for here

HOST, PORT = os.environ["ELANUS_ADDRESS"].split(":")
NAME, BINARY, GROWING = "life", "bits", "growing"
QUERY = VECTORS[17].tolist()

BITS = numpy.packbits(VECTORS > 0.5, axis=1)
"""(ROWS, 1): eight bits a row."""

INDEXES = {
    "flat": (IndexType.FLAT, {}, {}),
    "ivf_flat": (IndexType.IVF_FLAT, {"nlist": 16}, {"nprobe": 16}),
    "ivf_sq8": (IndexType.IVF_SQ8, {"nlist": 16}, {"nprobe": 16}),
    "ivf_sq8h": (IndexType.IVF_SQ8H, {"nlist": 16}, {"nprobe": 16}),
    "ivf_pq": (IndexType.IVF_PQ, {"nlist": 4, "m": 8}, {"nprobe": 4}),
    "hnsw": (IndexType.HNSW, {"M": 16, "efConstruction": 200}, {"ef": 200}),
    "rnsg": (
        IndexType.RNSG,
        {"search_length": 60, "out_degree": 30, "candidate_pool_size": 200, "knng": 60},
        {"search_length": 200},
    ),
    "annoy": (IndexType.ANNOY, {"n_trees": 16}, {"search_k": 600}),
}
"""Type, build parameters, search parameters that look at about every row."""

EXACT = {"flat", "ivf_flat", "hnsw", "annoy"}
"""Find the nearest rows themselves when they look at all of them; the others know the rows only roughly."""


class Life:
    def connect(self):
        self.client = Milvus(host=HOST, port=PORT)

    def server_version(self):
        """The client has compared it with its own already: it would not have connected."""
        version = done(self.client.server_version())
        expect(version.split(".")[:2], support_versions[-1].split(".")[:2])

    def server_status(self):
        expect(done(self.client.server_status()), "OK")

    def commands(self):
        expect(done(self.client._cmd("mode")), "CPU")
        for command in ("tasktable", "get_system_info", "build_commit_id"):
            done(self.client._cmd(command))
        expect(done(self.client._cmd("nonsense")), "Unknown command")

    def config(self):
        expect(done(self.client.get_config("cluster", "enable")), "false")
        refused(ARGUMENT, self.client.get_config("no", "such"))
        refused(UNEXPECTED, self.client.set_config("cache", "cache_size", "4GB"))

    def missing_collection(self):
        expect(done(self.client.has_collection("no_such_collection")), False)
        refused(NO_COLLECTION, self.client.count_entities("no_such_collection"))
        refused(NO_COLLECTION, self.client.drop_collection("no_such_collection"))

    def create_collection(self):
        asked = {"collection_name": NAME, "dimension": DIM, "index_file_size": 64, "metric_type": MetricType.L2}
        done(self.client.create_collection(asked))
        expect(done(self.client.has_collection(NAME)), True)
        refused(NAME_TAKEN, self.client.create_collection(asked))
        refused(NAME_TAKEN, self.client.create_collection({**asked, "collection_name": "9 lives"}))
        refused(DIMENSION, self.client.create_collection({**asked, "collection_name": "x", "dimension": 32769}))
        refused(ARGUMENT, self.client.create_collection({**asked, "collection_name": "x", "index_file_size": 0}))
        expect(done(self.client.list_collections()), [NAME])

    def describe_collection(self):
        schema = done(self.client.get_collection_info(NAME))
        found = (schema.collection_name, schema.dimension, schema.index_file_size, schema.metric_type)
        expect(found, (NAME, DIM, 64, MetricType.L2))

    def insert(self):
        expect(done(self.client.insert(NAME, VECTORS[:300], ids=IDS[:300])), IDS[:300])
        expect(done(self.client.insert(NAME, VECTORS[300:].tolist(), ids=IDS[300:])), IDS[300:])
        refused(ID, self.client.insert(NAME, VECTORS[:2].tolist()))
        refused(DIMENSION, self.client.insert(NAME, [[1.0, 2.0]], ids=[1]))
        refused(RECORD, self.client.insert(NAME, [bytes(DIM)], ids=[1]))
        refused(UNEXPECTED, self.client.insert(NAME, VECTORS[:1].tolist(), ids=[1], partition_tag="none"))

    def search_before_flush(self):
        expect(self._ids({}), nearest(QUERY, 10))

    def flush(self):
        done(self.client.flush([NAME]))
        done(self.client.flush())
        expect(done(self.client.count_entities(NAME)), ROWS)

    def search(self):
        found = done(self.client.search(NAME, 10, VECTORS[:3].tolist(), params={}))
        expect(found.shape, (3, 10))
        expect(found.id_array, [nearest(query, 10) for query in VECTORS[:3]])
        distances = [
            ((VECTORS[ids] - query) ** 2).sum(axis=1) for ids, query in zip(found.id_array, VECTORS[:3], strict=True)
        ]
        assert numpy.allclose(found.distance_array, distances, atol=1e-4)

    def search_for_too_many(self):
        refused(TOPK, self.client.search(NAME, 0, [QUERY], params={}))
        refused(TOPK, self.client.search(NAME, 16385, [QUERY], params={}))
        found = done(self.client.search(NAME, 16384, [QUERY], params={}))
        expect(len(found[0]), ROWS)

    def search_asynchronously(self):
        told = []
        future = self.client.search(NAME, 3, [QUERY], params={}, _async=True, _callback=lambda *all: told.append(all))
        expect(done(future.result()).id_array[0], nearest(QUERY, 3))

    def get_entity_by_id(self):
        found = done(self.client.get_entity_by_id(NAME, [3, 100000, 599]))
        assert numpy.allclose([found[0], found[2]], VECTORS[[3, 599]])
        expect(found[1], [])

    def collection_statistics(self):
        stats = done(self.client.get_collection_stats(NAME))
        expect(stats["row_count"], ROWS)
        expect([one["tag"] for one in stats["partitions"]], ["_default"])
        self.segments = [one["name"] for one in stats["partitions"][0]["segments"]]
        expect({one["index_name"] for one in stats["partitions"][0]["segments"]}, {"IDMAP"})

    def ids_in_segment(self):
        found = [done(self.client.list_id_in_segment(NAME, name)) for name in self.segments]
        expect(sorted(one for ids in found for one in ids), IDS)

    def search_in_segment(self):
        found = done(self.client.search_in_segment(NAME, self.segments, [QUERY], 5, params={}))
        expect(found.id_array[0], nearest(QUERY, 5))
        refused(UNEXPECTED, self.client.search_in_segment(NAME, ["1"], [QUERY], 5, params={}))

    def reload_segments(self):
        done(self.client.reload_segments(NAME, self.segments))

    def partition(self):
        done(self.client.create_partition(NAME, "tag a"))
        refused(NAME_TAKEN, self.client.create_partition(NAME, "tag a"))
        refused(UNEXPECTED, self.client.create_partition(NAME, "_default"))
        expect(done(self.client.has_partition(NAME, "tag a")), True)
        expect(done(self.client.has_partition(NAME, "tag b")), False)
        expect([one.tag for one in done(self.client.list_partitions(NAME))], ["_default", "tag a"])

    def search_in_partition(self):
        done(self.client.insert(NAME, [QUERY], ids=[1000], partition_tag="tag a"))
        done(self.client.flush([NAME]))
        found = done(self.client.search(NAME, 2, [QUERY], partition_tags=["tag.*"], params={}))
        expect(found.id_array, [[1000]])
        found = done(self.client.search(NAME, 2, [QUERY], partition_tags=["_default"], params={}))
        expect(found.id_array, [nearest(QUERY, 2)])
        refused(UNEXPECTED, self.client.search(NAME, 2, [QUERY], partition_tags=["none"], params={}))

    def drop_partition(self):
        done(self.client.drop_partition(NAME, "tag a"))
        refused(UNEXPECTED, self.client.drop_partition(NAME, "tag a"))
        expect(done(self.client.count_entities(NAME)), ROWS)

    def describe_index(self):
        self._expect_index(IndexType.FLAT, {})

    def index_flat(self):
        self._indexed("flat")

    def index_ivf_flat(self):
        self._indexed("ivf_flat")

    def index_ivf_sq8(self):
        self._indexed("ivf_sq8")

    def index_ivf_pq(self):
        self._indexed("ivf_pq")

    def index_hnsw(self):
        self._indexed("hnsw")

    def index_rnsg(self):
        self._indexed("rnsg")

    def index_annoy(self):
        self._indexed("annoy")

    def index_ivf_sq8h(self):
        self._indexed("ivf_sq8h")

    def index_parameters(self):
        refused(ARGUMENT, self.client.create_index(NAME, IndexType.IVF_FLAT, {}), "must contain: nlist")
        refused(ARGUMENT, self.client.create_index(NAME, IndexType.IVF_FLAT, {"nlist": 1000000}), "[1, 999999]")
        refused(ARGUMENT, self.client.create_index(NAME, IndexType.HNSW, {"M": 3, "efConstruction": 200}), "M")
        refused(DIMENSION, self.client.create_index(NAME, IndexType.IVF_PQ, {"nlist": 4, "m": 3}))

    def search_parameters(self):
        self._switch("ivf_flat")
        refused(ARGUMENT, self.client.search(NAME, 3, [QUERY], params={}), "must contain: nprobe")
        refused(ARGUMENT, self.client.search(NAME, 3, [QUERY], params={"nprobe": 0}), "nprobe")

    def drop_index(self):
        done(self.client.drop_index(NAME))
        self._expect_index(IndexType.FLAT, {})
        expect(self._ids({}), nearest(QUERY, 10))

    def create_index_asynchronously(self):
        future = self.client.create_index(NAME, IndexType.HNSW, INDEXES["hnsw"][1], _async=True)
        done(future.result())
        self._expect_index(IndexType.HNSW, INDEXES["hnsw"][1])

    def switch_index(self):
        """Searches go on while the index is replaced over and over: none fails, none finds anything else."""
        self._switch("hnsw")
        other, wrong, searches, switched = Milvus(host=HOST, port=PORT), [], [0], threading.Event()
        params = {"ef": 200, "nprobe": 16}

        def search():
            while not switched.is_set():
                status, found = other.search(NAME, 10, [QUERY], params=params)
                searches[0] += 1
                if not status.OK() or found.id_array[0] != nearest(QUERY, 10):
                    wrong.append((status.message, found))

        searching = threading.Thread(target=search)
        searching.start()
        try:
            for name in ("ivf_flat", "hnsw", "flat", "ivf_flat"):
                self._switch(name)
        finally:
            switched.set()
            searching.join()
        expect(wrong, [])
        assert searches[0] > 10, searches

    def background_index(self):
        """Rows that come later are indexed without being asked for, once they fill an index file."""
        rows, dim = 9000, 128
        vectors = numpy.random.default_rng(1).random((rows, dim), numpy.float32)
        done(self.client.create_collection({"collection_name": GROWING, "dimension": dim, "index_file_size": 1}))
        done(self.client.create_index(GROWING, IndexType.IVF_FLAT, {"nlist": 16}))
        for first in range(0, rows, 1000):
            done(self.client.insert(GROWING, vectors[first : first + 1000].tolist()))
        deadline = time.monotonic() + 60
        while self._indexed_rows(GROWING) < rows and time.monotonic() < deadline:
            time.sleep(0.2)
        expect(self._indexed_rows(GROWING), rows)
        found = done(self.client.search(GROWING, 1, vectors[:5], params={"nprobe": 16}))
        assert numpy.allclose(found.distance_array, 0, atol=1e-4), found.distance_array

    def made_ids(self):
        more = done(self.client.insert(GROWING, numpy.zeros((2, 128)).tolist()))
        assert more[0] < more[1], more
        refused(ID, self.client.insert(GROWING, numpy.zeros((1, 128)).tolist(), ids=[1]))
        done(self.client.drop_collection(GROWING))

    def inner_product(self):
        asked = {"collection_name": "products", "dimension": DIM, "metric_type": MetricType.IP}
        done(self.client.create_collection(asked))
        done(self.client.insert("products", VECTORS.tolist(), ids=IDS))
        found = done(self.client.search("products", 10, [QUERY], params={}))
        products = VECTORS @ VECTORS[17]
        expect(found.id_array[0], numpy.argsort(-products, kind="stable")[:10].tolist())
        assert numpy.allclose(found.distance_array[0], numpy.sort(products)[::-1][:10], atol=1e-4)
        done(self.client.drop_collection("products"))

    def binary_vectors(self):
        asked = {"collection_name": BINARY, "dimension": 8, "metric_type": MetricType.HAMMING}
        done(self.client.create_collection(asked))
        done(self.client.insert(BINARY, [row.tobytes() for row in BITS], ids=IDS))
        self._expect_bits({})
        found = done(self.client.get_entity_by_id(BINARY, [5]))
        expect(found, [BITS[5].tobytes()])
        refused(RECORD, self.client.insert(BINARY, [[1.0]], ids=[1]))

    def binary_index(self):
        done(self.client.create_index(BINARY, IndexType.IVF_FLAT, {"nlist": 4}))
        index = done(self.client.get_index_info(BINARY))
        expect((index.index_type, index.params), (IndexType.IVF_FLAT, {"nlist": 4}))
        self._expect_bits({"nprobe": 4})
        refused(INDEX_TYPE, self.client.create_index(BINARY, IndexType.HNSW, INDEXES["hnsw"][1]))
        done(self.client.drop_index(BINARY))
        expect(done(self.client.get_index_info(BINARY)).index_type, IndexType.FLAT)
        done(self.client.drop_collection(BINARY))

    def load(self):
        done(self.client.load_collection(NAME))

    def release(self):
        """Gives memory back; a search needs no load."""
        done(offered(self.client, "release_collection")(NAME))
        expect(self._ids({"nprobe": 16}), nearest(QUERY, 10))

    def delete(self):
        gone = nearest(QUERY, 2)
        done(self.client.delete_entity_by_id(NAME, [*gone, 100000]))
        done(self.client.flush([NAME]))
        expect(self._ids({"nprobe": 16}, 2), nearest(QUERY, 4)[2:])
        expect(done(self.client.count_entities(NAME)), ROWS - 2)

    def compact(self):
        done(self.client.compact(NAME))
        expect(self._ids({"nprobe": 16}, 2), nearest(QUERY, 4)[2:])

    def drop_collection(self):
        done(self.client.drop_collection(NAME))
        expect(done(self.client.has_collection(NAME)), False)
        expect(done(self.client.list_collections()), [])

    def disconnect(self):
        self.client.close()

    def _indexed(self, name):
        self._switch(name)
        kind, params, searching = INDEXES[name]
        self._expect_index(kind, params)
        found = self._ids(searching)
        common = set(found) & set(nearest(QUERY, 10))
        assert len(common) >= (10 if name in EXACT else 7), (found, nearest(QUERY, 10))

    def _switch(self, name):
        kind, params, _ = INDEXES[name]
        done(self.client.create_index(NAME, kind, params))

    def _expect_index(self, kind, params):
        index = done(self.client.get_index_info(NAME))
        expect((index.collection_name, index.index_type, index.params), (NAME, kind, params))

    def _expect_bits(self, params):
        found = done(self.client.search(BINARY, 5, [BITS[17].tobytes()], params=params))
        differing = numpy.unpackbits(BITS ^ BITS[17], axis=1).sum(axis=1)
        expect(found.distance_array[0], numpy.sort(differing)[:5].tolist())
        expect([differing[one] for one in found.id_array[0]], found.distance_array[0])

    def _indexed_rows(self, name):
        stats = done(self.client.get_collection_stats(name))
        segments = [segment for partition in stats["partitions"] for segment in partition["segments"]]
        return sum(segment["row_count"] for segment in segments if segment["index_name"] == "IVFFLAT")

    def _ids(self, params, topk=10):
        return done(self.client.search(NAME, topk, [QUERY], params=params)).id_array[0]


if __name__ == "__main__":
    run(Life())
