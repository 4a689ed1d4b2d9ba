"""What a client of 1.x sees of collections that newer clients made, whatever is in them."""

from __future__ import annotations

import numpy as np
import pytest
from pymilvus import DataType

import elanus
from elanus.doors.embedded.channel import EmbeddedChannel
from elanus.doors.grpc_v1.messages import RowRecord, path
from elanus.doors.protocols import request_class
from unit.doors.grpc_v1.asking import params, records

DIM = 8
VECTORS = np.random.default_rng(9).random((20, DIM), np.float32)
FLOATS = ("vector", DataType.FLOAT_VECTOR, {"dim": DIM})
FLAT = ("FLAT", "L2", {})
GRAPH = ("HNSW", "L2", {"M": 8, "efConstruction": 64})
CALLS = {
    "DescribeCollection": {},
    "CountCollection": {},
    "ShowCollectionInfo": {},
    "Insert": {"row_record_array": records(VECTORS[:1]), "row_id_array": [1]},
    "GetVectorsByID": {"id_array": [1]},
    "Search": {"query_record_array": records(VECTORS[:1]), "topk": 1},
    "DeleteByID": {"id_array": [1]},
    "CreateIndex": {"index_type": 2, "extra_params": params(nlist=4)},
    "DescribeIndex": {},
    "DropIndex": {},
    "CreatePartition": {"tag": "p"},
    "ShowPartitions": {},
    "PreloadCollection": {},
    "Compact": {},
}


@pytest.fixture
def old(tmp_path):
    with EmbeddedChannel(tmp_path) as channel:
        yield lambda name, **fields: channel.call(path(name), request_class(path(name))(collection_name="t", **fields))


@pytest.fixture
def made(tmp_path):
    """Makes a collection ``t`` with these fields besides an Int64 key, and an index (type, metric, params) on each."""
    client = elanus.MilvusClient(tmp_path)

    def make(fields, *indexes):
        schema = client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        for name, kind, more in fields:
            schema.add_field(name, kind, **more)
        wanted = client.prepare_index_params()
        vectors = [name for name, kind, _ in fields if kind.name.endswith("VECTOR")]
        for name, (kind, metric, build) in zip(vectors, indexes, strict=False):
            wanted.add_index(name, index_type=kind, metric_type=metric, params=build)
        client.create_collection("t", schema=schema)
        if indexes:
            client.create_index("t", wanted)
            client.load_collection("t")
        return client

    yield make
    client.close()


def _status(answer):
    return getattr(answer, "status", answer)


@pytest.mark.parametrize(
    ("fields", "indexes", "why"),
    [
        ([("v", DataType.FLOAT16_VECTOR, {"dim": DIM})], [FLAT], "its vectors are v (Float16Vector)"),
        ([("v", DataType.BFLOAT16_VECTOR, {"dim": DIM})], [FLAT], "its vectors are v (BFloat16Vector)"),
        ([("v", DataType.INT8_VECTOR, {"dim": DIM})], [GRAPH], "its vectors are v (Int8Vector)"),
        ([("v", DataType.SPARSE_FLOAT_VECTOR, {})], [("SPARSE_INVERTED_INDEX", "IP", {})], "(SparseFloatVector)"),
        ([FLOATS, ("w", DataType.FLOAT_VECTOR, {"dim": 2})], [FLAT, FLAT], "vector (FloatVector), w (FloatVector)"),
        ([FLOATS], [("FLAT", "COSINE", {})], "its metric is COSINE"),
        (
            [("v", DataType.BINARY_VECTOR, {"dim": 64})],
            [("MINHASH_LSH", "MHJACCARD", {"mh_element_bit_width": 32})],
            "its metric is MHJACCARD",
        ),
        ([FLOATS], [], "it has no index, and so no metric"),
    ],
    ids=["float16", "bfloat16", "int8", "sparse", "two vectors", "cosine", "minhash", "no index"],
)
def test_every_call_on_what_1x_cannot_express_says_why(old, made, fields, indexes, why):
    client = made(fields, *indexes)
    for name, sent in CALLS.items():
        status = _status(old(name, **sent))
        assert status.error_code == 1, name
        assert status.reason.startswith("collection t cannot be used by a Milvus 1.x client: "), name
        assert why in status.reason, name
    assert client.has_collection("t")
    assert old("HasCollection").bool_reply, "its name is taken"
    assert _status(old("DropCollection")).error_code == 0
    assert not client.has_collection("t")


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("price", DataType.INT64, {}),
        ("title", DataType.VARCHAR, {"max_length": 9}),
        ("facts", DataType.JSON, {}),
        ("tags", DataType.ARRAY, {"element_type": DataType.INT64, "max_capacity": 4}),
        ("owner", DataType.INT64, {"is_partition_key": True}),
    ],
    ids=["number", "text", "json", "array", "partition key"],
)
def test_a_field_that_rows_must_have_can_be_searched_past_and_not_inserted_without(old, made, name, kind, more):
    client = made([FLOATS, (name, kind, more)], FLAT)
    value = {"price": 5, "title": "a", "facts": {}, "tags": [1], "owner": 1}[name]
    client.insert("t", [{"id": i, "vector": row.tolist(), name: value} for i, row in enumerate(VECTORS)])
    assert list(old("Search", query_record_array=records(VECTORS[3:4]), topk=1).ids) == [3]
    assert old("CountCollection").collection_row_count == len(VECTORS)
    refused = _status(old("Insert", row_record_array=records(VECTORS[:1]), row_id_array=[100]))
    assert refused.error_code == 1
    assert f"its rows need {name} (" in refused.reason
    assert _status(old("DeleteByID", id_array=[3])).error_code == 0
    assert list(old("Search", query_record_array=records(VECTORS[3:4]), topk=1).ids) != [3]


@pytest.mark.parametrize("more", [{"nullable": True}, {"default_value": 5}], ids=["nullable", "default"])
def test_a_field_that_rows_may_lack_is_no_hindrance(old, made, more):
    client = made([FLOATS, ("price", DataType.INT64, more)], FLAT)
    assert list(old("Insert", row_record_array=records(VECTORS[:1]), row_id_array=[7]).vector_id_array) == [7]
    assert client.get("t", [7], output_fields=["price"])[0]["price"] == more.get("default_value")


def test_partitions_of_a_partition_key_are_not_touched(old, made):
    client = made([FLOATS, ("owner", DataType.INT64, {"is_partition_key": True})], FLAT)
    before = client.list_partitions("t")
    for call, tag in (("CreatePartition", "p"), ("DropPartition", before[-1])):
        refused = _status(old(call, tag=tag))
        assert refused.error_code == 5
        assert "partition key" in refused.reason
    assert client.list_partitions("t") == before


def test_binary_vectors_are_known_to_both(old, made):
    client = made([("v", DataType.BINARY_VECTOR, {"dim": 16})], ("BIN_FLAT", "HAMMING", {}))
    client.insert("t", [{"id": i, "v": bytes([i, 255])} for i in range(4)])
    record = [RowRecord(binary_data=bytes([3, 255])).SerializeToString()]
    assert list(old("Search", query_record_array=record, topk=1).ids) == [3]
    assert _status(old("Insert", row_record_array=record, row_id_array=[9])).error_code == 0
    assert client.get("t", [9], output_fields=["v"])[0]["v"] == [bytes([3, 255])]


def test_an_index_of_a_type_that_1x_lacks_is_served_and_not_described(old, made):
    client = made([FLOATS], ("SCANN", "L2", {"nlist": 4}))
    client.insert("t", [{"id": i, "vector": row.tolist()} for i, row in enumerate(VECTORS)])
    assert _status(old("DescribeIndex")).error_code == 8
    found = old("Search", query_record_array=records(VECTORS[3:4]), topk=1, extra_params=params(nprobe=4))
    assert list(found.ids) == [3]
    assert _status(old("CreateIndex", index_type=2, extra_params=params(nlist=4))).error_code == 0
    assert client.describe_index("t", client.list_indexes("t")[0])["index_type"] == "IVF_FLAT"
