"""Shapes as text, bytes and objects: nothing is lost on the way, and what is no shape says where it stands."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from elanus.schema.arrow import default_of
from elanus.schema.field import Field
from elanus.schema.geometry import (
    DEEPEST,
    BadShape,
    boxes_of,
    meeting,
    shape_of,
    shapes_of,
    texts_of,
    wkb_of_bytes,
    wkb_of_texts,
)
from elanus.schema.types import DataType

TEXTS = [
    "POINT (1 2)",
    None,
    "POINT EMPTY",
    "POINT Z (1 2 3)",
    "LINESTRING (0 0, 1 1, 123456789.12345679 1e-9)",
    "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 3 1, 3 2, 2 1))",
    "MULTIPOINT ((1 1), (2 2))",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
    "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((3 3, 5 3, 5 5, 3 5, 3 3)))",
    "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (2 2, 3 3))",
    "GEOMETRYCOLLECTION EMPTY",
    "MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))",
    "GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POINT EMPTY), MULTIPOINT EMPTY)",
]


def texts(*values: str | None) -> pa.Array:
    return pa.array(values, pa.large_string())


def test_what_goes_in_comes_out():
    stored = wkb_of_texts(texts(*TEXTS))
    assert stored.type == pa.large_binary()
    assert texts_of(stored).to_pylist() == TEXTS
    assert wkb_of_bytes(stored).equals(stored)
    assert wkb_of_texts(texts("  point( 1   2 ) "))[0] == stored[0]


def test_every_digit_of_a_coordinate_comes_back():
    rng = np.random.default_rng(5)
    drawn = rng.random((500, 2)) * 10.0 ** rng.integers(-300, 300, (500, 1))
    sent = texts(*(f"POINT ({x} {y})" for x, y in drawn.tolist()), "POINT (0.14900835088361708 5e-324)")
    shown = texts_of(wkb_of_texts(sent)).to_pylist()
    assert shown[-1] == sent[-1].as_py()
    assert np.array_equal(shapely.get_coordinates(shapely.from_wkt(shown))[:-1], drawn)


def test_bytes_of_other_dialects_become_ours():
    shape = shapely.set_srid(shapely.from_wkt("POINT Z (1 2 3)"), 4326)
    sent = [shapely.to_wkb(shape, byte_order=0, flavor="extended", include_srid=True)]
    assert wkb_of_bytes(pa.array(sent, pa.large_binary())).equals(wkb_of_texts(texts("POINT Z (1 2 3)")))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "end of stream"),
        ("POINT (1", "end of stream"),
        ("POINT (1 2) x", "after end of geometry"),
        ("CIRCLE (1 2)", "Unknown type"),
        ("POLYGON ((0 0, 1 1, 1 0))", "closed"),
        ("LINESTRING (0 0)", "point array must contain"),
        ("CIRCULARSTRING (0 0, 1 1, 2 0)", "not currently supported"),
        ("GEOMETRYCOLLECTION (POINT (1 1), CIRCULARSTRING (0 0, 1 1, 2 0))", "not currently supported"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0), EMPTY)", "a ring without points"),
        ("GEOMETRYCOLLECTION (POINT (1 1), MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0), EMPTY)))", "a ring without points"),
        ("POINT (nan 1)", "not a finite number"),
        ("LINESTRING (0 0, 1 inf)", "not a finite number"),
    ],
)
def test_what_is_no_shape_is_refused_with_its_row(text: str, cause: str):
    with pytest.raises(BadShape, match=cause) as refused:
        wkb_of_texts(texts("POINT (1 2)", None, text, "POINT (3 4)"))
    assert refused.value.row == 2
    with pytest.raises(BadShape, match=cause):
        shape_of(text)


def test_bytes_that_are_no_shape_are_refused_with_their_row():
    with pytest.raises(BadShape, match="WKB") as refused:
        wkb_of_bytes(pa.array([None, b"nothing"], pa.large_binary()))
    assert refused.value.row == 1


def nested(levels: int) -> str:
    return "GEOMETRYCOLLECTION (" * levels + "POINT (1 2)" + ")" * levels


@pytest.mark.parametrize("levels", [DEEPEST, 300_000])
def test_texts_nested_too_deep_for_a_stack_are_refused(levels: int):
    assert texts_of(wkb_of_texts(texts(nested(DEEPEST - 1)))).to_pylist() == [nested(DEEPEST - 1)]
    with pytest.raises(BadShape, match="nested more than 32 deep") as refused:
        wkb_of_texts(texts(None, nested(2), nested(levels)))
    assert refused.value.row == 2


def test_bytes_nested_too_deep_are_refused():
    def bytes_of(levels: int) -> bytes:
        return (b"\1" + (7).to_bytes(4, "little") + (1).to_bytes(4, "little")) * levels + shapely.Point(1, 2).wkb

    deep = pa.array([bytes_of(0), None, bytes_of(DEEPEST - 1)], pa.large_binary())
    assert wkb_of_bytes(deep).equals(deep)
    for levels, cause in ((DEEPEST, "nested"), (7000, "nested"), (10_000_000, "bytes are more than 65536")):
        with pytest.raises(BadShape, match=cause) as refused:
            wkb_of_bytes(pa.array([None, bytes_of(levels), bytes_of(1)], pa.large_binary()))
        assert refused.value.row == 1


@pytest.mark.parametrize("text", ["POINT (1 2)\0", "POINT (1 2)\0, 3", "\0", "POINT\0(1 2)"])
def test_nothing_behind_a_nul_is_lost(text):
    with pytest.raises(BadShape, match="NUL") as refused:
        wkb_of_texts(texts("POINT (1 2)", None, text))
    assert refused.value.row == 2


def test_a_cause_does_not_quote_a_whole_long_text():
    with pytest.raises(BadShape, match="Unknown type: 'XXXX") as refused:
        wkb_of_texts(texts("x" * 100_000))
    assert len(str(refused.value)) <= 200


def test_a_long_text_need_not_be_deep():
    many = "GEOMETRYCOLLECTION (" + ", ".join(["GEOMETRYCOLLECTION (POINT (1 2))"] * 500) + ")"
    assert texts_of(wkb_of_texts(texts(many))).to_pylist() == [many]


def test_a_column_of_points_alone_is_read_as_any_other():
    mixed = wkb_of_texts(texts(*(f"POINT ({x} {-x / 7})" for x in range(50)), "POINT EMPTY", None))
    points = mixed[3:50]
    assert shapely.equals(shapes_of(points), shapes_of(mixed)[3:50]).all()
    np.testing.assert_array_equal(boxes_of(points), boxes_of(mixed)[3:50])
    assert np.isnan(boxes_of(mixed)[50:]).all()
    assert len(shapes_of(points[:0])) == len(boxes_of(points[:0])) == 0


def test_boxes_meet_where_they_touch():
    boxes = boxes_of(wkb_of_texts(texts("LINESTRING (0 0, 2 1)", "POINT (5 5)", None, "POINT EMPTY")))
    assert boxes[:2].tolist() == [[0, 0, 2, 1], [5, 5, 5, 5]]
    assert meeting(boxes, np.array([[2, 1, 2, 1]])).tolist() == [True, False, False, False]
    assert meeting(boxes, np.array([[3, 0, 6, 6]])).tolist() == [False, True, False, False]
    assert meeting(boxes, np.array([[9.0, 9, 9, 9], [1, 0, 5, 5]])).tolist() == [True, True, False, False]


def test_a_default_is_stored_as_a_shape():
    field = Field(100, "place", DataType.GEOMETRY, default="POINT (1 2)")
    assert default_of(field) == wkb_of_texts(texts("POINT (1 2)"))[0]
