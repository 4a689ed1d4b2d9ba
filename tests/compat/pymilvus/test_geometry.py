"""Shapes as a client declares, sends, filters by, indexes and reads them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pymilvus import DataType, MilvusException

ROWS = 1500
SQUARE = "POLYGON ((20 20, 40 20, 40 40, 20 40, 20 20))"
rng = np.random.default_rng(3)
CORNERS = (rng.random((ROWS, 2)) * 100).tolist()


def _place(row):
    x, y = CORNERS[row]
    if row % 10 == 9:
        return None
    return f"POINT ({x} {y})" if row % 2 else f"LINESTRING ({x} {y}, {x + 2} {y + 1})"


@pytest.fixture
def places(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("place", DataType.GEOMETRY, nullable=True)
    schema.add_field("home", DataType.GEOMETRY, default_value="POINT (7 8)")
    client.create_collection(name, schema=schema)
    client.insert(name, [{"id": row, "vector": [row, 1.0], "place": _place(row)} for row in range(ROWS)])
    client.flush(name)
    client.create_index(name, client.prepare_index_params("vector", index_type="FLAT", metric_type="L2"))
    client.load_collection(name)
    return name


def _found(client, name, text):
    return sorted(row["id"] for row in client.query(name, text, output_fields=["id"]))


def _within(text):
    square = shapely.from_wkt(text)
    return [row for row in range(ROWS) if _place(row) and square.contains(shapely.from_wkt(_place(row)))]


def test_the_schema_is_described_as_it_was_declared(client, places):
    fields = {field["name"]: field for field in client.describe_collection(places)["fields"]}
    assert fields["place"]["type"] == fields["home"]["type"] == DataType.GEOMETRY
    assert fields["place"]["nullable"]
    assert fields["home"]["default_value"].string_data == "POINT (7 8)"


def test_rows_come_back_as_text(client, places):
    rows = client.query(places, "id < 20", output_fields=["place", "home"])
    assert [(row["place"], row["home"]) for row in rows] == [(_place(row), "POINT (7 8)") for row in range(20)]
    [hits] = client.search(places, [[9.0, 1.0]], limit=2, output_fields=["place"])
    assert [hit["entity"]["place"] for hit in hits] == [None, _place(hits[1]["id"])]


def test_upserts_replace_a_shape_and_leave_the_others(client, places):
    client.upsert(places, [{"id": 1, "vector": [0.0, 0.0], "place": "POINT (200 201)", "home": "POINT (1 1)"}])
    client.upsert(places, [{"id": 1, "place": "POINT (300 301)"}], partial_update=True)
    [row] = client.query(places, "id == 1", output_fields=["place", "home"])
    assert (row["place"], row["home"]) == ("POINT (300 301)", "POINT (1 1)")
    assert _found(client, places, "st_intersects(place, 'POINT (300 301)')") == [1]
    client.upsert(places, [{"id": 1, "place": None}], partial_update=True)
    assert 1 in _found(client, places, "place is null")


def test_filters_find_the_same_rows_with_the_index_as_without(client, places):
    texts = [
        f"ST_WITHIN(place, '{SQUARE}')",
        f"st_crosses(place, '{SQUARE}') and id < 700",
        "ST_DWITHIN(place, 'POINT (50 50)', 700000.5)",
        "not st_intersects(place, 'POLYGON ((0 0, 105 0, 105 99, 0 99, 0 0))')",
        "place is null",
    ]
    before = [_found(client, places, text) for text in texts]
    assert before[0] == _within(SQUARE)
    assert all(before)
    client.create_index(places, client.prepare_index_params("place", index_type="RTREE"))
    told = client.describe_index(places, "place")
    assert (told["index_type"], told["state"], told["indexed_rows"]) == ("RTREE", "Finished", ROWS)
    assert [_found(client, places, f"({text})") for text in texts] == before
    client.insert(places, [{"id": ROWS, "vector": [0.0, 1.0], "place": "POINT (30 30)"}])  # one the index does not have
    assert _found(client, places, texts[0]) == [*before[0], ROWS]


def test_a_template_names_the_shape(client, places):
    found = client.query(places, "st_within(place, {area})", filter_params={"area": SQUARE}, output_fields=["id"])
    assert sorted(row["id"] for row in found) == _within(SQUARE)


def test_autoindex_is_an_rtree(client, places):
    client.create_index(places, client.prepare_index_params("home", index_type="AUTOINDEX"))
    assert client.describe_index(places, "home")["state"] == "Finished"
    assert len(_found(client, places, "st_equals(home, 'POINT (7 8)')")) == ROWS


def test_what_is_no_shape_is_refused_and_leaves_no_trace(client, places):
    row = {"id": 5000, "vector": [0.0, 1.0], "place": "POLYGON ((0 0, 1 1))"}
    with pytest.raises(MilvusException, match="invalid Geometry data, transform to wkb failed") as refused:
        client.insert(places, [{**row, "id": 4999, "place": None}, row])
    assert refused.value.code == 1100
    assert _found(client, places, "id >= 4999") == []


@pytest.mark.parametrize(
    ("field", "type_", "text"),
    [
        ("place", "INVERTED", "INVERTED are not supported on Geometry field"),
        ("id", "RTREE", "RTREE index can only be built on geometry field"),
        ("vector", "RTREE", "data type FloatVector can't build with this index RTREE"),
        ("place", "MOL_PATTERN", "invalid index type: MOL_PATTERN"),
    ],
)
def test_indexes_that_do_not_fit_are_refused(client, places, field, type_, text):
    with pytest.raises(MilvusException, match=text) as refused:
        client.create_index(
            places, client.prepare_index_params(field, index_name="other", index_type=type_, metric_type="L2")
        )
    assert refused.value.code == 1100


def test_a_default_that_is_no_shape_is_refused(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("place", DataType.GEOMETRY, default_value="POINT")
    with pytest.raises(MilvusException, match="invalid default value for geometry field"):
        client.create_collection(name, schema=schema)
    assert not client.has_collection(name)


@pytest.mark.parametrize("depth", [33, 300_000])
def test_a_shape_that_no_stack_can_hold_does_not_stop_the_server(client, places, depth):
    shape = "GEOMETRYCOLLECTION (" * depth + "POINT (1 2)" + ")" * depth
    with pytest.raises(MilvusException, match="nested more than 32 deep"):
        client.insert(places, {"id": 7000, "vector": [0.0, 1.0], "place": shape})
    with pytest.raises(MilvusException, match="nested more than 32 deep"):
        client.query(places, "st_equals(place, {shape})", filter_params={"shape": shape})
    assert len(_found(client, places, "place is null")) == ROWS // 10
