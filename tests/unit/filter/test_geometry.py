"""Functions over shapes: the rows a filter keeps are those that a loop over rows keeps."""

from __future__ import annotations

import numpy as np
import pytest

from elanus.errors import FilterInvalid
from elanus.filter import compile_filter
from elanus.filter.geometry import RELATIONS
from unit.filter.shapes import SCHEMA, ShapeColumns, near, related

SQUARE = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"
SHAPES = [
    "POINT (1 1)",
    "POINT (4 2)",
    "POINT (9 9)",
    None,
    "POINT EMPTY",
    SQUARE,
    "POLYGON ((4 4, 4 0, 0 0, 0 4, 4 4))",
    "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))",
    "POLYGON ((3 3, 6 3, 6 6, 3 6, 3 3))",
    "POLYGON ((4 0, 8 0, 8 4, 4 4, 4 0))",
    "POLYGON ((-9 -9, 9 -9, 9 9, -9 9, -9 -9))",
    "LINESTRING (-1 2, 5 2)",
    "LINESTRING (1 1, 2 2)",
    "LINESTRING (4 0, 4 4)",
    "MULTIPOINT ((1 1), (9 9))",
    "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (8 8, 9 9))",
]
COLUMNS = ShapeColumns(SHAPES)


def kept(text: str, columns: ShapeColumns = COLUMNS, **templates: object) -> list[int]:
    return np.flatnonzero(compile_filter(text, SCHEMA, templates).mask(columns)).tolist()


@pytest.mark.parametrize("other", [text for text in SHAPES if text])
@pytest.mark.parametrize("relation", RELATIONS)
def test_a_relation_holds_where_it_holds_of_each_row(relation: str, other: str):
    holds = [row for row, text in enumerate(SHAPES) if related(relation, text, other)]
    assert kept(f"st_{relation}(place, '{other}')") == holds
    assert kept(f"ST_{relation.upper()}(place, {{shape}})", shape=other) == holds
    unknown = {SHAPES.index(None)}
    assert set(kept(f"not st_{relation}(place, '{other}')")) == set(range(len(SHAPES))) - set(holds) - unknown


def test_each_relation_is_true_and_false_of_some_row():
    for relation in RELATIONS:
        counts = [len(kept(f"st_{relation}(place, '{other}')")) for other in SHAPES if other]
        assert 0 < max(counts) < len(SHAPES), relation


PLACES = [
    *(
        f"POINT ({x} {y})"
        for x in (-180, -179.99, -10, 0, 0.01, 116.4, 179.99, 180, 540)
        for y in (-90, -33, 0, 60, 90)
    ),
    "POINT (116.4 39.9)",
    "LINESTRING (116 39, 117 40)",
    "POLYGON ((10 10, 20 10, 20 20, 10 20, 10 10))",
    "POINT (3 1000)",
    "POINT EMPTY",
    None,
]


@pytest.mark.parametrize("metres", [0, 0.5, 1113.2, 20_000, 1e6, 9.9e6, 2.1e7])
@pytest.mark.parametrize(
    "point",
    ["POINT (0 0)", "POINT (116.4 39.9)", "POINT (180 60)", "POINT (-10 89.9)", "POINT (15 5)", "POINT (400 95)"],
)
def test_distances_are_those_of_each_row(point: str, metres: float):
    columns = ShapeColumns(PLACES)
    expected = [row for row, text in enumerate(PLACES) if near(text, point, metres)]
    assert kept(f"st_dwithin(place, '{point}', {metres})", columns) == expected


def test_a_degree_along_the_equator():
    columns = ShapeColumns(["POINT (1 0)"])
    assert kept("ST_DWITHIN(place, 'POINT (0 0)', 111194)", columns) == []
    assert kept("ST_DWITHIN(place, 'POINT (0 0)', 111195)", columns) == [0]


def test_places_that_are_one_place_in_radians_are_no_distance_apart():
    longitudes = [116.4, *np.nextafter(116.4, [-np.inf, np.inf]).tolist()]
    places = [
        f"POINT ({longitude} {latitude})" for longitude in longitudes for latitude in (39.9, np.nextafter(39.9, 40))
    ]
    expected = [row for row, place in enumerate(places) if near(place, "POINT (116.4 39.9)", 0)]
    assert kept("st_dwithin(place, 'POINT (116.4 39.9)', 0)", ShapeColumns(places)) == expected


def test_null_and_validity():
    assert kept("place is null") == [3]
    assert len(kept("place is not null")) == len(SHAPES) - 1
    crossed = ShapeColumns(["POINT (1 1)", "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", None])
    assert kept("st_isvalid(place)", crossed) == [0]
    assert kept("not st_isvalid(place)", crossed) == [1]


def test_shapes_stand_beside_other_conditions():
    assert kept(f"pk > 2 and st_within(place, '{SQUARE}') and pk < 7") == [5, 6]
    assert kept(f"pk == 3 or st_equals(place, '{SQUARE}')") == [3, 5, 6]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("st_within(pk, 'POINT (1 1)')", "st_within operation is only supported on geometry fields, field pk"),
        ("st_within(vector, 'POINT (1 1)')", "field vector is of type FloatVector"),
        ("st_within(place, 'POINT (1 1')", "'POINT [(]1 1' is none"),
        ("st_within(place, 3)", "takes the text [(]WKT[)] of a shape, not the constant 3"),
        ("st_within(place, place)", "can only be asked by functions"),
        ("st_within(place)", "st_within takes 2 arguments, 1 given"),
        ("st_within('POINT (1 1)', 'POINT (1 1)')", "only a field can be read"),
        ("st_dwithin(place, 'POINT (1 1)')", "st_dwithin takes 3 arguments, 2 given"),
        (f"st_dwithin(place, '{SQUARE}', 3)", "st_dwithin only supports a POINT"),
        ("st_dwithin(place, 'POINT EMPTY', 3)", "st_dwithin only supports a POINT"),
        ("st_dwithin(place, 'POINT', 3)", "'POINT' is none"),
        ("st_dwithin(place, 'POINT (1 1)', -1)", "cannot be negative: -1"),
        ("st_dwithin(place, 'POINT (1 1)', 'far')", "takes a distance in metres"),
        ("place == 'POINT (1 1)'", "geometry field place can only be asked by functions"),
        ("place['a'] is null", "geometry field place can only be asked by functions"),
        ("nowhere is null", "field nowhere not exist"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, cause: str):
    with pytest.raises(FilterInvalid, match=cause):
        compile_filter(text, SCHEMA)
