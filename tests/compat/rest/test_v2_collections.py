"""v2: collections, partitions, aliases, databases, indexes; what REST makes pymilvus finds, and the other way round."""

from __future__ import annotations

import time

import pytest
from pymilvus import DataType, MilvusClient

SCHEMA = {
    "autoID": False,
    "enableDynamicField": True,
    "fields": [
        {"fieldName": "key", "dataType": "VarChar", "isPrimary": True, "elementTypeParams": {"max_length": 64}},
        {"fieldName": "embedding", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}},
        {"fieldName": "tags", "dataType": "Array", "elementDataType": "VarChar",
         "elementTypeParams": {"max_capacity": 4, "max_length": 16}},
        {"fieldName": "price", "dataType": "Double", "nullable": True},
        {"fieldName": "stock", "dataType": "Int32", "defaultValue": 7},
    ],
}  # fmt: skip


@pytest.fixture
def shop(rest, name):
    """A collection with a schema and an index, loaded."""
    rest.v2(
        "collections/create",
        collectionName=name,
        schema=SCHEMA,
        indexParams=[{"fieldName": "embedding", "indexName": "by_meaning", "metricType": "COSINE",
                      "indexType": "HNSW", "params": {"M": 8, "efConstruction": 64}}],
        params={"consistencyLevel": "Strong", "ttlSeconds": 3600},
    )  # fmt: skip
    return name


def test_quick_setup_is_what_the_quick_setup_of_pymilvus_makes(rest, client, name):
    rest.v2("collections/create", collectionName=name, dimension=5)
    client.create_collection(f"{name}_other", dimension=5)
    mine, other = client.describe_collection(name), client.describe_collection(f"{name}_other")
    for one in (mine, other):
        for key in ("collection_name", "collection_id", "created_timestamp", "update_timestamp", "consistency_level"):
            del one[key]
    assert mine == other
    assert client.describe_index(name, "vector")["metric_type"] == "COSINE"
    assert rest.v2("collections/get_load_state", collectionName=name) == {
        "loadState": "LoadStateLoaded",
        "loadProgress": 100,
    }


def test_quick_setup_with_text_keys(rest, name):
    rest.v2("collections/create", collectionName=name, dimension=2, idType="VarChar", metricType="IP",
            primaryFieldName="pk", vectorFieldName="v", params={"max_length": 20})  # fmt: skip
    described = rest.v2("collections/describe", collectionName=name)
    assert [(one["name"], one["type"], one["params"]) for one in described["fields"]] == [
        ("pk", "VarChar", [{"key": "max_length", "value": "20"}]),
        ("v", "FloatVector", [{"key": "dim", "value": "2"}]),
    ]
    assert described["indexes"] == [{"indexName": "v", "fieldName": "v", "metricType": "IP"}]
    assert described["enableDynamicField"] is True


def test_schema_form_is_described_to_both(rest, client, shop):
    described = rest.v2("collections/describe", collectionName=shop)
    assert described["consistencyLevel"] == "Strong"
    assert described["load"] == "LoadStateLoaded"
    assert described["properties"] == [{"key": "collection.ttl.seconds", "value": "3600"}]
    assert described["indexes"] == [{"indexName": "by_meaning", "fieldName": "embedding", "metricType": "COSINE"}]
    fields = {one["name"]: one for one in described["fields"]}
    assert fields["key"]["primaryKey"] is True
    assert fields["tags"]["elementType"] == "VarChar"
    assert fields["price"]["nullable"] is True
    assert fields["stock"]["defaultValue"] == 7
    by_grpc = client.describe_collection(shop)
    assert [(one["name"], one["type"]) for one in by_grpc["fields"]] == [
        ("key", DataType.VARCHAR),
        ("embedding", DataType.FLOAT_VECTOR),
        ("tags", DataType.ARRAY),
        ("price", DataType.DOUBLE),
        ("stock", DataType.INT32),
    ]


def test_schema_without_indexes_is_not_loaded(rest, name):
    rest.v2("collections/create", collectionName=name, schema=SCHEMA)
    assert rest.v2("indexes/list", collectionName=name) == []
    assert rest.v2("collections/get_load_state", collectionName=name) == {"loadState": "LoadStateNotLoad"}


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({}, 1100, "dimension is required"),
        ({"dimension": 1}, 1100, "invalid dimension"),
        ({"dimension": 4, "metricType": "NEAREST"}, 1100, "NEAREST"),
        ({"dimension": 4, "idType": "Float"}, 1100, "primary key should be Int64 or VarChar"),
        ({"schema": {"fields": [{"fieldName": "a", "dataType": "int64"}]}}, 1100, "case sensitive"),
        ({"schema": {"fields": [{"dataType": "Int64"}]}}, 1802, "schema.fields.fieldName is required"),
        ({"dimension": 4, "params": {"consistencyLevel": "Loose"}}, 1100, "consistencyLevel can only be"),
    ],
)  # fmt: skip
def test_refused_collection_leaves_no_trace(rest, client, name, body, code, said):
    got, message = rest.refused("collections/create", collectionName=name, **body)
    assert got == code
    assert said in message
    assert not client.has_collection(name)


def test_making_a_collection_again_with_another_index_is_refused_and_harms_nothing(rest, filled):
    made = {"collectionName": filled, "dimension": 8}
    assert rest.refused("collections/create", **made, metricType="IP")[0] == 65535
    assert rest.v2("collections/get_stats", collectionName=filled) == {"rowCount": 200}
    rest.v2("collections/create", **made, metricType="L2")


def test_life_of_a_collection(rest, client, filled):
    assert rest.v2("collections/has", collectionName=filled) == {"has": True}
    assert filled in rest.v2("collections/list")
    assert rest.v2("collections/get_stats", collectionName=filled) == {"rowCount": 200}
    rest.v2("collections/rename", collectionName=filled, newCollectionName=f"{filled}_renamed")
    assert client.has_collection(f"{filled}_renamed")
    rest.v2("collections/rename", collectionName=f"{filled}_renamed", newCollectionName=filled)
    rest.v2("collections/release", collectionName=filled)
    assert str(client.get_load_state(filled)["state"]) == "NotLoad"
    rest.v2("collections/load", collectionName=filled)
    rest.v2("collections/refresh_load", collectionName=filled)
    assert str(client.get_load_state(filled)["state"]) == "Loaded"
    rest.v2("collections/truncate", collectionName=filled)
    assert rest.v2("collections/get_stats", collectionName=filled) == {"rowCount": 0}
    rest.v2("collections/drop", collectionName=filled)
    assert rest.v2("collections/has", collectionName=filled) == {"has": False}
    rest.v2("collections/drop", collectionName=filled)


def test_properties(rest, client, shop):
    rest.v2("collections/alter_properties", collectionName=shop, properties={"collection.ttl.seconds": 60})
    assert client.describe_collection(shop)["properties"]["collection.ttl.seconds"] == "60"
    rest.v2("collections/drop_properties", collectionName=shop, propertyKeys=["collection.ttl.seconds"])
    assert "collection.ttl.seconds" not in client.describe_collection(shop).get("properties", {})
    rest.v2("collections/fields/alter_properties", collectionName=shop, fieldName="key", fieldParams={"max_length": 99})
    assert client.describe_collection(shop)["fields"][0]["params"]["max_length"] == 99


def test_flush_and_compact(rest, client, filled):
    rest.v2("collections/flush", collectionName=filled)
    client.delete(filled, filter="n < 150")
    job = rest.v2("collections/compact", collectionName=filled)["compactionID"]
    deadline = time.monotonic() + 30
    while (state := rest.v2("collections/get_compaction_state", jobID=job))["state"] != "Completed":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert state["compactionID"] == job
    assert rest.v2("entities/query", collectionName=filled, outputFields=["count(*)"]) == [{"count(*)": 50}]


def test_partitions(rest, client, filled, vectors):
    rest.v2("partitions/create", collectionName=filled, partitionName="p")
    assert rest.v2("partitions/has", collectionName=filled, partitionName="p") == {"has": True}
    assert rest.v2("partitions/list", collectionName=filled) == client.list_partitions(filled) == ["_default", "p"]
    rest.v2(
        "entities/insert", collectionName=filled, partitionName="p", data={"id": 900, "vector": vectors[0].tolist()}
    )
    assert rest.v2("partitions/get_stats", collectionName=filled, partitionName="p") == {"rowCount": 1}
    found = rest.v2("entities/search", collectionName=filled, data=[vectors[0].tolist()], partitionNames=["p"])
    assert [hit["id"] for hit in found] == [900]
    rest.v2("partitions/release", collectionName=filled, partitionNames=["p"])
    code, _ = rest.refused("entities/query", collectionName=filled, filter="id == 900", partitionNames=["p"])
    assert code == 201
    rest.v2("partitions/load", collectionName=filled, partitionNames=["p"])
    rest.v2("partitions/release", collectionName=filled, partitionNames=["p"])
    rest.v2("partitions/drop", collectionName=filled, partitionName="p")
    assert client.list_partitions(filled) == ["_default"]


def test_aliases(rest, client, filled, stored):
    alias = f"{filled}_alias"
    rest.v2("aliases/create", collectionName=filled, aliasName=alias)
    assert rest.v2("aliases/list", collectionName=filled) == [alias]
    assert alias in rest.v2("aliases/list")
    described = {"dbName": "default", "collectionName": filled, "aliasName": alias}
    assert rest.v2("aliases/describe", aliasName=alias) == described
    rest.v2("aliases/alter", collectionName=stored, aliasName=alias)
    assert client.describe_alias(alias)["collection_name"] == stored
    rest.v2("aliases/drop", aliasName=alias)
    assert alias not in rest.v2("aliases/list")


def test_databases(rest, server, name):
    rest.v2("databases/create", dbName="shelf", properties={"database.replica.number": 1})
    assert rest.v2("databases/list") == ["default", "shelf"]
    rest.v2("databases/alter", dbName="shelf", properties={"database.max.collections": "10"})
    rest.v2("databases/alter_properties", dbName="shelf", properties={"database.max.collections": "11"})
    rest.v2("databases/drop_properties", dbName="shelf", propertyKeys=["database.replica.number"])
    described = rest.v2("databases/describe", dbName="shelf")
    assert described["dbName"] == "shelf"
    assert {"key": "database.max.collections", "value": "11"} in described["properties"]
    rest.v2("collections/create", dbName="shelf", collectionName=name, dimension=2)
    assert rest.v2("collections/list", dbName="shelf") == [name]
    _, by_header = rest.ask("POST", "/v2/vectordb/collections/list", {}, {"DB-Name": "shelf"})
    assert by_header["data"] == [name]
    assert MilvusClient(server.uri, db_name="shelf").list_collections() == [name]
    rest.v2("collections/drop", dbName="shelf", collectionName=name)
    rest.v2("databases/drop", dbName="shelf")
    assert rest.refused("collections/list", dbName="shelf")[0] == 800


def test_index_is_described_as_pymilvus_sees_it(rest, client, filled):
    rest.v2("collections/release", collectionName=filled)
    rest.v2("indexes/drop", collectionName=filled, indexName="vector")
    assert rest.v2("indexes/list", collectionName=filled) == []
    assert rest.refused("indexes/describe", collectionName=filled, indexName="vector")[0] == 700
    rest.v2("indexes/create", collectionName=filled, indexParams=[
        {"fieldName": "vector", "indexName": "near", "metricType": "L2", "indexType": "IVF_FLAT",
         "params": {"nlist": 4}}
    ])  # fmt: skip
    rest.v2("collections/flush", collectionName=filled)
    (described,) = rest.v2("indexes/describe", collectionName=filled, indexName="near")
    by_grpc = client.describe_index(filled, "near")
    assert described["totalRows"] == by_grpc["total_rows"] == 200
    assert described["indexedRows"] + described["pendingRows"] == described["totalRows"]
    assert described["indexState"] == by_grpc["state"] == "Finished"
    assert (described["indexType"], described["metricType"]) == ("IVF_FLAT", "L2")
    assert {"key": "nlist", "value": "4"} in described["indexParams"]
    assert described["elanus"]["type"] == "IVF_FLAT"
    rest.v2("indexes/alter_properties", collectionName=filled, indexName="near", properties={"mmap.enabled": True})
    assert client.describe_index(filled, "near")["mmap.enabled"] == "true"
    assert rest.v2("indexes/describe", collectionName=filled, indexName="near")[0]["mmap.enabled"] == "true"
    rest.v2("indexes/drop_properties", collectionName=filled, indexName="near", propertyKeys=["mmap.enabled"])
    assert "mmap.enabled" not in client.describe_index(filled, "near")


def test_index_that_cannot_be_made_is_refused(rest, filled):
    code, message = rest.refused("indexes/create", collectionName=filled, indexParams=[
        {"fieldName": "vector", "indexName": "other", "metricType": "L2", "indexType": "HNSW", "params": {"M": 1}}
    ])  # fmt: skip
    assert code == 1100
    assert "M" in message
    assert rest.v2("indexes/list", collectionName=filled) == ["vector"]
