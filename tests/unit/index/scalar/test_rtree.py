"""The tree names every box that a look at all of them names, and next to no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from elanus.errors import BuildFailed
from elanus.index.progress import BuildProgress
from elanus.index.scalar import rtree
from elanus.index.scalar._boxes import FANOUT, packing_order, rounded
from elanus.index.scalar.base import ScalarIndex, ScalarSpec
from elanus.index.scalar.build import ScalarTask, build_scalar
from elanus.index.scalar.file import open_scalar_index
from elanus.index.scalar.probe import probed
from elanus.schema.geometry import boxes_of, meeting

SPEC = ScalarSpec("RTREE", {})
rng = np.random.default_rng(11)


def shapes(count: int) -> pa.Array:
    """Points, boxes and NULLs all over a square of 100."""
    corners, sides = rng.random((count, 2)) * 100, rng.random((count, 2)) * 3
    drawn = np.where(
        rng.random(count) < 0.5,
        shapely.points(corners),
        shapely.box(*corners.T, *(corners + sides).T),
    )
    drawn[rng.random(count) < 0.1] = None
    return pa.array(shapely.to_wkb(drawn, byte_order=1, flavor="iso"), pa.large_binary())


def ignore(progress: BuildProgress) -> None:
    pass


@pytest.mark.parametrize("count", [1, FANOUT, FANOUT + 1, 700, FANOUT * FANOUT + 7])
def test_the_tree_names_what_a_scan_of_all_boxes_names(count: int, tmp_path: Path):
    column = shapes(count)
    built = build_scalar(ScalarTask(SPEC, [column], count, tmp_path / "index"), ignore)
    assert built.probes > 0 or column.null_count == count
    index = open_scalar_index(tmp_path / "index", SPEC, count)
    boxes = boxes_of(column)
    for _ in range(20):
        low, size = rng.random((3, 2)) * 100, rng.random((3, 2)) * rng.choice([0, 1, 30])
        areas = np.hstack((low, low + size))
        found = index.meeting(areas)
        assert found is not None
        assert not found.exact
        rows = found.rows()
        assert found.count == len(rows) == len(set(rows.tolist()))
        wanted = np.flatnonzero(meeting(boxes, areas))
        assert set(wanted) <= set(rows)
        assert len(rows) <= len(wanted) + 2  # float32 is a little larger


@pytest.mark.parametrize(
    "values", [[], [None, None], [shapely.from_wkt("POINT EMPTY").wkb]], ids=["0", "NULL", "empty"]
)
def test_columns_without_a_box(values: list[bytes | None], tmp_path: Path):
    column = pa.array(values, pa.large_binary())
    build_scalar(ScalarTask(SPEC, [column], len(column), tmp_path / "index"), ignore)
    found = open_scalar_index(tmp_path / "index", SPEC, len(column)).meeting(np.array([[-1e9, -1e9, 1e9, 1e9]]))
    assert found is not None
    assert (found.count, len(found.rows())) == (0, 0)


def test_boxes_are_rounded_outwards():
    boxes = np.array([[0.1, -0.1, 0.1, 1 / 3], [1e300, -1e300, 1e300, 1e300], [16777217, 0, 16777217, 5e-324]])
    packed = rounded(boxes).astype(np.float64)
    assert (packed[:, :2] <= boxes[:, :2]).all()
    assert (packed[:, 2:] >= boxes[:, 2:]).all()
    assert np.abs(packed[0] - boxes[0]).max() < 1e-7


def test_neighbours_lie_together():
    boxes = np.tile(rng.random((20_000, 2)), 2)
    packed = boxes[packing_order(boxes)]
    leaves = packed[: len(packed) // FANOUT * FANOUT].reshape(-1, FANOUT, 4)
    areas = np.prod(leaves[:, :, :2].max(axis=1) - leaves[:, :, :2].min(axis=1), axis=1)
    assert areas.sum() < 1.2  # without any order every one of them covers nearly the whole


def test_it_answers_no_question_about_values():
    index = rtree.open_tree(rtree.build(shapes(10), {}), 10)
    assert index.equal(pa.array([b""], pa.large_binary())) is None
    assert index.compared("<", 1) is None
    assert index.like("%a%") is None
    assert ScalarIndex(10).meeting(np.zeros((1, 4))) is None


def test_a_tree_of_other_shapes_fails_its_build():
    index = rtree.open_tree(rtree.build(shapes(50), {}), 50)
    with pytest.raises(BuildFailed, match="does not name row"):
        probed(index, shapes(50))
