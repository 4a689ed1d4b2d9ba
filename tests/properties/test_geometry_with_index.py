"""Any question about any shapes selects the same rows with an RTREE as without, and as a loop over rows."""

from __future__ import annotations

from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.filter import compile_filter, plan
from elanus.filter.field_index import Place
from elanus.filter.geometry import RELATIONS
from elanus.index.scalar import rtree
from unit.filter.shapes import SCHEMA, ShapeColumns, near, related

grid = st.integers(-4, 4)
points = st.builds("POINT ({} {})".format, grid, grid)
lines = st.builds(
    lambda x, y, dx, dy: f"LINESTRING ({x} {y}, {x + dx} {y + dy})", grid, grid, st.integers(1, 5), st.integers(-3, 3)
)
boxes = st.builds(
    lambda x, y, w, h: f"POLYGON (({x} {y}, {x + w} {y}, {x + w} {y + h}, {x} {y + h}, {x} {y}))",
    *(grid, grid, st.integers(1, 5), st.integers(1, 5)),
)
shapes = st.one_of(points, lines, boxes, st.just("POINT EMPTY"))
places = st.builds(
    "POINT ({} {})".format,
    st.sampled_from([-540, -181, -180, -179.999, -91, 0, 0.001, 90, 179.999, 180, 359.5]),
    st.sampled_from([-271, -90.5, -90, -89.999, -1, 0, 0.001, 45, 89.9, 90, 91, 450]),
)
centres = st.builds(
    "POINT ({} {})".format,
    st.sampled_from([-180, -90, 0, 179.9, 180, 200]),
    st.sampled_from([-90, -60, 0, 89.99, 90, 120]),
)
distances = st.sampled_from([0, 1, 150, 20_000, 5_000_000, 10_007_543.5, 20_016_000, 1e9])


def masks(text: str, rows: list[str | None]) -> tuple[list[bool], list[bool]]:
    """With an index and without."""
    columns = ShapeColumns(rows)
    index = rtree.open_tree(rtree.build(columns.column("place"), {}), len(rows))
    predicate = compile_filter(text, SCHEMA)
    with mock.patch.object(plan, "FEW", 1):  # so that the index is asked over so few rows, too
        indexed = predicate.mask(columns, {Place("place"): index})
    return indexed.tolist(), predicate.mask(columns).tolist()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RELATIONS), st.lists(st.one_of(st.none(), shapes), min_size=1, max_size=12), shapes)
def test_relations(relation: str, rows: list[str | None], other: str) -> None:
    indexed, plain = masks(f"st_{relation}(place, '{other}')", rows)
    assert indexed == plain == [related(relation, row, other) for row in rows]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), shapes, places), min_size=1, max_size=12), centres, distances)
def test_distances(rows: list[str | None], centre: str, metres: float) -> None:
    indexed, plain = masks(f"st_dwithin(place, '{centre}', {metres})", rows)
    assert np.array_equal(indexed, plain)
    assert plain == [near(row, centre, metres) for row in rows]
