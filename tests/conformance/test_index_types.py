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
    SAMPLES,
    TOLERANCE,
    TYPES,
    VECTORS,
    K,
    built,
    distances_by_row,
    kind_of,
    metrics_for,
    recall,
    sample_of,
    spec_of,
    truth,
)
from elanus.index.base import DENSE
from elanus.index.build import estimate
from elanus.index.registry import index_type, index_types
from elanus.index.request import check_search
from elanus.index.stored import picked
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows

DENSE_TYPES = [name for name in TYPES if kind_of(name) in DENSE]
OTHER_KINDS = [
    (name, kind, metric)
    for name in DENSE_TYPES
    for kind in index_type(name).data_types
    if kind is not kind_of(name) and (kind in DENSE or name != "AUTOINDEX")
    for metric in metrics_for(name, kind)
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """One opened index of each type and metric, built once."""
    folder, cache = tmp_path_factory.mktemp("indexes"), {}

    def get(name: str, metric: Metric | None = None):
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
        hits = index.search(sample_of(name).asked, K, mask=None, params=check_search(spec, GENEROUS, K))
        wanted = truth(spec, K)
        assert recall(hits.rows, wanted.rows) >= FLOORS.get(name, 0.99)
        assert (hits.distances.dtype, hits.rows.dtype) == (np.float32, np.int64)
        assert (hits.distances[:, 1:] >= hits.distances[:, :-1]).all()

    def test_it_says_complete_only_of_hits_everywhere(self, opened, name, metric):
        spec, index = opened(name, metric)
        few = np.zeros(ROWS, bool)
        few[: K - 1] = True
        for asked in (sample_of(name).asked, sample_of(name).asked[:1]):
            for mask in (None, few):
                hits = index.search(asked, K, mask=mask, params=check_search(spec, GENEROUS, K))
                assert not hits.complete or (hits.rows >= 0).all()
            assert not hits.complete

    def test_its_distances_are_those_of_the_metric(self, opened, name, metric):
        spec, index = opened(name, metric)
        hits = index.search(sample_of(name).asked, K, mask=None, params=check_search(spec, GENEROUS, K))
        found = hits.rows >= 0
        assert (found == (truth(spec, K).rows >= 0)).all()
        wanted = np.take_along_axis(distances_by_row(spec), np.maximum(hits.rows, 0), 1)
        tolerance = TOLERANCE.get(name, 1e-4)
        np.testing.assert_allclose(hits.distances[found], wanted[found], rtol=tolerance, atol=tolerance)

    def test_all_rows_within_a_radius_are_among_the_nearest(self, opened, name, metric):
        spec, index = opened(name, metric)
        exact = truth(spec, 30)
        within = exact.distances <= exact.distances[:, 19:20]
        hits = index.search(sample_of(name).asked, 60, mask=None, params=check_search(spec, GENEROUS, 60))
        found = np.where(hits.distances <= hits.distances[:, 29:30], hits.rows, -1)
        wanted = np.where(within, exact.rows, -1)
        assert recall(found, wanted) >= FLOORS.get(name, 0.99)

    def test_one_query_alone_gets_the_same_answer(self, opened, name, metric):
        spec, index = opened(name, metric)
        params = check_search(spec, {}, K)
        together = index.search(sample_of(name).asked, K, mask=None, params=params)
        alone = [index.search(sample_of(name).asked[i : i + 1], K, mask=None, params=params) for i in range(QUERIES)]
        np.testing.assert_array_equal(np.concatenate([a.rows for a in alone]), together.rows)
        found = np.concatenate([a.distances for a in alone])
        np.testing.assert_allclose(found, together.distances, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("kept", [0.001, 0.01, 0.1, 0.5, 0.99])
    def test_a_mask_is_obeyed_and_recall_kept(self, opened, name, metric, kept):
        spec, index = opened(name, metric)
        mask = np.zeros(ROWS, bool)
        mask[np.random.default_rng(3).choice(ROWS, int(ROWS * kept), replace=False)] = True
        params = index.widened(check_search(spec, MODEST, K), k=K, kept=kept)
        hits = index.search(sample_of(name).asked, K, mask=mask, params=params)
        assert mask[hits.rows[hits.rows >= 0]].all()
        assert (np.isposinf(hits.distances) == (hits.rows < 0)).all()
        wanted = truth(spec, K, rows=np.flatnonzero(mask))
        if kept >= 0.1:
            assert recall(hits.rows, wanted.rows) >= min(0.9, FLOORS.get(name, 1.0) - 0.05)

    def test_the_users_vectors_are_not_changed(self, opened, name, metric):
        spec, index = opened(name, metric)
        asked = sample_of(name).asked
        arrays = [asked.indices, asked.values] if isinstance(asked, SparseRows) else [asked]
        before = [array.copy() for array in arrays]
        index.search(asked, K, mask=None, params=check_search(spec, {}, K))
        for array, kept in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize(("name", "kind", "metric"), OTHER_KINDS)
def test_every_other_type_of_rows_is_found(tmp_path, name, kind, metric):
    """The stored type changes what a row is, not how well it is found or measured."""
    spec = spec_of(name, metric, kind)
    index = built(tmp_path / "a.idx", spec)
    hits = index.search(SAMPLES[kind].asked, K, mask=None, params=check_search(spec, GENEROUS, K))
    wanted = np.take_along_axis(distances_by_row(spec), hits.rows, 1)
    farthest = truth(spec, K).distances[:, -1:]
    assert (wanted <= farthest + 1e-5 * np.abs(farthest)).mean() >= FLOORS.get(name, 0.99)
    tolerance = TOLERANCE.get(name, 1e-4)
    np.testing.assert_allclose(hits.distances, wanted, rtol=tolerance, atol=tolerance * np.abs(wanted).max())
    expected = estimate(spec, ROWS)
    assert expected.disk_bytes == pytest.approx((tmp_path / "a.idx").stat().st_size, rel=0.25, abs=40_000)


@pytest.mark.parametrize("name", TYPES)
class TestEdges:
    @pytest.mark.parametrize("rows", [0, 1, 5, 100])
    def test_few_rows_build_and_all_are_found(self, tmp_path, name, rows):
        vectors, asked, k = sample_of(name).vectors[:rows], sample_of(name).asked[:3], 120
        metrics = metrics_for(name, kind_of(name))
        for metric in {metrics[0], metrics[-1]}:
            spec = spec_of(name, metric, nlist=1024)
            index = built(tmp_path / f"{metric}.idx", spec, vectors)
            hits = index.search(asked, k, mask=None, params=check_search(spec, GENEROUS, k))
            wanted = truth(spec, k, vectors, asked).rows
            assert [sorted(found) for found in hits.rows] == [sorted(best) for best in wanted]
            assert (np.isposinf(hits.distances) == (hits.rows < 0)).all()
            assert kind_of(name) not in DENSE or (wanted >= 0).sum() == 3 * rows

    def test_equal_rows_are_all_found(self, tmp_path, name):
        spec, own = spec_of(name), picked(sample_of(name).vectors, np.zeros(300, np.int64))
        hits = built(tmp_path / "equal.idx", spec, own).search(
            own[:1], 20, mask=None, params=check_search(spec, GENEROUS, 20)
        )
        assert len(set(hits.rows[0].tolist()) - {-1}) == 20
        np.testing.assert_allclose(hits.distances, truth(spec, 20, own, own[:1]).distances, rtol=1e-3, atol=0.05)

    def test_no_query_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        assert index.search(sample_of(name).asked[:0], K, mask=None, params=check_search(spec, {}, K)).rows.shape == (
            0,
            K,
        )

    def test_an_empty_mask_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        hits = index.search(sample_of(name).asked, K, mask=np.zeros(ROWS, bool), params=check_search(spec, {}, K))
        assert (hits.rows == -1).all()

    def test_one_thread_builds_the_same_index_twice(self, opened, tmp_path, name):
        spec, first = opened(name)
        second = built(tmp_path / "again.idx", spec)
        params = check_search(spec, {}, K)
        one, other = (index.search(sample_of(name).asked, K, mask=None, params=params) for index in (first, second))
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.distances, other.distances)

    def test_many_threads_search_one_index(self, opened, name):
        spec, index = opened(name)
        params = check_search(spec, {}, K)
        wanted = index.search(sample_of(name).asked, K, mask=None, params=params).rows
        wrong = []

        def search(start: int) -> None:
            for i in range(start, QUERIES, 4):
                rows = index.search(sample_of(name).asked[i : i + 1], K, mask=None, params=params).rows
                wrong.extend([i] * (not np.array_equal(rows[0], wanted[i])))

        threads = [Thread(target=search, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_its_numbers_are_known_before_and_after(self, tmp_path, name):
        spec = spec_of(name, metrics_for(name, kind_of(name))[-1])
        index = built(tmp_path / "a.idx", spec)
        expected = estimate(spec, ROWS)
        assert index.row_count == ROWS
        assert expected.disk_bytes == pytest.approx((tmp_path / "a.idx").stat().st_size, rel=0.25, abs=40_000)
        assert expected.resident_bytes == pytest.approx(index.resident_bytes, rel=0.25, abs=4096)
        assert expected.peak_bytes >= expected.resident_bytes


@pytest.mark.parametrize("name", [name for name in TYPES if kind_of(name) not in DENSE])
def test_empty_rows_and_queries_are_what_exact_search_says(tmp_path, name):
    spec = spec_of(name, metrics_for(name, kind_of(name))[-1])
    vectors = emptied(sample_of(name).vectors, np.arange(0, ROWS, 7))
    asked = emptied(sample_of(name).asked, np.array([0, 3]))
    hits = built(tmp_path / "empty.idx", spec, vectors).search(
        asked, K, mask=None, params=check_search(spec, GENEROUS, K)
    )
    wanted = truth(spec, K, vectors, asked)
    assert recall(hits.rows, wanted.rows) >= 0.99
    assert ((hits.rows < 0) == (wanted.rows < 0)).all()


@pytest.mark.parametrize("name", [name for name in TYPES if kind_of(name) in DENSE])
def test_zero_vectors_have_product_zero(tmp_path, name):
    vectors = np.concatenate([VECTORS[:200], np.zeros((3, DIM), np.float32)])
    spec = spec_of(name, metrics_for(name, kind_of(name))[-1])
    index = built(tmp_path / "zero.idx", spec, vectors)
    only = np.arange(203) >= 200
    hits = index.search(ASKED[:2], 3, mask=only, params=check_search(spec, GENEROUS, 3))
    assert (hits.rows >= 0).all()
    scale = 1.0 if spec.metric is Metric.COSINE else float((np.abs(VECTORS) ** 2).sum(1).max())
    np.testing.assert_allclose(hits.distances / scale, 0, atol=TOLERANCE.get(name, 0.02))
    of_zero = index.search(vectors[200:201], 3, mask=None, params=check_search(spec, {}, 3))
    assert np.isfinite(of_zero.distances).all()


def test_what_has_nothing_to_build_is_searched_exactly():
    assert {n for n, d in index_types().items() if d.builder is None} == {"BIN_FLAT", "FLAT", "GPU_BRUTE_FORCE"}
    assert all(d.open is None for d in index_types().values() if d.builder is None)
    assert estimate(replace(spec_of("HNSW"), type="FLAT"), 1000).disk_bytes == 0


def emptied(vectors, rows):
    """The same rows, these without a bit or entry."""
    if isinstance(vectors, SparseRows):
        lengths = vectors.lengths.copy()
        kept = ~np.isin(vectors.row_of_entry(), rows)
        lengths[rows] = 0
        return SparseRows(np.concatenate([[0], np.cumsum(lengths)]), vectors.indices[kept], vectors.values[kept])
    vectors = vectors.copy()
    vectors[rows] = 0
    return vectors
