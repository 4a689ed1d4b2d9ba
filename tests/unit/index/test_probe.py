"""The probe: its interval, its sample, and that it tells a good index from a bad one."""

import numpy as np
import pytest

from elanus.index.base import Hits, IndexSpec, VectorIndex
from elanus.index.exact import exact_search
from elanus.index.probe import measure, sample_rows, wilson_interval
from elanus.schema.metric import Metric

VECTORS = np.random.default_rng(0).standard_normal((500, 8), dtype=np.float32)
SPEC = IndexSpec("HNSW", Metric.L2, 8, {})


class Forgetful(VectorIndex):
    """Exact, but never returns rows from ``known`` on."""

    row_count, resident_bytes = 500, 0

    def __init__(self, known: int) -> None:
        self.known = known

    def search(self, queries, k, *, mask, params):
        return exact_search(VECTORS, queries, k, Metric.L2, rows=np.arange(self.known))

    def widened(self, params, *, k, kept):
        return params


@pytest.mark.parametrize(("known", "low", "high"), [(500, 1.0, 1.0), (250, 0.4, 0.6), (0, 0.0, 0.0)])
def test_recall_is_the_share_that_was_found(known, low, high):
    measured = measure(Forgetful(known), SPEC, VECTORS, seed=1)
    assert low <= measured.recall <= high
    assert measured.recall_low <= measured.recall <= measured.recall_high


def test_ties_are_not_punished():
    class Backwards(Forgetful):
        def search(self, queries, k, *, mask, params):
            return Hits(np.zeros((1, k), np.float32), np.arange(499, 499 - k, -1)[None])

    same = np.ones((500, 8), np.float32)
    assert measure(Backwards(500), SPEC, same, seed=1).recall == 1.0


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_find_is_no_failure(rows):
    measured = measure(Forgetful(rows), SPEC, VECTORS[:rows], seed=1)
    assert (measured.recall, measured.recall_low, measured.recall_high) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(95, 100, 0.8882, 0.9785), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_interval(hits, trials, low, high):
    """Values of the published formula."""
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_sample_is_seeded_sorted_and_distinct():
    rows = sample_rows(10_000, 100, seed=5)
    assert len(set(rows.tolist())) == 100
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows, sample_rows(10_000, 100, seed=5))
    assert (rows != sample_rows(10_000, 100, seed=6)).any()
    np.testing.assert_array_equal(sample_rows(3, 100, seed=5), [0, 1, 2])
