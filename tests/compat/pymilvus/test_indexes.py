"""The life of an index as a client sees it."""

from __future__ import annotations

import time

import numpy as np
import pytest
from pymilvus import DataType, MilvusException


@pytest.fixture
def unindexed(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=16)
    client.create_collection(name, schema=schema)
    return name


def _index(client, **params):
    return client.prepare_index_params("vector", metric_type="L2", **params)


def test_describe_tells_what_the_user_sent(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="IVF_FLAT", index_name="mine", params={"nlist": 32}))
    told = client.describe_index(unindexed, "mine")
    assert told == {
        "index_type": "IVF_FLAT",
        "metric_type": "L2",
        "nlist": "32",
        "field_name": "vector",
        "index_name": "mine",
        "total_rows": 0,
        "indexed_rows": 0,
        "pending_index_rows": 0,
        "state": "Finished",
    }
    assert client.list_indexes(unindexed) == ["mine"]
    assert client.list_indexes(unindexed, "id") == []


def test_default_name_is_the_field(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="FLAT"))
    assert client.list_indexes(unindexed) == ["vector"]


def test_no_index(client, unindexed):
    assert client.list_indexes(unindexed) == []
    assert client.describe_index(unindexed, "vector") is None
    client.drop_index(unindexed, "vector")


def test_build_progress_ends_at_all_rows(client, unindexed):
    rng = np.random.default_rng(1)
    rows = rng.random((3000, 16), dtype=np.float32)
    client.insert(unindexed, [{"id": i, "vector": row.tolist()} for i, row in enumerate(rows)])
    client.flush(unindexed)
    client.create_index(unindexed, _index(client, index_type="HNSW", params={"M": 8, "efConstruction": 64}))
    deadline = time.monotonic() + 60
    while (told := client.describe_index(unindexed, "vector"))["state"] != "Finished":
        assert told["indexed_rows"] + told["pending_index_rows"] == told["total_rows"] == 3000
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (told["indexed_rows"], told["pending_index_rows"], told["total_rows"]) == (3000, 0, 3000)
    client.load_collection(unindexed)
    found = client.search(unindexed, rows[:50].tolist(), limit=1, search_params={"params": {"ef": 64}})
    assert sum(hits[0]["id"] == i for i, hits in enumerate(found)) >= 49


def test_search_parameters_are_held_to_the_index_before_it_is_built(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="HNSW", params={"M": 8, "efConstruction": 64}))
    client.insert(unindexed, [{"id": i, "vector": [float(i)] * 16} for i in range(30)])
    client.load_collection(unindexed)
    asked = {"data": [[1.0] * 16], "limit": 10, "consistency_level": "Strong"}
    for wrong in ({"ef": 5}, {"ef": "nonsense"}, {"ef": 12.5}, {"ef": 2**40}):
        with pytest.raises(MilvusException, match="ef"):
            client.search(unindexed, search_params={"params": wrong}, **asked)
    assert len(client.search(unindexed, search_params={"params": {"ef": 16, "nprobe": "nonsense"}}, **asked)[0]) == 10


def test_create_again(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="HNSW", params={"M": 8, "efConstruction": 64}))
    client.create_index(unindexed, _index(client, index_type="HNSW", params={"M": 8, "efConstruction": 64}))
    with pytest.raises(MilvusException, match="at most one distinct index is allowed per field"):
        client.create_index(unindexed, _index(client, index_type="IVF_FLAT", params={"nlist": 16}))
    with pytest.raises(MilvusException, match="creating multiple indexes on same field is not supported"):
        client.create_index(unindexed, _index(client, index_type="FLAT", index_name="other"))


def test_drop_needs_release(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="FLAT"))
    client.load_collection(unindexed)
    with pytest.raises(MilvusException, match="vector index cannot be dropped on loaded collection") as refused:
        client.drop_index(unindexed, "vector")
    assert refused.value.code == 1100
    client.release_collection(unindexed)
    client.drop_index(unindexed, "vector")
    assert client.list_indexes(unindexed) == []


def test_alter_properties(client, unindexed):
    client.create_index(unindexed, _index(client, index_type="FLAT"))
    client.alter_index_properties(unindexed, "vector", {"mmap.enabled": True})
    assert client.describe_index(unindexed, "vector")["mmap.enabled"] == "True"
    client.drop_index_properties(unindexed, "vector", ["mmap.enabled"])
    assert "mmap.enabled" not in client.describe_index(unindexed, "vector")
    with pytest.raises(MilvusException, match="nlist is not a configable index property"):
        client.alter_index_properties(unindexed, "vector", {"nlist": 3})
    client.load_collection(unindexed)
    with pytest.raises(MilvusException, match="can't alter index on loaded collection") as refused:
        client.alter_index_properties(unindexed, "vector", {"mmap.enabled": False})
    assert refused.value.code == 104


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"index_type": "NOPE"}, "invalid index type: NOPE"),
        ({"index_type": "IVF_FLAT", "params": {"nlist": 0}}, "nlist"),
        ({"index_type": "IVF_FLAT", "metric_type": "HAMMING"}, "does not support metric type: HAMMING"),
        ({"index_type": "FLAT", "index_name": "1x"}, "The first character of a index name must be"),
        ({"index_type": "FLAT", "index_name": "a-b"}, "Index name can only contain numbers, letters, and underscores"),
    ],
)
def test_refusals_leave_no_index(client, unindexed, params, text):
    wanted = {"metric_type": "L2", **params}
    with pytest.raises(MilvusException, match=text):
        client.create_index(unindexed, client.prepare_index_params("vector", **wanted))
    assert client.list_indexes(unindexed) == []


def test_index_on_no_field(client, unindexed):
    with pytest.raises(MilvusException, match="cannot create index on non-exist field: nope"):
        client.create_index(unindexed, client.prepare_index_params("nope", index_type="FLAT", metric_type="L2"))
