"""Exact search against a plain float64 oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.index.distance import distances_to, squared_norms
from elanus.index.exact import dense, exact_range, exact_search, rerank
from elanus.index.exact.smallest import smallest
from elanus.schema.bfloat16 import bfloat16_of, floats_of
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType

METRICS = metrics_of(DataType.FLOAT_VECTOR)


def oracle(vectors, queries, metric):
    """(nq, n) distances in float64."""
    x, q = vectors.astype(np.float64), queries.astype(np.float64)
    if metric is Metric.L2:
        return ((q[:, None, :] - x[None]) ** 2).sum(axis=2)
    if metric is Metric.COSINE:
        x, q = (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-300) for v in (x, q))
    return -(q @ x.T)


def data(n, nq, dim, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, dim), dtype=np.float32), rng.standard_normal((nq, dim), dtype=np.float32)


def assert_nearest(hits, truth, k):
    """Each query's hits are its k smallest true distances (ties in any order), ascending, without repeats."""
    for query in range(len(truth)):
        rows = hits.rows[query][hits.rows[query] >= 0]
        wanted = np.sort(truth[query][np.isfinite(truth[query])])[:k]
        assert len(rows) == len(set(rows)) == len(wanted)
        np.testing.assert_allclose(truth[query][rows], wanted, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(hits.distances[query][: len(rows)], wanted, rtol=1e-4, atol=1e-5)
        assert np.isposinf(hits.distances[query][len(rows) :]).all()
        assert (np.diff(hits.distances[query][: len(rows)]) >= 0).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("n", "nq", "k"), [(1, 1, 1), (3, 2, 10), (5000, 1, 10), (5000, 33, 100), (3000, 5, 3000)])
@pytest.mark.parametrize("cached", [True, False])
def test_it_is_the_oracles_answer(metric, n, nq, k, cached):
    vectors, queries = data(n, nq, 24)
    norms = squared_norms(vectors) if cached else None
    assert_nearest(exact_search(vectors, queries, k, metric, norms=norms), oracle(vectors, queries, metric), k)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.05, 0.3, 1.0])
def test_only_the_given_rows_are_considered(metric, fraction):
    vectors, queries = data(4000, 7, 16)
    rows = np.flatnonzero(np.random.default_rng(1).random(4000) < fraction)
    truth = np.full((7, 4000), np.inf)
    truth[:, rows] = oracle(vectors, queries, metric)[:, rows]
    norms = squared_norms(vectors)
    assert_nearest(exact_search(vectors, queries, 10, metric, rows=rows, norms=norms), truth, 10)


@pytest.mark.parametrize("metric", METRICS)
def test_many_blocks_give_the_same_answer(metric, monkeypatch):
    monkeypatch.setattr(dense, "SCORE_BYTES", 1 << 12)
    monkeypatch.setattr(dense, "QUERIES_AT_ONCE", 3)
    vectors, queries = data(9000, 8, 16)
    assert_nearest(exact_search(vectors, queries, 10, metric), oracle(vectors, queries, metric), 10)
    rows = np.arange(0, 9000, 20)
    truth = np.full((8, 9000), np.inf)
    truth[:, rows] = oracle(vectors, queries, metric)[:, rows]
    assert_nearest(exact_search(vectors, queries, 10, metric, rows=rows), truth, 10)


STORED = {
    "float16": (lambda x: x.astype(np.float16), lambda stored: stored.astype(np.float32)),
    "bfloat16": (bfloat16_of, floats_of),
    "int8": (lambda x: np.clip(x * 40, -128, 127).astype(np.int8), lambda stored: stored.astype(np.float32)),
}
"""How float32 becomes the stored type, and what it then stands for."""


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("fraction", [None, 0.02, 0.6])
@pytest.mark.parametrize("nq", [1, 5])
def test_every_stored_type_is_measured_as_what_it_stands_for(metric, kind, fraction, nq, monkeypatch):
    monkeypatch.setattr(dense, "WIDENED_BYTES", 1 << 12)
    monkeypatch.setattr("elanus.index.distance.GATHER_BYTES", 1 << 12)
    store, meaning = STORED[kind]
    vectors, queries = data(3000, nq, 24)
    vectors = store(vectors)
    rows = None if fraction is None else np.flatnonzero(np.random.default_rng(1).random(3000) < fraction)
    truth = oracle(meaning(vectors), queries, metric)
    if rows is not None:
        truth[:, np.setdiff1d(np.arange(3000), rows)] = np.inf
    for norms in (None, squared_norms(vectors)):
        assert_nearest(exact_search(vectors, queries, 10, metric, rows=rows, norms=norms), truth, 10)


def test_a_vector_is_at_distance_exactly_zero_of_itself():
    vectors = data(2000, 1, 64)[0] * 1000 + 5000
    hits = exact_search(vectors, vectors[:50].copy(), 1, Metric.L2)
    assert (hits.distances == 0.0).all()
    assert (hits.rows[:, 0] == np.arange(50)).all()


def test_data_far_from_the_origin_is_not_confused_by_rounding():
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((3000, 32)) * 0.01 + 100).astype(np.float32)
    queries = vectors[:20] + np.float32(0.001)
    truth = oracle(vectors, queries, Metric.L2)
    hits = exact_search(vectors, queries, 10, Metric.L2)
    np.testing.assert_allclose(np.take_along_axis(truth, hits.rows, 1), np.sort(truth, axis=1)[:, :10], rtol=1e-3)


def test_duplicates_are_all_found_once():
    vectors = np.repeat(data(10, 1, 8)[0], 300, axis=0)
    hits = exact_search(vectors, vectors[:1], 300, Metric.L2)
    assert sorted(hits.rows[0]) == list(range(300))
    assert (hits.distances == 0).all()


def test_zero_vectors_have_cosine_zero():
    vectors = np.array([[0, 0], [1, 0], [-1, 0]], np.float32)
    hits = exact_search(vectors, np.array([[2, 0], [0, 0]], np.float32), 3, Metric.COSINE)
    np.testing.assert_allclose(hits.distances[0], [-1, 0, 1], atol=1e-6)
    assert list(hits.rows[0]) == [1, 0, 2]
    assert (hits.distances[1] == 0).all()


def test_no_query_and_no_row():
    vectors, queries = data(10, 3, 4)
    assert exact_search(vectors, queries[:0], 5, Metric.L2).rows.shape == (0, 5)
    assert (exact_search(vectors[:0], queries, 5, Metric.L2).rows == -1).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("rows", [None, np.arange(0, 4000, 3), np.arange(0, 4000, 40)])
def test_a_range_takes_its_inner_bound_and_leaves_its_outer(metric, rows):
    vectors, queries = data(4000, 4, 16)
    found = exact_search(vectors, queries[:1], 4000, metric).distances[0]
    inner, outer = float(found[20]), float(found[120])
    truth = np.full((4, 4000), np.inf)
    chosen = np.arange(4000) if rows is None else rows
    for query in range(4):
        distances = distances_to(vectors, chosen, queries[query], metric)
        truth[query, chosen] = np.where((distances >= inner) & (distances < outer), distances, np.inf)
    for k in (10, 500):
        hits = exact_range(vectors, queries, k, metric, inner=inner, outer=outer, rows=rows)
        assert_nearest(hits, truth, k)
    if rows is None:
        assert hits.distances[0, 0] == np.float32(inner)


@given(st.integers(1, 400), st.integers(1, 4), st.integers(1, 40), st.sampled_from(METRICS), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_small_integer_data(n, nq, k, metric, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-2, 3, (n, 3)).astype(np.float32)
    queries = rng.integers(-2, 3, (nq, 3)).astype(np.float32)
    assert_nearest(exact_search(vectors, queries, k, metric), oracle(vectors, queries, metric), k)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("nq", [1, 5])
def test_rerank_orders_candidates_and_drops_the_missing(metric, nq):
    vectors, queries = data(100, nq, 8)
    candidates = np.tile(np.array([5, 50, -1, 7, -1, 9]), (nq, 1))
    truth = np.full((nq, 100), np.inf)
    truth[:, [5, 50, 7, 9]] = oracle(vectors, queries, metric)[:, [5, 50, 7, 9]]
    assert_nearest(rerank(vectors, candidates, queries, 6, metric), truth, 6)


@given(st.integers(1, 4), st.integers(1, 900), st.integers(1, 40), st.booleans(), st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_the_smallest_scores_of_a_block_of_any_width(nq, width, count, whole, seed):
    """Also where many are equal, or infinite because they are out of range."""
    rng = np.random.default_rng(seed)
    scores = (rng.integers(0, 9, (nq, width)) if whole else rng.standard_normal((nq, width))).astype(np.float32)
    scores[rng.random(scores.shape) < 0.1] = np.inf
    columns = smallest(scores, count)
    best = np.sort(np.take_along_axis(scores, columns, 1), axis=1)[:, :count]
    np.testing.assert_array_equal(best, np.sort(scores, axis=1)[:, :count])
    assert all(len(set(row)) == len(row) for row in columns.tolist())


def test_distances_to_gathers_in_parts(monkeypatch):
    vectors, queries = data(500, 1, 8)
    rows = np.arange(499, 0, -3)
    whole = distances_to(vectors, rows, queries[0], Metric.L2)
    monkeypatch.setattr("elanus.index.distance.GATHER_BYTES", 4 * 8 * 10)
    np.testing.assert_array_equal(distances_to(vectors, rows, queries[0], Metric.L2), whole)
