"""The life cycle of pymilvus 1.x over HTTP: every method that its HTTP handler has."""

import os

import numpy
from answers import ARGUMENT, DIMENSION, NAME_TAKEN, NO_COLLECTION, TOPK, UNEXPECTED, done, refused
from data import DIM, IDS, ROWS, VECTORS, nearest
from life import BINARY, BITS, EXACT, INDEXES, NAME, QUERY
from milvus import IndexType, MetricType, Milvus
from steps import Absent, expect, run

HOST, PORT = os.environ["ELANUS_ADDRESS_1X"].split(":")


class OverHttp:
    def connect(self):
        self.client = Milvus(host=HOST, port=PORT, handler="HTTP")

    def server_version(self):
        expect(done(self.client.server_version()), "1.1.1")

    def server_status(self):
        expect(done(self.client.server_status()), "OK")

    def commands(self):
        expect(done(self.client._cmd("mode")), "CPU")
        expect(done(self.client._cmd("nonsense")), "Unknown command")

    def config(self):
        expect(done(self.client.get_config("cluster", "enable")), "false")
        refused(UNEXPECTED, self.client.get_config("no", "such"), "not supported")
        refused(UNEXPECTED, self.client.set_config("cache", "cache_size", "4GB"), "given when it starts")

    def missing_collection(self):
        expect(done(self.client.has_collection("no_such_collection")), False)
        refused(NO_COLLECTION, self.client.count_entities("no_such_collection"))
        refused(NO_COLLECTION, self.client.drop_collection("no_such_collection"))

    def create_collection(self):
        asked = {"collection_name": NAME, "dimension": DIM, "index_file_size": 64, "metric_type": MetricType.L2}
        done(self.client.create_collection(asked))
        expect(done(self.client.has_collection(NAME)), True)
        refused(NAME_TAKEN, self.client.create_collection(asked))
        expect(done(self.client.list_collections()), [NAME])

    def describe_collection(self):
        schema = done(self.client.get_collection_info(NAME))
        found = (schema.collection_name, schema.dimension, schema.index_file_size, schema.metric_type)
        expect(found, (NAME, DIM, 64, MetricType.L2))

    def insert(self):
        expect(done(self.client.insert(NAME, VECTORS.tolist(), ids=IDS)), IDS)
        refused(DIMENSION, self.client.insert(NAME, [[1.0, 2.0]], ids=[1]))

    def search_before_flush(self):
        expect(self._ids({}), nearest(QUERY, 10))

    def flush(self):
        done(self.client.flush([NAME]))
        expect(done(self.client.count_entities(NAME)), ROWS)

    def search(self):
        found = done(self.client.search(NAME, 10, VECTORS[:3].tolist(), params={}))
        for query, hits in zip(VECTORS[:3], found, strict=True):
            expect([hit.id for hit in hits], nearest(query, 10))
            wanted = ((VECTORS[[hit.id for hit in hits]] - query) ** 2).sum(axis=1)
            assert numpy.allclose([hit.distance for hit in hits], wanted, atol=1e-4)

    def search_for_too_many(self):
        refused(TOPK, self.client.search(NAME, 16385, [QUERY], params={}))

    def search_by_id(self):
        """The public method went with 1.0; what it called is there."""
        found = done(self.client._connection().search_by_ids(NAME, [17], 10, search_params={"nprobe": 1}))
        expect([hit.id for hit in found[0]], nearest(QUERY, 10))

    def get_entity_by_id(self):
        found = done(self.client.get_entity_by_id(NAME, [3, 599]))
        assert numpy.allclose(found, VECTORS[[3, 599]])

    def collection_statistics(self):
        stats = done(self.client.get_collection_stats(NAME))
        expect(stats["row_count"], ROWS)
        self.segments = [one["name"] for one in stats["partitions"][0]["segments"]]

    def ids_in_segment(self):
        found = [done(self.client.list_id_in_segment(NAME, name)) for name in self.segments]
        expect(sorted(one for ids in found for one in ids), IDS)

    def search_in_segment(self):
        found = done(self.client.search_in_segment(NAME, self.segments, [QUERY], 5, params={}))
        expect([hit.id for hit in found[0]], nearest(QUERY, 5))

    def reload_segments(self):
        try:
            self.client.reload_segments(NAME, self.segments)
        except NotImplementedError as missing:
            raise Absent(str(missing)) from None

    def partition(self):
        done(self.client.create_partition(NAME, "tag a"))
        refused(NAME_TAKEN, self.client.create_partition(NAME, "tag a"))
        expect(done(self.client.has_partition(NAME, "tag a")), True)
        expect([one.tag for one in done(self.client.list_partitions(NAME))], ["_default", "tag a"])

    def search_in_partition(self):
        done(self.client.insert(NAME, [QUERY], ids=[1000], partition_tag="tag a"))
        expect(self._ids({}, 2, partition_tags=["tag.*"]), [1000])
        expect(self._ids({}, 2, partition_tags=["_default"]), nearest(QUERY, 2))

    def drop_partition(self):
        done(self.client.drop_partition(NAME, "tag a"))
        refused(UNEXPECTED, self.client.drop_partition(NAME, "tag a"))

    def every_index(self):
        for name, (kind, params, searching) in INDEXES.items():
            done(self.client.create_index(NAME, kind, params))
            index = done(self.client.get_index_info(NAME))
            expect((index.collection_name, index.index_type, index.params), (NAME, kind, params))
            common = set(self._ids(searching)) & set(nearest(QUERY, 10))
            assert len(common) >= (10 if name in EXACT else 7), (name, common)

    def index_parameters(self):
        refused(ARGUMENT, self.client.create_index(NAME, IndexType.IVF_FLAT, {}), "must contain: nlist")
        refused(ARGUMENT, self.client.create_index(NAME, IndexType.IVF_FLAT, {"nlist": 1000000}), "[1, 999999]")

    def drop_index(self):
        done(self.client.drop_index(NAME))
        expect(done(self.client.get_index_info(NAME)).index_type, IndexType.FLAT)
        expect(self._ids({}), nearest(QUERY, 10))

    def binary_vectors(self):
        done(self.client.create_collection({
            "collection_name": BINARY, "dimension": 8, "metric_type": MetricType.HAMMING,
        }))  # fmt: skip
        done(self.client.insert(BINARY, [row.tobytes() for row in BITS], ids=IDS))
        hits = done(self.client.search(BINARY, 5, [BITS[17].tobytes()], params={}))[0]
        differing = numpy.unpackbits(BITS ^ BITS[17], axis=1).sum(axis=1)
        expect([hit.distance for hit in hits], numpy.sort(differing)[:5].tolist())
        expect(done(self.client.get_entity_by_id(BINARY, [5])), [BITS[5].tobytes()])
        done(self.client.drop_collection(BINARY))

    def load(self):
        done(self.client.load_collection(NAME))

    def release(self):
        done(self.client.release_collection(NAME))
        expect(self._ids({}), nearest(QUERY, 10))

    def delete(self):
        done(self.client.delete_entity_by_id(NAME, nearest(QUERY, 2)))
        expect(self._ids({}, 2), nearest(QUERY, 4)[2:])

    def compact(self):
        done(self.client.compact(NAME))
        expect(done(self.client.count_entities(NAME)), ROWS - 2)

    def drop_collection(self):
        done(self.client.drop_collection(NAME))
        expect(done(self.client.list_collections()), [])

    def disconnect(self):
        self.client.close()

    def _ids(self, params, topk=10, **more):
        return [hit.id for hit in done(self.client.search(NAME, topk, [QUERY], params=params, **more))[0]]


if __name__ == "__main__":
    run(OverHttp())
