"""One collection, seen by a client of 1.x and by pymilvus of today."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import elanus
from elanus.doors.embedded.channel import EmbeddedChannel
from elanus.doors.grpc_v1.messages import path
from elanus.doors.protocols import request_class
from unit.doors.grpc_v1.asking import params, records

DIM = 4
VECTORS = np.random.default_rng(9).random((50, DIM), np.float32)


@pytest.fixture
def old(tmp_path) -> Iterator:
    channel = EmbeddedChannel(tmp_path)
    yield lambda name, **fields: channel.call(path(name), request_class(path(name))(**fields))
    channel.close()


@pytest.fixture
def new(tmp_path) -> Iterator[elanus.MilvusClient]:
    client = elanus.MilvusClient(tmp_path)
    yield client
    client.close()


def test_a_collection_of_1x_is_one_of_today(old, new) -> None:
    old("CreateCollection", collection_name="t", dimension=DIM, index_file_size=64, metric_type=1)
    old("Insert", collection_name="t", row_record_array=records(VECTORS), row_id_array=range(50))
    described = new.describe_collection("t")
    assert [(field["name"], field.get("is_primary", False)) for field in described["fields"]] == [
        ("id", True),
        ("vector", False),
    ]
    assert new.describe_index("t", "_default_idx")["index_type"] == "FLAT"
    hits = new.search("t", [VECTORS[7].tolist()], limit=1)[0]
    assert (hits[0]["id"], hits[0]["distance"]) == (7, 0.0)
    new.delete("t", ids=[7])
    assert list(old("GetVectorsByID", collection_name="t", id_array=[7]).vectors_data) == [b""]
    assert old("CountCollection", collection_name="t").collection_row_count == 49


def test_a_collection_of_today_is_one_of_1x(old, new) -> None:
    new.create_collection("quick", dimension=DIM, metric_type="IP")
    new.insert("quick", [{"id": i, "vector": row.tolist()} for i, row in enumerate(VECTORS)])
    described = old("DescribeCollection", collection_name="quick")
    assert (described.status.error_code, described.dimension, described.metric_type) == (0, DIM, 2)
    found = old("Search", collection_name="quick", query_record_array=records(VECTORS[:1]), topk=3)
    assert list(found.ids) == (VECTORS @ -VECTORS[0]).argsort()[:3].tolist()
    assert old("DescribeIndex", collection_name="quick").status.error_code == 8
    status = old("CreateIndex", collection_name="quick", index_type=2, extra_params=params(nlist=4))
    assert (status.error_code, old("DescribeIndex", collection_name="quick").index_type) == (0, 2)
    without_ids = old("Insert", collection_name="quick", row_record_array=records(VECTORS[:1])).status
    assert (without_ids.error_code, "user-defined" in without_ids.reason) == (12, True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"metric_type": "COSINE"}, "its metric is COSINE"),
        ({"metric_type": "L2", "id_type": "string", "max_length": 9}, "its primary key id is no Int64"),
    ],
)
def test_what_1x_has_no_word_for_is_refused(old, new, options, why) -> None:
    new.create_collection("t", dimension=DIM, **options)
    status = old("DescribeCollection", collection_name="t").status
    assert status.error_code == 1
    assert f"collection t cannot be used by a Milvus 1.x client: {why}" in status.reason
    assert list(old("ShowCollections").collection_names) == []
    assert old("HasCollection", collection_name="t").bool_reply


def test_an_id_inserted_twice_is_found_once(old) -> None:
    """Milvus 1.x would return both rows; here the newer one supersedes, and both are counted until compacted."""
    old("CreateCollection", collection_name="t", dimension=DIM, index_file_size=64, metric_type=1)
    for row in VECTORS[:2]:
        old("Insert", collection_name="t", row_record_array=records([row]), row_id_array=[1])
    found = old("Search", collection_name="t", query_record_array=records(VECTORS[1:2]), topk=2)
    assert (list(found.ids), found.distances[0]) == ([1, -1], 0.0)
    assert old("CountCollection", collection_name="t").collection_row_count == 2


def test_it_is_all_there_after_a_restart(tmp_path) -> None:
    for opened in range(2):
        channel = EmbeddedChannel(tmp_path)
        try:

            def call(name, channel=channel, **fields):
                return channel.call(path(name), request_class(path(name))(**fields))

            if not opened:
                call("CreateCollection", collection_name="t", dimension=DIM, index_file_size=7, metric_type=1)
                call("Insert", collection_name="t", row_record_array=records(VECTORS), row_id_array=range(50))
            else:
                assert call("DescribeCollection", collection_name="t").index_file_size == 7
                found = call("Search", collection_name="t", query_record_array=records(VECTORS[3:4]), topk=1)
                assert list(found.ids) == [3]
                assert (
                    call("Insert", collection_name="t", row_record_array=records(VECTORS[:1])).status.error_code == 12
                )
        finally:
            channel.close()


@pytest.mark.parametrize("given", [True, False])
def test_both_insert_into_a_collection_of_1x(old, new, given) -> None:
    old("CreateCollection", collection_name="t", dimension=DIM, index_file_size=64, metric_type=1)
    old("Insert", collection_name="t", row_record_array=records(VECTORS[:10]), row_id_array=range(10) if given else [])
    row = {"vector": VECTORS[10].tolist()}
    new.insert("t", [{"id": 10, **row} if given else row])
    assert old("CountCollection", collection_name="t").collection_row_count == 11
    found = old("Search", collection_name="t", query_record_array=records(VECTORS[10:11]), topk=1)
    assert found.distances[0] == 0.0
    if given:
        assert list(found.ids) == [10]
        new.upsert("t", [{"id": 10, "vector": VECTORS[11].tolist()}])
        found = old("Search", collection_name="t", query_record_array=records(VECTORS[11:12]), topk=1)
        assert (list(found.ids), found.distances[0]) == ([10], 0.0)
