"""Exact search over sparse rows, and the formula of BM25, against dictionaries in plain Python."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.index.bm25 import Bm25, row_lengths
from elanus.index.exact import exact_range, exact_search, norms_of, rerank, sparse
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows


def data(n, seed=0, dims=200, entries=20, whole=False):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, entries, n)
    indices = [np.sort(rng.choice(dims, length, replace=False)) * 21_474_836 for length in lengths]
    values = rng.integers(1, 9, lengths.sum()) if whole else rng.standard_normal(lengths.sum())
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return SparseRows(indptr, np.concatenate([*indices, []]).astype(np.uint32), values.astype(np.float32))


def as_dicts(rows):
    ends = rows.indptr.tolist()
    return [dict(zip(rows.indices[a:b].tolist(), rows.values[a:b].tolist(), strict=True)) for a, b in pairwise(ends)]


def products(vectors, queries):
    """(nq, n) minus the inner products; infinite where it is 0."""
    return np.array(
        [
            [-sum(v * q[d] for d, v in x.items() if d in q) or math.inf for x in as_dicts(vectors)]
            for q in as_dicts(queries)
        ]
    )


def bm25(vectors, queries, k1, b, average):
    """(nq, n) minus the scores, as the textbook has them."""

    def score(row, query):
        length = sum(row.values())
        norm = k1 * (1 - b + b * length / average)
        return (
            -sum(weight * row[term] / (row[term] + norm) for term, weight in query.items() if term in row) or math.inf
        )

    return np.array([[score(row, query) for row in as_dicts(vectors)] for query in as_dicts(queries)])


def assert_nearest(hits, truth, k):
    for found, distances, true in zip(hits.rows, hits.distances, truth, strict=True):
        wanted = np.sort(true[np.isfinite(true)])[:k]
        rows = found[: len(wanted)]
        assert len(set(rows.tolist()) - {-1}) == len(wanted)
        np.testing.assert_allclose(true[rows], wanted, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(distances[: len(wanted)], wanted, rtol=1e-5, atol=1e-6)
        assert (found[len(wanted) :] == -1).all()
        assert np.isposinf(distances[len(wanted) :]).all()


@pytest.mark.parametrize(("n", "nq", "k"), [(1, 1, 1), (3, 2, 10), (800, 1, 10), (400, 7, 400)])
def test_it_is_the_oracles_answer(n, nq, k):
    vectors, queries = data(n), data(nq, 1)
    assert_nearest(exact_search(vectors, queries, k, Metric.IP), products(vectors, queries), k)


@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.5])
def test_only_the_given_rows_are_considered(fraction, monkeypatch):
    monkeypatch.setattr(sparse, "BLOCK_ENTRIES", 700)
    vectors, queries = data(900), data(4, 1)
    rows = np.flatnonzero(np.random.default_rng(1).random(900) < fraction)
    truth = np.full((4, 900), np.inf)
    truth[:, rows] = products(vectors, queries)[:, rows]
    assert_nearest(exact_search(vectors, queries, 10, Metric.IP, rows=rows), truth, 10)


def test_rows_of_a_slice_are_numbered_from_its_start():
    vectors, queries = data(300), data(3, 1)
    part = vectors[100:200]
    assert part.indptr[0] > 0
    assert_nearest(exact_search(part, queries, 20, Metric.IP), products(vectors, queries)[:, 100:200], 20)


def test_a_range_takes_its_inner_bound_and_leaves_its_outer():
    vectors, queries = data(400), data(2, 3)
    found = exact_search(vectors, queries[:1], 30, Metric.IP).distances[0]
    inner, outer = float(found[3]), float(found[20])
    truth = products(vectors, queries).astype(np.float32)
    within = np.where((truth >= inner) & (truth < outer), truth, np.inf)
    assert_nearest(exact_range(vectors, queries, 100, Metric.IP, inner=inner, outer=outer), within, 100)


def test_equal_rows_come_by_row_number():
    vectors = data(5, 2).take(np.repeat(np.arange(5), 20))
    hits = exact_search(vectors, vectors[:1], 20, Metric.IP)
    assert hits.rows[0].tolist() == list(range(20))


def test_empty_rows_and_empty_queries_meet_nothing():
    vectors = data(50)
    nothing = SparseRows(np.zeros(4, np.int64), vectors.indices[:0], vectors.values[:0])
    assert (exact_search(vectors, nothing, 5, Metric.IP).rows == -1).all()
    assert (exact_search(nothing, vectors[:3], 5, Metric.IP).rows == -1).all()
    assert exact_search(vectors, vectors[:0], 5, Metric.IP).rows.shape == (0, 5)


def test_rerank_orders_candidates_and_drops_the_missing():
    vectors, queries = data(100, entries=60), data(2, 1, entries=60)
    candidates = np.tile(np.array([5, 50, -1, 7, -1, 9]), (2, 1))
    truth = np.full((2, 100), np.inf)
    truth[:, [5, 50, 7, 9]] = products(vectors, queries)[:, [5, 50, 7, 9]]
    assert_nearest(rerank(vectors, candidates, queries, 6, Metric.IP), truth, 6)


@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 20), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_small_integer_data(n, nq, k, seed):
    vectors, queries = data(n, seed, dims=6, entries=5, whole=True), data(nq, seed + 1, dims=6, entries=5, whole=True)
    assert_nearest(exact_search(vectors, queries, k, Metric.IP), products(vectors, queries), k)


@pytest.mark.parametrize(
    ("k1", "b", "average"), [(1.2, 0.75, 40.0), (0.0, 0.0, 10.0), (3.0, 1.0, 3.0), (2.0, 0.0, 1.0)]
)
def test_bm25_is_the_textbooks(k1, b, average):
    vectors, queries = data(300, whole=True), data(5, 1)
    norms = Bm25(k1, b, average).norms(row_lengths(vectors))
    truth = bm25(vectors, queries, k1, b, average)
    assert_nearest(exact_search(vectors, queries, 20, Metric.BM25, norms=norms), truth, 20)


def test_bm25_without_statistics_takes_those_of_the_rows():
    vectors, queries = data(300, whole=True), data(5, 1)
    average = float(np.mean([sum(row.values()) for row in as_dicts(vectors)]))
    truth = bm25(vectors, queries, 1.2, 0.75, average)
    assert_nearest(exact_search(vectors, queries, 20, Metric.BM25), truth, 20)
    assert_nearest(exact_search(vectors, queries, 20, Metric.BM25, norms=norms_of(vectors, Metric.BM25)), truth, 20)
