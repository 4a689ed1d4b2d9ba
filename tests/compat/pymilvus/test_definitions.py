"""Collections, partitions, aliases, databases."""

from __future__ import annotations

import pytest
from pymilvus import DataType, MilvusException
from pymilvus.client.types import LoadState


def test_describe_tells_what_was_created(client, name):
    schema = client.create_schema(description="about", enable_dynamic_field=True)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=40)
    schema.add_field("level", DataType.INT8, default_value=3, description="how high")
    schema.add_field("tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=9, max_length=8, nullable=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=16)
    client.create_collection(name, schema=schema, consistency_level="Strong", properties={"collection.ttl.seconds": 60})
    told = client.describe_collection(name)
    assert told["collection_name"] == name
    assert told["description"] == "about"
    assert told["enable_dynamic_field"] is True
    assert told["consistency_level_name"] == "Strong"
    assert told["properties"]["collection.ttl.seconds"] == "60"
    assert [(field["name"], field["type"], field["field_id"]) for field in told["fields"]] == [
        ("id", DataType.VARCHAR, 100),
        ("level", DataType.INT8, 101),
        ("tags", DataType.ARRAY, 102),
        ("vector", DataType.FLOAT_VECTOR, 103),
    ]
    assert told["fields"][0]["params"] == {"max_length": 40}
    assert told["fields"][1]["default_value"].int_data == 3
    assert told["fields"][2]["params"] == {"max_length": 8, "max_capacity": 9}
    assert told["fields"][2]["element_type"] == DataType.VARCHAR
    assert told["fields"][3]["params"] == {"dim": 16}


def test_create_again_is_a_success_only_when_equal(client, name):
    client.create_collection(name, dimension=4)
    client.create_collection(name, dimension=4)
    with pytest.raises(MilvusException, match="create duplicate collection with different parameters"):
        client.create_collection(name, dimension=5)


def test_has_list_drop(client, name):
    assert not client.has_collection(name)
    client.create_collection(name, dimension=4)
    assert client.has_collection(name)
    assert name in client.list_collections()
    client.drop_collection(name)
    client.drop_collection(name)
    assert not client.has_collection(name)


def test_rename(client, filled, name):
    client.rename_collection(filled, f"{name}_new")
    assert not client.has_collection(filled)
    assert client.get_collection_stats(f"{name}_new")["row_count"] == 300


def test_missing_collection(client, name):
    with pytest.raises(MilvusException, match="can't find collection") as missing:
        client.describe_collection(name)
    assert missing.value.code == 100
    with pytest.raises(MilvusException, match=f"collection not found.database=default..collection={name}") as missing:
        client.search(name, [[0.0] * 8])
    assert missing.value.code == 100


def test_properties(client, name):
    client.create_collection(name, dimension=4)
    client.alter_collection_properties(name, {"collection.ttl.seconds": 100})
    assert client.describe_collection(name)["properties"] == {"collection.ttl.seconds": "100"}
    client.drop_collection_properties(name, ["collection.ttl.seconds"])
    assert client.describe_collection(name)["properties"] == {}
    with pytest.raises(MilvusException, match="collection TTL is out of range"):
        client.alter_collection_properties(name, {"collection.ttl.seconds": -2})


def test_alter_field_limits(client, name):
    client.create_collection(name, dimension=4, id_type="string", max_length=10)
    client.alter_collection_field(name, "id", {"max_length": 20})
    assert client.describe_collection(name)["fields"][0]["params"]["max_length"] == 20
    client.insert(name, [{"id": "x" * 20, "vector": [0.0] * 4}])
    with pytest.raises(MilvusException, match="dim does not allow update in collection field param"):
        client.alter_collection_field(name, "vector", {"dim": 5})


@pytest.mark.parametrize(
    ("bad_name", "text"),
    [
        ("1st", "The first character of a collection name must be an underscore or letter"),
        ("a-b", "Collection name can only contain numbers, letters and underscores"),
        ("x" * 256, "The length of a collection name must be less than 255 characters"),
    ],
)
def test_collection_names(client, bad_name, text):
    with pytest.raises(MilvusException, match=f"Invalid collection name: {bad_name}. {text}") as refused:
        client.create_collection(bad_name, dimension=4)
    assert refused.value.code == 1100


def test_partitions(client, filled, vectors):
    client.create_partition(filled, "p1")
    client.create_partition(filled, "p1")
    assert client.list_partitions(filled) == ["_default", "p1"]
    assert client.has_partition(filled, "p1")
    assert not client.has_partition(filled, "p2")
    client.insert(filled, [{"id": 1000, "vector": vectors[0].tolist()}], partition_name="p1")
    assert client.get_partition_stats(filled, "p1")["row_count"] == 1
    found = client.search(filled, [vectors[0].tolist()], partition_names=["p1"])
    assert [hit["id"] for hit in found[0]] == [1000]
    with pytest.raises(MilvusException, match="partition cannot be dropped, partition is loaded"):
        client.drop_partition(filled, "p1")
    client.release_partitions(filled, ["p1"])
    client.drop_partition(filled, "p1")
    assert client.list_partitions(filled) == ["_default"]
    with pytest.raises(MilvusException, match="default partition cannot be deleted"):
        client.drop_partition(filled, "_default")


def test_unknown_partition(client, filled, vectors):
    with pytest.raises(MilvusException, match=r"partition not found.partition=nope.") as missing:
        client.search(filled, [vectors[0].tolist()], partition_names=["nope"])
    assert missing.value.code == 200
    with pytest.raises(MilvusException, match="partition not found"):
        client.insert(filled, [{"id": 1, "vector": vectors[0].tolist()}], partition_name="nope")


def test_partition_key(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("tenant", DataType.VARCHAR, max_length=8, is_partition_key=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    index = client.prepare_index_params("vector", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index, num_partitions=4)
    client.insert(name, [{"id": i, "tenant": f"t{i % 5}", "vector": [i, 0]} for i in range(50)])
    assert len(client.list_partitions(name)) == 4
    found = client.search(name, [[0.0, 0.0]], filter='tenant == "t3"', limit=3)
    assert [hit["id"] for hit in found[0]] == [3, 8, 13]
    with pytest.raises(MilvusException, match="if partition key mode is used"):
        client.search(name, [[0.0, 0.0]], partition_names=["_default_0"])
    with pytest.raises(MilvusException, match="if partition key mode is used"):
        client.insert(name, [{"id": 1, "tenant": "a", "vector": [0, 0]}], partition_name="_default_0")


def test_aliases(client, filled, vectors, name):
    alias = f"{name}_alias"
    client.create_alias(filled, alias)
    assert client.describe_alias(alias)["collection_name"] == filled
    assert client.list_aliases(filled)["aliases"] == [alias]
    assert len(client.search(alias, [vectors[0].tolist()])[0]) == 10
    assert client.describe_collection(alias)["collection_name"] == filled
    with pytest.raises(MilvusException, match="via alias"):
        client.drop_collection(alias)
    with pytest.raises(MilvusException, match="because it has associated aliases"):
        client.drop_collection(filled)
    other = f"{name}_other"
    client.create_collection(other, dimension=4)
    with pytest.raises(MilvusException, match="is alias to another collection") as taken:
        client.create_alias(other, alias)
    assert taken.value.code == 1602
    client.alter_alias(other, alias)
    assert client.describe_alias(alias)["collection_name"] == other
    client.drop_alias(alias)
    with pytest.raises(MilvusException, match="alias not found") as missing:
        client.describe_alias(alias)
    assert missing.value.code == 1600


def test_databases(client, name):
    database = f"d_{name}"
    client.create_database(database, properties={"database.max.collections": "5"})
    assert database in client.list_databases()
    assert client.describe_database(database)["database.max.collections"] == "5"
    client.create_collection(name, dimension=4)
    client.use_database(database)
    try:
        assert client.list_collections() == []
        client.create_collection(name, dimension=6)
        assert client.describe_collection(name)["fields"][1]["params"]["dim"] == 6
        with pytest.raises(MilvusException, match="not empty, must drop all collections before drop database"):
            client.drop_database(database)
        client.drop_collection(name)
    finally:
        client.use_database("default")
    client.drop_database(database)
    assert database not in client.list_databases()
    assert client.describe_collection(name)["fields"][1]["params"]["dim"] == 4
    with pytest.raises(MilvusException, match="database already exist"):
        client.create_database("default")
    with pytest.raises(MilvusException, match="can not drop default database"):
        client.drop_database("default")


def test_unknown_database(client):
    with pytest.raises(MilvusException, match="database not found") as missing:
        client.describe_database("nope")
    assert missing.value.code == 800


def test_load_and_release(client, filled, vectors):
    assert client.get_load_state(filled)["state"] == LoadState.Loaded
    client.release_collection(filled)
    assert client.get_load_state(filled)["state"] == LoadState.NotLoad
    with pytest.raises(MilvusException, match="collection not loaded") as refused:
        client.search(filled, [vectors[0].tolist()])
    assert refused.value.code == 101
    with pytest.raises(MilvusException, match="collection not loaded"):
        client.query(filled, "n == 1")
    client.load_collection(filled)
    assert len(client.search(filled, [vectors[0].tolist()])[0]) == 10


def test_load_state_of_nothing(client, name):
    assert client.get_load_state(name)["state"] == LoadState.NotExist


def test_load_needs_an_index_on_every_vector_field(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("a", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("b", DataType.FLOAT_VECTOR, dim=2)
    client.create_collection(name, schema=schema)
    with pytest.raises(MilvusException, match=r"index not found.collection=") as refused:
        client.load_collection(name)
    assert refused.value.code == 700
    client.create_index(name, client.prepare_index_params("a", metric_type="L2"))
    with pytest.raises(MilvusException, match=r"there is no vector index on field: \[b\], please create index firstly"):
        client.load_collection(name)


def test_server_version(client):
    assert "elanus" in client.get_server_version()


def test_what_is_not_offered_is_said(client, name):
    with pytest.raises(Exception, match="CreateResourceGroup is not implemented by Elanus yet"):
        client.create_resource_group("reader")
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
    schema.add_field("when", DataType.TIMESTAMPTZ)
    with pytest.raises(MilvusException, match="Timestamptz is not implemented by Elanus yet") as refused:
        client.create_collection(name, schema=schema)
    assert refused.value.code == 10
