"""Fields added, altered and dropped by pymilvus's own calls."""

from __future__ import annotations

import numpy as np
import pytest
from pymilvus import DataType, MilvusException

DIM = 8


def names(client, name):
    return [field["name"] for field in client.describe_collection(name)["fields"]]


def add(client, name, field="rank", kind=DataType.INT64, **more):
    client.add_collection_field(name, field, kind, **({"nullable": True} | more))


def count(client, name, wanted):
    return client.query(name, filter=wanted, output_fields=["count(*)"])[0]["count(*)"]


def test_old_rows_hold_the_default(client, filled):
    add(client, filled, default_value=7)
    add(client, filled, "note", DataType.VARCHAR, max_length=20)
    client.insert(filled, [{"id": 1000, "vector": [0.0] * DIM, "rank": 1, "note": "new"}])
    assert names(client, filled) == ["id", "vector", "rank", "note"]
    assert count(client, filled, "rank == 7") == 300
    assert count(client, filled, "note is null") == 300
    [row] = client.query(filled, ids=[5], output_fields=["rank", "note", "color"])
    assert row == {"id": 5, "rank": 7, "note": None, "color": "blue"}
    [hits] = client.search(filled, [[0.0] * DIM], limit=1, filter='note == "new"', output_fields=["rank"])
    assert [(hit["id"], hit["entity"]["rank"]) for hit in hits] == [(1000, 1)]


def test_every_type_can_be_added(client, filled):
    client.flush(filled)
    add(client, filled, "truth", DataType.BOOL, default_value=True)
    add(client, filled, "half", DataType.FLOAT)
    add(client, filled, "info", DataType.JSON)
    add(client, filled, "tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=4, max_length=8)
    add(client, filled, "sparse", DataType.SPARSE_FLOAT_VECTOR)
    add(client, filled, "bits", DataType.BINARY_VECTOR, dim=16)
    [row] = client.query(filled, ids=[1], output_fields=["truth", "half", "info", "tags", "sparse", "bits"])
    assert row == {"id": 1, "truth": True, "half": None, "info": None, "tags": None, "sparse": None, "bits": None}
    client.upsert(filled, [{"id": 1, "info": {"a": 1}, "tags": ["x"]}], partial_update=True)
    [row] = client.query(filled, filter='info["a"] == 1 and array_contains(tags, "x")', output_fields=["n"])
    assert row == {"id": 1, "n": 1}


def test_a_vector_field_is_added_indexed_and_searched(client, filled):
    client.flush(filled)
    add(client, filled, "image", DataType.FLOAT_VECTOR, dim=4)
    points = np.random.default_rng(1).standard_normal((50, 4)).astype(np.float32)
    new = [{"id": 1000 + i, "vector": [0.0] * DIM, "image": point.tolist()} for i, point in enumerate(points)]
    client.insert(filled, new)
    params = client.prepare_index_params()
    params.add_index("image", index_type="HNSW", metric_type="L2")
    client.create_index(filled, params)
    nearest = 1000 + np.argsort(((points - points[3]) ** 2).sum(axis=1))[:5]
    [hits] = client.search(filled, [points[3].tolist()], anns_field="image", limit=5)
    assert [hit["id"] for hit in hits] == nearest.tolist()
    [hits] = client.search(filled, [[0.0] * DIM], anns_field="vector", limit=300)
    assert len(hits) == 300


def test_what_cannot_be_added(client, filled):
    for more, refusal in [
        ({"nullable": False}, "added field must be nullable, please check it, field name = rank"),
        ({"field": "id"}, "duplicated field name id"),
        ({"field": "$meta", "kind": DataType.JSON}, "not support to add system field, field name = [$]meta"),
        ({"is_primary": True}, "not support to add pk field, field name = rank"),
        ({"is_partition_key": True}, "not support to add partition key field, field name  = rank"),
        ({"field": "9x"}, "The first character of a field name must be an underscore or letter"),
        ({"kind": DataType.INT8, "default_value": 300}, "out of range"),
        ({"kind": DataType.FLOAT_VECTOR, "dim": 1}, "invalid dimension: 1"),
    ]:
        with pytest.raises(Exception, match=refusal):
            add(client, filled, **more)
    assert names(client, filled) == ["id", "vector"]


def test_no_more_than_64_fields(client, filled):
    for number in range(62):
        add(client, filled, f"f{number}", DataType.BOOL)
    with pytest.raises(MilvusException, match="The number of fields has reached the maximum value 64"):
        add(client, filled, "one_more", DataType.BOOL)


def test_no_more_than_10_vector_fields(client, filled):
    for number in range(9):
        add(client, filled, f"v{number}", DataType.FLOAT_VECTOR, dim=2)
    with pytest.raises(MilvusException, match="maximum vector field's number should be limited to 10"):
        add(client, filled, "one_more", DataType.FLOAT_VECTOR, dim=2)


def test_a_key_of_the_dynamic_field_stays_where_it_is(client, filled):
    add(client, filled, "n")
    assert count(client, filled, "n is null") == 300
    assert count(client, filled, '$meta["n"] < 10') == 10
    client.upsert(filled, [{"id": 1, "n": 99}], partial_update=True)
    client.upsert(filled, [{"id": 2, "color": "pink"}], partial_update=True)
    assert [row["n"] for row in client.query(filled, ids=[1, 2], output_fields=["n"])] == [99, None]
    assert count(client, filled, '$meta["n"] == 1') == 1
    assert count(client, filled, 'color == "pink" and $meta["n"] == 2') == 1


def test_another_client_learns_of_the_field(client, another, name):
    """It knows the schema of before; its insert is refused, it asks again, and repeats it by itself."""
    client.create_collection(name, dimension=DIM, enable_dynamic_field=False)
    another.insert(name, [{"id": 1, "vector": [0.0] * DIM}])
    add(client, name)
    another.insert(name, [{"id": 2, "vector": [0.0] * DIM, "rank": 5}])
    client.drop_collection_field(name, "rank")
    another.insert(name, [{"id": 3, "vector": [0.0] * DIM}])
    assert sorted(row["id"] for row in client.query(name, filter="id > 0")) == [1, 2, 3]


def test_an_iterator_goes_on_while_fields_come_and_go(client, filled):
    pages = client.query_iterator(filled, batch_size=100, output_fields=["color"])
    found = pages.next()
    add(client, filled)
    found += pages.next()
    client.drop_collection_field(filled, "rank")
    found += pages.next()
    pages.close()
    assert sorted(row["id"] for row in found) == list(range(300))


def test_a_search_iterator_goes_on_while_fields_come_and_go(client, filled, vectors):
    pages = client.search_iterator(filled, [vectors[0].tolist()], batch_size=100, limit=300, output_fields=["n"])
    found = list(pages.next())
    add(client, filled, default_value=1)
    found += pages.next()
    client.drop_collection_field(filled, "rank")
    while page := pages.next():
        found += page
    pages.close()
    assert sorted(hit["id"] for hit in found) == list(range(300))


def test_drop(client, filled):
    add(client, filled)
    add(client, filled, "image", DataType.FLOAT_VECTOR, dim=4)
    params = client.prepare_index_params()
    params.add_index("image", index_type="FLAT", metric_type="L2")
    params.add_index("rank", index_type="INVERTED")
    client.create_index(filled, params)
    assert sorted(client.list_indexes(filled)) == ["image", "rank", "vector"]
    client.drop_collection_field(filled, "rank")
    [image] = [f["field_id"] for f in client.describe_collection(filled)["fields"] if f["name"] == "image"]
    client.drop_collection_field(filled, field_id=image)
    assert names(client, filled) == ["id", "vector"]
    assert client.list_indexes(filled) == ["vector"]
    add(client, filled, "rank", DataType.VARCHAR, max_length=10, default_value="first")
    assert count(client, filled, 'rank == "first"') == 300
    assert client.describe_collection(filled)["fields"][-1]["field_id"] > image


@pytest.mark.parametrize(
    ("field", "refusal"),
    [
        ("id", "cannot drop primary key field: id"),
        ("vector", "cannot drop the last vector field: vector"),
        ("$meta", "cannot drop dynamic field: [$]meta, use AlterCollection to disable dynamic schema instead"),
        ("nothing", "field not found: nothing"),
    ],
)
def test_what_cannot_be_dropped(client, filled, field, refusal):
    with pytest.raises(MilvusException, match=refusal) as refused:
        client.drop_collection_field(filled, field)
    assert refused.value.code == 1100
    assert names(client, filled) == ["id", "vector"]


def test_the_partition_key_cannot_be_dropped(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
    schema.add_field("tenant", DataType.INT64, is_partition_key=True)
    client.create_collection(name, schema=schema)
    with pytest.raises(MilvusException, match="cannot drop partition key field: tenant"):
        client.drop_collection_field(name, "tenant")


def test_the_dynamic_field_comes_and_goes(client, name):
    client.create_collection(name, dimension=4, enable_dynamic_field=False)
    client.insert(name, [{"id": 1, "vector": [0.0] * 4}])
    client.alter_collection_properties(name, {"dynamicfield.enabled": True})
    assert client.describe_collection(name)["enable_dynamic_field"] is True
    client.insert(name, [{"id": 2, "vector": [0.0] * 4, "color": "red"}])
    assert count(client, name, 'color == "red"') == 1
    assert list(client.query(name, ids=[1], output_fields=["*"])) == [{"id": 1, "vector": [0.0] * 4}]
    client.alter_collection_properties(name, {"dynamicfield.enabled": False})
    assert client.describe_collection(name)["enable_dynamic_field"] is False
    with pytest.raises(MilvusException, match="field color not exist"):
        client.query(name, filter='color == "red"')
    client.alter_collection_properties(name, {"dynamicfield.enabled": True})
    assert count(client, name, 'color == "red"') == 0
    client.create_collection(
        f"{name}_2", dimension=4, enable_dynamic_field=False, properties={"dynamicfield.enabled": 1}
    )
    assert client.describe_collection(f"{name}_2")["enable_dynamic_field"] is True
    with pytest.raises(MilvusException, match="cannot alter dynamic schema with other properties at the same time"):
        client.alter_collection_properties(name, {"dynamicfield.enabled": True, "collection.ttl.seconds": 60})


def test_alter(client, filled):
    add(client, filled, "note", DataType.VARCHAR, max_length=4)
    with pytest.raises(MilvusException, match="exceeds max length"):
        client.insert(filled, [{"id": 1000, "vector": [0.0] * DIM, "note": "five5"}])
    client.alter_collection_field(filled, "note", {"max_length": 5})
    client.insert(filled, [{"id": 1000, "vector": [0.0] * DIM, "note": "five5"}])
    assert count(client, filled, 'note == "five5"') == 1
    with pytest.raises(MilvusException, match="dim does not allow update in collection field param"):
        client.alter_collection_field(filled, "note", {"dim": 5})
