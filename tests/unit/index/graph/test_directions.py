"""Which directions tell near rows from far ones, and when there are too few of them to gain by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from elanus.index._graph.directions import FEWEST_ROWS, MOST, leading_directions
from elanus.index.distance import for_metric
from elanus.schema.metric import Metric
from unit.index.fading import DIM, METRICS, Floats, fading


def nearest(rows: Floats, asked: Floats, k: int, metric: Metric) -> npt.NDArray[np.int64]:
    scores = -(asked @ rows.T)
    if metric is Metric.L2:
        scores = 2 * scores + (rows**2).sum(axis=1)
    return np.argsort(scores, axis=1)[:, :k]


@pytest.mark.parametrize("metric", METRICS)
def test_few_directions_of_fading_rows_find_their_neighbours(metric: Metric) -> None:
    rows = for_metric(fading(6000), metric)
    directions = leading_directions(rows, metric)
    assert directions is not None
    assert directions.shape[1] <= MOST * DIM
    np.testing.assert_allclose(directions.T @ directions, np.eye(directions.shape[1]), atol=1e-4)
    asked = for_metric(fading(7000)[6000:6050], metric)
    wanted = nearest(rows, asked, 10, metric)
    found = nearest(rows @ directions, asked @ directions, 20, metric)
    share = np.mean([np.isin(best, some).mean() for best, some in zip(wanted, found, strict=True)])
    assert share >= 0.97


@pytest.mark.parametrize("metric", METRICS)
def test_rows_alike_in_all_directions_keep_them_all(metric: Metric) -> None:
    assert leading_directions(for_metric(fading(6000, faded=1.0), metric), metric) is None


def test_few_rows_say_nothing_about_directions() -> None:
    assert leading_directions(fading(FEWEST_ROWS - 1), Metric.L2) is None


def test_few_dimensions_are_all_kept() -> None:
    assert leading_directions(fading(6000)[:, :40].copy(), Metric.L2) is None


def test_where_the_rows_lie_changes_nothing_for_l2() -> None:
    rows = fading(6000)
    here, there = leading_directions(rows, Metric.L2), leading_directions(rows + np.float32(5), Metric.L2)
    assert here is not None
    assert there is not None
    assert here.shape == there.shape


def test_equal_rows_are_told_apart_by_nothing() -> None:
    directions = leading_directions(np.ones((5000, DIM), np.float32), Metric.L2)
    assert directions is None or np.isfinite(directions).all()
