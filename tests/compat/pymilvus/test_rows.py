"""Insert, upsert, delete: what is stored is what was sent."""

from __future__ import annotations

import numpy as np
import pytest
from pymilvus import DataType, MilvusException

TYPES = {
    "flag": (DataType.BOOL, {}),
    "tiny": (DataType.INT8, {}),
    "small": (DataType.INT16, {}),
    "medium": (DataType.INT32, {}),
    "big": (DataType.INT64, {}),
    "single": (DataType.FLOAT, {}),
    "double": (DataType.DOUBLE, {}),
    "text": (DataType.VARCHAR, {"max_length": 20}),
    "json": (DataType.JSON, {}),
    "numbers": (DataType.ARRAY, {"element_type": DataType.INT16, "max_capacity": 4}),
    "words": (DataType.ARRAY, {"element_type": DataType.VARCHAR, "max_capacity": 4, "max_length": 5}),
}
FIRST = {
    "flag": True, "tiny": -128, "small": 32767, "medium": -5, "big": 2**62, "single": 0.5, "double": 1e300,
    "text": "héllo", "json": {"a": [1, None, {"b": "c"}]}, "numbers": [1, -2], "words": ["x", "yy"],
}  # fmt: skip
SECOND = {
    "flag": False, "tiny": 127, "small": -32768, "medium": 0, "big": -(2**62), "single": -1.25, "double": 0.1,
    "text": "", "json": [1, 2], "numbers": [], "words": ["zzzzz"],
}  # fmt: skip


def _typed(client, name, **more):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    for field, (kind, params) in TYPES.items():
        schema.add_field(field, kind, **params, **more)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
    index = client.prepare_index_params("vector", index_type="AUTOINDEX", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index)


def test_every_type_comes_back_as_it_went_in(client, name):
    _typed(client, name)
    client.insert(name, [{"id": 1, "vector": [0.0] * 4, **FIRST}, {"id": 2, "vector": [1.0] * 4, **SECOND}])
    rows = client.query(name, "id in [1, 2]", output_fields=["*"])
    assert list(rows) == [{"id": 1, "vector": [0.0] * 4, **FIRST}, {"id": 2, "vector": [1.0] * 4, **SECOND}]
    found = client.search(name, [[1.0] * 4], limit=1, output_fields=list(TYPES))[0][0]
    assert found["entity"] == SECOND


def test_null_and_value_of_every_type(client, name):
    _typed(client, name, nullable=True)
    client.insert(name, [{"id": 1, "vector": [0.0] * 4}, {"id": 2, "vector": [1.0] * 4, **FIRST}])
    rows = client.query(name, "id >= 0", limit=10, output_fields=list(TYPES))
    assert list(rows) == [{"id": 1, **dict.fromkeys(TYPES)}, {"id": 2, **FIRST}]
    assert [row["id"] for row in client.query(name, "text is null", output_fields=["id"])] == [1]


def test_missing_value_becomes_the_default(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("level", DataType.INT32, default_value=7)
    schema.add_field("word", DataType.VARCHAR, max_length=9, default_value="none", nullable=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    index = client.prepare_index_params("vector", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index)
    client.insert(name, [{"id": 1, "vector": [0, 0]}, {"id": 2, "vector": [0, 1], "level": 1, "word": None}])
    rows = client.query(name, "id > 0", limit=9, output_fields=["level", "word"])
    assert list(rows) == [{"id": 1, "level": 7, "word": "none"}, {"id": 2, "level": 1, "word": "none"}]


def test_generated_ids_are_told_and_found(client, name):
    client.create_collection(name, dimension=2, auto_id=True)
    ids = client.insert(name, [{"vector": [i, 1.0], "n": i} for i in range(5)])["ids"]
    assert len(set(ids)) == 5
    assert [row["n"] for row in client.get(name, list(ids), output_fields=["n"])] == list(range(5))


def test_text_keys(client, name):
    client.create_collection(name, dimension=2, id_type="string", max_length=10)
    assert client.insert(name, [{"id": "b", "vector": [0, 1]}, {"id": "a", "vector": [1, 0]}])["ids"] == ["b", "a"]
    assert client.search(name, [[1.0, 0.1]], limit=2)[0].ids == ["a", "b"]
    client.delete(name, ids=["a"])
    assert [row["id"] for row in client.query(name, 'id != ""', output_fields=["id"])] == ["b"]


def test_upsert_replaces_and_inserts(client, filled, vectors):
    sent = [{"id": 3, "vector": vectors[9].tolist(), "color": "black"}, {"id": 900, "vector": vectors[1].tolist()}]
    assert client.upsert(filled, sent)["upsert_count"] == 2
    assert list(client.get(filled, [3, 900], output_fields=["color"])) == [{"id": 3, "color": "black"}, {"id": 900}]
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 301


def test_upsert_refuses_a_key_twice(client, filled, vectors):
    row = {"id": 3, "vector": vectors[9].tolist()}
    with pytest.raises(MilvusException, match="duplicate primary keys are not allowed in the same batch"):
        client.upsert(filled, [row, row])


def test_insert_of_a_key_that_exists_hides_the_older_row(client, filled, vectors):
    client.insert(filled, [{"id": 3, "vector": vectors[3].tolist(), "color": "new"}])
    assert client.get(filled, [3], output_fields=["color"])[0]["color"] == "new"
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 301


def test_delete_by_keys_and_by_filter(client, filled):
    assert client.delete(filled, ids=[0, 1, 12345])["delete_count"] == 3
    assert client.delete(filled, filter='color == "blue"')["delete_count"] == 100
    left = [row["id"] for row in client.query(filled, "n >= 0", output_fields=["id"])]
    assert left == [i for i in range(2, 300) if i % 3 != 2]


def test_delete_of_everything_is_refused(client, filled):
    with pytest.raises(MilvusException, match="delete plan can't be empty or always true"):
        client.delete(filled, filter="true")


def test_delete_by_a_wrong_filter_is_explained(client, filled):
    with pytest.raises(MilvusException, match="failed to create delete plan: cannot parse expression: n >"):
        client.delete(filled, filter="n >")


def test_column_insert(client, name):
    client.create_collection(name, dimension=2)
    client.insert(name, [{"id": i, "vector": np.array([i, 0], np.float32)} for i in range(3)])
    assert client.get_collection_stats(name)["row_count"] == 3


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"tiny": 128}, r"the 0th element \(128\) out of range: \[-128, 127\]"),
        (
            {"text": "x" * 21},
            "length of varchar field text exceeds max length, row number: 0, length: 21, max length: 20",
        ),
        ({"numbers": [1, 2, 3, 4, 5]}, r"the length \(5\) of 0th array exceeds max capacity \(4\)"),
        ({"words": ["toolong"]}, "exceeds max length"),
        ({"vector": [float("nan"), 0, 0, 0]}, "is not a number or infinity"),
    ],
)
def test_values_outside_the_declaration_are_refused(client, name, row, text):
    _typed(client, name)
    with pytest.raises(MilvusException, match=text):
        client.insert(name, [{"id": 1, "vector": [0.0] * 4, **FIRST, **row}])
    assert client.query(name, "", output_fields=["count(*)"])[0]["count(*)"] == 0


def test_dimension_of_a_row_is_checked(client, name):
    client.create_collection(name, dimension=4)
    with pytest.raises(MilvusException, match="dim"):
        client.insert(name, [{"id": 1, "vector": [0.0] * 3}])


def test_flush_seals_and_rows_stay(client, filled):
    client.flush(filled)
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 300
    segments = client.list_persistent_segments(filled)
    assert sum(segment.num_rows for segment in segments) == 300


def test_truncate_keeps_the_definition(client, filled):
    client.truncate_collection(filled)
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 0
    assert client.list_indexes(filled) == ["vector"]


def test_partial_update_changes_only_what_is_sent(client, filled, vectors):
    client.upsert(filled, [{"id": 3, "color": "black"}, {"id": 4, "color": "white"}], partial_update=True)
    rows = client.get(filled, [3, 4], output_fields=["vector", "color", "n"])
    assert list(rows) == [
        {"id": 3, "vector": pytest.approx(vectors[3].tolist()), "color": "black", "n": 3},
        {"id": 4, "vector": pytest.approx(vectors[4].tolist()), "color": "white", "n": 4},
    ]
    client.upsert(filled, [{"id": 3, "vector": vectors[7].tolist()}], partial_update=True)
    assert client.get(filled, [3], output_fields=["vector", "n"])[0] == {
        "id": 3, "vector": pytest.approx(vectors[7].tolist()), "n": 3,
    }  # fmt: skip


@pytest.mark.parametrize("more", [{"color": "black"}, {"undeclared": 1}], ids=["field", "dynamic"])
def test_partial_update_without_a_key_is_refused_by_its_name(client, filled, more):
    """The client leaves a None out of its column, which is then shorter than the others."""
    before = client.query(filled, "id >= 0", output_fields=["*"], limit=100)
    with pytest.raises(MilvusException, match=r"the num_rows \(1\) of field \(id\) is not equal"):
        client.upsert(filled, [{"id": 3, **more}, {"id": None, **more}], partial_update=True)
    assert client.query(filled, "id >= 0", output_fields=["*"], limit=100) == before


def test_partial_update_of_a_new_key_needs_every_field(client, filled, vectors):
    with pytest.raises(
        MilvusException, match=r"fieldSchema\(vector\) has no corresponding fieldData pass in, and row 1"
    ):
        client.upsert(filled, [{"id": 3, "color": "a"}, {"id": 999, "color": "b"}], partial_update=True)
    client.upsert(filled, [{"id": 999, "color": "b", "vector": vectors[0].tolist()}], partial_update=True)
    assert client.get(filled, [999], output_fields=["color"])[0]["color"] == "b"


def test_upsert_with_generated_ids_gives_new_ones(client, name):
    client.create_collection(name, dimension=2, auto_id=True)
    old = list(client.insert(name, [{"vector": [0.0, 1.0], "n": 1}])["ids"])
    new = list(client.upsert(name, [{"id": old[0], "vector": [0.0, 1.0], "n": 2}])["ids"])
    assert new != old
    assert list(client.query(name, "n > 0", output_fields=["n"])) == [{"id": new[0], "n": 2}]


def test_generated_ids_may_not_be_sent(client, name):
    client.create_collection(name, dimension=2, auto_id=True)
    with pytest.raises(MilvusException, match="can not assign primary field data when auto id enabled"):
        client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}])
