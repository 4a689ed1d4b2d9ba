"""What every index type must do, whatever it is: one suite over the registry.

A type added to ``elanus.index.vector`` is tested here without a change to this file; one with a required build
parameter adds it to ``BUILD``.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import numpy as np
import pytest

from conformance.types import (
    ASKED,
    CASES,
    DIM,
    FLOORS,
    GENEROUS,
    MODEST,
    QUERIES,
    ROWS,
    TOLERANCE,
    TYPES,
    VECTORS,
    K,
    built,
    recall,
    spec_of,
)
from elanus.index.build import estimate
from elanus.index.exact import exact_search
from elanus.index.registry import index_type, index_types
from elanus.index.request import check_search
from elanus.schema.metric import Metric


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """One opened index of each type and metric, built once."""
    folder, cache = tmp_path_factory.mktemp("indexes"), {}

    def get(name: str, metric: Metric = Metric.L2):
        if (name, metric) not in cache:
            spec = spec_of(name, metric)
            cache[name, metric] = spec, built(folder / f"{name}-{metric}.idx", spec)
        return cache[name, metric]

    yield get
    for _, index in cache.values():
        index.close()


@pytest.mark.parametrize(("name", "metric"), CASES)
class TestSearch:
    def test_finds_what_exact_search_finds(self, opened, name, metric):
        spec, index = opened(name, metric)
        hits = index.search(ASKED, K, mask=None, params=check_search(spec, GENEROUS, K))
        wanted = exact_search(VECTORS, ASKED, K, metric)
        assert recall(hits.rows, wanted.rows) >= FLOORS.get(name, 0.99)
        assert (hits.distances.dtype, hits.rows.dtype) == (np.float32, np.int64)
        assert (np.diff(hits.distances, axis=1) >= 0).all()

    def test_its_distances_are_those_of_the_metric(self, opened, name, metric):
        spec, index = opened(name, metric)
        hits = index.search(ASKED, K, mask=None, params=check_search(spec, GENEROUS, K))
        exact = exact_search(VECTORS, ASKED, ROWS, metric)
        by_row = np.take_along_axis(exact.distances, exact.rows.argsort(axis=1), 1)
        wanted = np.take_along_axis(by_row, hits.rows, 1)
        tolerance = TOLERANCE.get(name, 1e-4)
        np.testing.assert_allclose(hits.distances, wanted, rtol=tolerance, atol=tolerance)

    def test_all_rows_within_a_radius_are_among_the_nearest(self, opened, name, metric):
        spec, index = opened(name, metric)
        exact = exact_search(VECTORS, ASKED, 30, metric)
        within = exact.distances <= exact.distances[:, 19:20]
        hits = index.search(ASKED, 60, mask=None, params=check_search(spec, GENEROUS, 60))
        found = np.where(hits.distances <= hits.distances[:, 29:30], hits.rows, -1)
        wanted = np.where(within, exact.rows, -1)
        assert recall(found, wanted) >= FLOORS.get(name, 0.99)

    def test_one_query_alone_gets_the_same_answer(self, opened, name, metric):
        spec, index = opened(name, metric)
        params = check_search(spec, {}, K)
        together = index.search(ASKED, K, mask=None, params=params)
        alone = [index.search(ASKED[i : i + 1], K, mask=None, params=params) for i in range(QUERIES)]
        np.testing.assert_array_equal(np.concatenate([a.rows for a in alone]), together.rows)
        found = np.concatenate([a.distances for a in alone])
        np.testing.assert_allclose(found, together.distances, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("kept", [0.001, 0.01, 0.1, 0.5, 0.99])
    def test_a_mask_is_obeyed_and_recall_kept(self, opened, name, metric, kept):
        spec, index = opened(name, metric)
        mask = np.zeros(ROWS, bool)
        mask[np.random.default_rng(3).choice(ROWS, int(ROWS * kept), replace=False)] = True
        params = index.widened(check_search(spec, MODEST, K), k=K, kept=kept)
        hits = index.search(ASKED, K, mask=mask, params=params)
        assert mask[hits.rows[hits.rows >= 0]].all()
        assert (np.isposinf(hits.distances) == (hits.rows < 0)).all()
        wanted = exact_search(VECTORS, ASKED, K, metric, rows=np.flatnonzero(mask))
        if kept >= 0.1:
            assert recall(hits.rows, wanted.rows) >= min(0.9, FLOORS.get(name, 1.0) - 0.05)

    def test_the_users_vectors_are_not_changed(self, opened, name, metric):
        spec, index = opened(name, metric)
        asked = ASKED.copy()
        index.search(asked, K, mask=None, params=check_search(spec, {}, K))
        np.testing.assert_array_equal(asked, ASKED)


@pytest.mark.parametrize("name", TYPES)
class TestEdges:
    @pytest.mark.parametrize("rows", [0, 1, 5, 100])
    def test_few_rows_build_and_all_are_found(self, tmp_path, name, rows):
        vectors = VECTORS[:rows]
        for metric in {Metric.L2, index_type(name).metrics[-1]}:
            spec = spec_of(name, metric, nlist=1024)
            index = built(tmp_path / f"{metric}.idx", spec, vectors)
            k = 120
            hits = index.search(ASKED[:3], k, mask=None, params=check_search(spec, GENEROUS, k))
            for found in hits.rows:
                assert sorted(found[:rows]) == list(range(rows))
                assert (found[rows:] == -1).all()
            assert np.isposinf(hits.distances[:, rows:]).all()

    def test_equal_rows_are_all_found(self, tmp_path, name):
        vectors = np.repeat(VECTORS[:1], 300, axis=0)
        spec = spec_of(name)
        hits = built(tmp_path / "equal.idx", spec, vectors).search(
            VECTORS[:1], 20, mask=None, params=check_search(spec, GENEROUS, 20)
        )
        assert len(set(hits.rows[0].tolist()) - {-1}) == 20
        np.testing.assert_allclose(hits.distances, 0, atol=0.05)

    def test_zero_vectors_have_product_zero(self, tmp_path, name):
        vectors = np.concatenate([VECTORS[:200], np.zeros((3, DIM), np.float32)])
        spec = spec_of(name, index_type(name).metrics[-1])
        index = built(tmp_path / "zero.idx", spec, vectors)
        only = np.arange(203) >= 200
        hits = index.search(ASKED[:2], 3, mask=only, params=check_search(spec, GENEROUS, 3))
        assert (hits.rows >= 0).all()
        scale = 1.0 if spec.metric is Metric.COSINE else float((np.abs(VECTORS) ** 2).sum(1).max())
        np.testing.assert_allclose(hits.distances / scale, 0, atol=TOLERANCE.get(name, 0.02))
        of_zero = index.search(vectors[200:201], 3, mask=None, params=check_search(spec, {}, 3))
        assert np.isfinite(of_zero.distances).all()

    def test_no_query_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        assert index.search(ASKED[:0], K, mask=None, params=check_search(spec, {}, K)).rows.shape == (0, K)

    def test_an_empty_mask_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        hits = index.search(ASKED, K, mask=np.zeros(ROWS, bool), params=check_search(spec, {}, K))
        assert (hits.rows == -1).all()

    def test_one_thread_builds_the_same_index_twice(self, opened, tmp_path, name):
        spec, first = opened(name)
        second = built(tmp_path / "again.idx", spec)
        params = check_search(spec, {}, K)
        one, other = (index.search(ASKED, K, mask=None, params=params) for index in (first, second))
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.distances, other.distances)

    def test_many_threads_search_one_index(self, opened, name):
        spec, index = opened(name)
        params = check_search(spec, {}, K)
        wanted = index.search(ASKED, K, mask=None, params=params).rows
        wrong = []

        def search(start: int) -> None:
            for i in range(start, QUERIES, 4):
                rows = index.search(ASKED[i : i + 1], K, mask=None, params=params).rows
                wrong.extend([i] * (not np.array_equal(rows[0], wanted[i])))

        threads = [Thread(target=search, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_its_numbers_are_known_before_and_after(self, tmp_path, name):
        spec = spec_of(name, index_type(name).metrics[-1])
        index = built(tmp_path / "a.idx", spec)
        expected = estimate(spec, ROWS)
        assert index.row_count == ROWS
        assert expected.disk_bytes == pytest.approx((tmp_path / "a.idx").stat().st_size, rel=0.25, abs=40_000)
        assert expected.resident_bytes == pytest.approx(index.resident_bytes, rel=0.25, abs=4096)
        assert expected.peak_bytes >= expected.resident_bytes


def test_what_has_nothing_to_build_is_searched_exactly():
    assert {n for n, d in index_types().items() if d.builder is None} == {"FLAT", "GPU_BRUTE_FORCE"}
    assert all(d.open is None for d in index_types().values() if d.builder is None)
    assert estimate(replace(spec_of("HNSW"), type="FLAT"), 1000).disk_bytes == 0
