"""Exact search over binary rows against sets of bits in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.index.exact import binary, candidate_distances, exact_range, exact_search, norms_of, rerank
from elanus.index.minhash import elements
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType

METRICS = metrics_of(DataType.BINARY_VECTOR)


def data(n, size, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (n, size), dtype=np.uint8)
    return rows & rng.integers(0, 256, (n, size), dtype=np.uint8)


def bits_of(row):
    return set(np.flatnonzero(np.unpackbits(row)).tolist())


def distance(row, query, metric):
    """By the definition; infinite for what is no hit."""
    x, q = bits_of(row), bits_of(query)
    similarity = len(x & q) / len(x | q) if x & q else 0.0
    return {
        Metric.HAMMING: len(x ^ q),
        Metric.JACCARD: 1 - similarity,
        Metric.TANIMOTO: -math.log2(similarity) if similarity else 1e38,
        Metric.SUBSTRUCTURE: 0.0 if q <= x else math.inf,
        Metric.SUPERSTRUCTURE: 0.0 if x <= q else math.inf,
        Metric.MHJACCARD: -np.mean([a == b for a, b in zip(row.tolist(), query.tolist(), strict=True)]),
    }[metric]


def oracle(vectors, queries, metric):
    """(nq, n) distances."""
    return np.array([[distance(row, query, metric) for row in vectors] for query in queries], np.float64)


def assert_nearest(hits, truth, k):
    """Each query's hits are its k smallest distances, ties by row number."""
    for found, distances, true in zip(hits.rows, hits.distances, truth, strict=True):
        wanted = sorted((d, row) for row, d in enumerate(true.astype(np.float32).tolist()) if d != math.inf)[:k]
        assert found[: len(wanted)].tolist() == [row for _, row in wanted]
        np.testing.assert_allclose(distances[: len(wanted)], [d for d, _ in wanted], rtol=1e-6)
        assert (found[len(wanted) :] == -1).all()
        assert np.isposinf(distances[len(wanted) :]).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("n", "nq", "k", "size"), [(1, 1, 1, 1), (3, 2, 10, 3), (400, 1, 10, 2), (300, 7, 300, 16)])
@pytest.mark.parametrize("cached", [True, False])
def test_it_is_the_oracles_answer(metric, n, nq, k, size, cached):
    vectors, queries = data(n, size), data(nq, size, 1)
    norms = norms_of(vectors, metric) if cached else None
    assert_nearest(exact_search(vectors, queries, k, metric, norms=norms), oracle(vectors, queries, metric), k)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.5])
def test_only_the_given_rows_are_considered(metric, fraction, monkeypatch):
    monkeypatch.setattr(binary, "BLOCK_PAIRS", 100)
    monkeypatch.setattr(binary, "GATHERED_BYTES", 50)
    monkeypatch.setattr(binary, "QUERIES_AT_ONCE", 2)
    vectors, queries = data(500, 2), data(5, 2, 1)
    rows = np.flatnonzero(np.random.default_rng(1).random(500) < fraction)
    truth = np.full((5, 500), np.inf)
    truth[:, rows] = oracle(vectors, queries, metric)[:, rows]
    for norms in (None, norms_of(vectors, metric)):
        assert_nearest(exact_search(vectors, queries, 10, metric, rows=rows, norms=norms), truth, 10)


@pytest.mark.parametrize("metric", METRICS)
def test_a_range_takes_its_inner_bound_and_leaves_its_outer(metric):
    vectors, queries = data(300, 4), data(3, 4, 1)
    truth = candidate_distances(vectors, np.tile(np.arange(300), (3, 1)), queries, metric)
    inner, outer = np.sort(truth[0][np.isfinite(truth[0])])[[0, -1]] if np.isfinite(truth[0]).any() else (0, 1)
    within = np.where((truth >= inner) & (truth < outer), truth, np.inf)
    assert_nearest(exact_range(vectors, queries, 50, metric, inner=float(inner), outer=float(outer)), within, 50)


@pytest.mark.parametrize("metric", METRICS)
def test_rerank_orders_candidates_and_drops_the_missing(metric):
    vectors, queries = data(100, 2), data(2, 2, 1)
    candidates = np.tile(np.array([5, 50, -1, 7, -1, 9]), (2, 1))
    truth = np.full((2, 100), np.inf)
    truth[:, [5, 50, 7, 9]] = oracle(vectors, queries, metric)[:, [5, 50, 7, 9]]
    assert_nearest(rerank(vectors, candidates, queries, 6, metric), truth, 6)
    distances = candidate_distances(vectors, candidates, queries, metric)
    assert np.isposinf(distances[:, [2, 4]]).all()


@given(st.integers(1, 60), st.integers(1, 3), st.integers(1, 20), st.sampled_from(METRICS), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_small_data_with_empty_and_equal_rows(n, nq, k, metric, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(0, 4, (n, 1), dtype=np.uint8)
    queries = rng.integers(0, 4, (nq, 1), dtype=np.uint8)
    assert_nearest(exact_search(vectors, queries, k, metric), oracle(vectors, queries, metric), k)


@pytest.mark.parametrize("bits", [8, 16, 24, 32, 64, 96])
def test_a_signature_is_compared_element_by_element(bits):
    vectors, queries = data(50, 48) & 1, data(2, 48, 1) & 1
    size = bits // 8
    wanted = -np.array(
        [[np.mean([bytes(x[i : i + size]) == bytes(q[i : i + size]) for i in range(0, 48, size)]) for x in vectors]
         for q in queries]
    )  # fmt: skip
    assert_nearest(exact_search(elements(vectors, bits), elements(queries, bits), 9, Metric.MHJACCARD), wanted, 9)


def test_no_query_and_no_row():
    assert exact_search(data(10, 4), data(0, 4), 5, Metric.JACCARD).rows.shape == (0, 5)
    assert (exact_search(data(0, 4), data(3, 4), 5, Metric.HAMMING).rows == -1).all()
