from __future__ import annotations

import numpy as np

from elanus.index.base import Bits, Hits, Queries, VectorIndex
from elanus.index.exact import exact_search
from elanus.index.params import Values
from elanus.index.partial import PartialIndex
from elanus.schema.metric import Metric

VECTORS = np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32)
QUERIES = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
PRESENT = np.flatnonzero(np.arange(60) % 3)


class Exact(VectorIndex):
    """Finds by looking at every row; remembers what it was asked."""

    def __init__(self, rows: np.ndarray) -> None:
        self.vectors = VECTORS[rows]
        self.row_count = len(rows)
        self.resident_bytes = 100
        self.short_is_complete = True
        self.mask: Bits | None = None
        self.closed = False

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        self.mask = mask
        rows = None if mask is None else np.flatnonzero(mask)
        return exact_search(self.vectors, queries, k, Metric.L2, rows=rows)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {"kept": kept}

    def close(self) -> None:
        self.closed = True


def test_rows_are_numbered_as_in_the_segment() -> None:
    index = PartialIndex(Exact(PRESENT), PRESENT, 60)
    found = index.search(QUERIES, 5, mask=None, params={})
    expected = exact_search(VECTORS, QUERIES, 5, Metric.L2, rows=PRESENT)
    assert np.array_equal(found.rows, expected.rows)
    assert np.array_equal(found.distances, expected.distances)


def test_a_mask_of_the_segment() -> None:
    mask = np.arange(60) % 2 == 0
    index = PartialIndex(Exact(PRESENT), PRESENT, 60)
    found = index.search(QUERIES, 30, mask=mask, params={})
    allowed = PRESENT[PRESENT % 2 == 0]
    expected = exact_search(VECTORS, QUERIES, 30, Metric.L2, rows=allowed)
    assert np.array_equal(found.rows, expected.rows)
    assert (found.rows == -1).sum() == 3 * (30 - len(allowed))


def test_a_mask_that_only_rules_out_rows_without_a_vector_is_none() -> None:
    inner = Exact(PRESENT)
    PartialIndex(inner, PRESENT, 60).search(QUERIES, 5, mask=np.arange(60) % 3 > 0, params={})
    assert inner.mask is None


def test_no_row_has_a_vector() -> None:
    nothing = np.empty(0, np.int64)
    found = PartialIndex(Exact(nothing), nothing, 60).search(QUERIES, 2, mask=None, params={})
    assert found.rows.tolist() == [[-1, -1]] * 3


def test_the_rest_is_that_of_the_index_itself() -> None:
    inner = Exact(PRESENT)
    index = PartialIndex(inner, PRESENT, 60)
    assert (index.row_count, index.resident_bytes, index.short_is_complete) == (60, 100 + 8 * 40, True)
    assert PartialIndex(inner, PRESENT, 60, copied_bytes=7).resident_bytes == index.resident_bytes + 7
    assert index.widened({}, k=1, kept=0.5) == {"kept": 0.75}
    assert index.widened({}, k=1, kept=0.9) == {"kept": 1.0}
    index.close()
    assert inner.closed
