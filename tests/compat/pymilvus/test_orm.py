"""pymilvus's ORM on a data directory."""

from __future__ import annotations

import pytest
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections, utility

import elanus

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # pymilvus is about to remove the ORM


@pytest.fixture
def connected(tmp_path):
    elanus.connect(tmp_path / "orm.db", alias="orm")
    yield "orm"
    connections.disconnect("orm")


def test_orm_story(connected, vectors):
    fields = [FieldSchema("id", DataType.INT64, is_primary=True), FieldSchema("v", DataType.FLOAT_VECTOR, dim=8)]
    collection = Collection("books", CollectionSchema(fields), using=connected)
    collection.insert([list(range(100)), vectors[:100].tolist()])
    collection.flush()
    assert collection.num_entities == 100
    collection.create_index("v", {"index_type": "IVF_FLAT", "metric_type": "L2", "params": {"nlist": 4}})
    assert collection.has_index()
    assert collection.index().params["index_type"] == "IVF_FLAT"
    collection.load()
    assert utility.loading_progress("books", using=connected) == {"loading_progress": "100%"}
    hits = collection.search([vectors[3].tolist()], "v", {"metric_type": "L2", "params": {"nprobe": 4}}, limit=2)
    assert hits[0].ids[0] == 3
    assert collection.query("id in [1, 2]", output_fields=["id"]) == [{"id": 1}, {"id": 2}]
    collection.release()
    collection.drop_index()
    assert not collection.has_index()
    utility.drop_collection("books", using=connected)
    assert utility.list_collections(using=connected) == []
