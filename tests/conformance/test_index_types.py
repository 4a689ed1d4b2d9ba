"""What every index type must do, whatever it is: one suite over the registry.

A type added to ``elanus.index.vector`` is tested here without a change to this file; one with a required build
parameter adds it to ``BUILD``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from elanus.index.base import IndexSpec
from elanus.index.build import BuildTask, build, estimate
from elanus.index.exact import exact_search
from elanus.index.file import open_index
from elanus.index.registry import index_type, index_types
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DIM, ROWS, QUERIES, K = 32, 3000, 40, 10
BUILD = {"IVF_PQ": {"m": 16, "nlist": 32, "nbits": 6}, "HNSW": {"M": 16, "efConstruction": 100}}
GENEROUS = {"ef": 400, "nprobe": 128}
"""Search parameters that leave only the error of the codes."""
FLOORS = {"IVF_SQ8": 0.97, "IVF_PQ": 0.5}
"""Recall@10 with generous parameters; 0.99 for a type that is not named."""
TYPES = [name for name, declared in index_types().items() if declared.builder is not None]


def clustered(rows: int, seed: int) -> np.ndarray:
    """Vectors around 60 centres, of unequal length, so that the three metrics disagree."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((60, DIM))
    vectors = centres[rng.integers(0, 60, rows)] + 0.7 * rng.standard_normal((rows, DIM))
    return (vectors * rng.uniform(0.8, 1.2, (rows, 1))).astype(np.float32)


VECTORS, ASKED = clustered(ROWS, 1), clustered(QUERIES, 2)


def spec_of(name: str, metric: Metric = Metric.L2, dim: int = DIM, **params: object) -> IndexSpec:
    field = Field(100, "v", DataType.FLOAT_VECTOR, dim=dim)
    return resolve(IndexRequest(name, metric.value, {**BUILD.get(name, {}), **params}), field)


def built(path: Path, spec: IndexSpec, vectors: np.ndarray = VECTORS):
    report = build(BuildTask(spec, vectors, path, threads=1), lambda progress: None)
    return open_index(report.path, spec, vectors)


def recall(rows: np.ndarray, wanted: np.ndarray) -> float:
    """Mean share of the wanted rows that were found; -1 is no row."""
    pairs = [(set(found), set(best) - {-1}) for found, best in zip(rows.tolist(), wanted.tolist(), strict=True)]
    return float(np.mean([len(found & best) / max(1, len(best)) for found, best in pairs]))


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


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("name", TYPES)
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
        same = [exact_search(VECTORS, q[None], ROWS, metric) for q in ASKED]
        for i, exact in enumerate(same):
            true = dict(zip(exact.rows[0].tolist(), exact.distances[0].tolist(), strict=True))
            wanted = [true[row] for row in hits.rows[i].tolist()]
            tolerance = {"IVF_PQ": 0.35, "IVF_SQ8": 0.02}.get(name, 1e-4)
            np.testing.assert_allclose(hits.distances[i], wanted, rtol=tolerance, atol=tolerance)

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
        params = index.widened(check_search(spec, {**GENEROUS, "ef": 50, "nprobe": 16}, K), k=K, kept=kept)
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
    @pytest.mark.parametrize("rows", [0, 1, 2, 5, 38, 100])
    @pytest.mark.parametrize("metric", [Metric.L2, Metric.COSINE])
    def test_few_rows_build_and_all_are_found(self, tmp_path, name, metric, rows):
        vectors = VECTORS[:rows]
        spec = spec_of(name, metric, nlist=1024) if name.startswith("IVF") else spec_of(name, metric)
        index = built(tmp_path / "few.idx", spec, vectors)
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

    def test_zero_vectors_have_cosine_zero(self, tmp_path, name):
        vectors = np.concatenate([VECTORS[:200], np.zeros((3, DIM), np.float32)])
        spec = spec_of(name, Metric.COSINE)
        index = built(tmp_path / "zero.idx", spec, vectors)
        only = np.arange(203) >= 200
        hits = index.search(ASKED[:2], 3, mask=only, params=check_search(spec, GENEROUS, 3))
        np.testing.assert_allclose(hits.distances[hits.rows >= 0], 0, atol=0.15 if name == "IVF_PQ" else 0.02)
        of_zero = index.search(vectors[200:201], 3, mask=None, params=check_search(spec, {}, 3))
        assert np.isfinite(of_zero.distances).all()

    def test_no_query_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        assert index.search(ASKED[:0], K, mask=None, params=check_search(spec, {}, K)).rows.shape == (0, K)

    def test_an_empty_mask_gives_no_hit(self, opened, name):
        spec, index = opened(name)
        hits = index.search(ASKED, K, mask=np.zeros(ROWS, bool), params=check_search(spec, {}, K))
        assert (hits.rows == -1).all()

    def test_one_thread_builds_the_same_index_twice(self, tmp_path, name):
        spec = spec_of(name)
        params = check_search(spec, {}, K)
        first, second = (
            built(tmp_path / f"{i}.idx", spec).search(ASKED, K, mask=None, params=params) for i in range(2)
        )
        np.testing.assert_array_equal(first.rows, second.rows)
        np.testing.assert_array_equal(first.distances, second.distances)

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
        spec = spec_of(name)
        index = built(tmp_path / "a.idx", spec)
        expected = estimate(spec, ROWS)
        assert index.row_count == ROWS
        assert expected.disk_bytes == pytest.approx((tmp_path / "a.idx").stat().st_size, rel=0.25, abs=40_000)
        assert expected.resident_bytes == pytest.approx(index.resident_bytes, rel=0.25, abs=4096)
        assert expected.peak_bytes >= expected.resident_bytes


@pytest.mark.parametrize("name", TYPES)
def test_every_search_parameter_changes_something(opened, tmp_path, name):
    """One low and one high value of each; the answers differ, and the high one is the better."""
    values = {"ef": (K, 300), "nprobe": (1, 64), "refine_k": (1, 8)}
    for param in index_type(name).search_params:
        low, high = values[param.name]
        if param.name == "refine_k":
            spec = spec_of(name, refine=True)
            index = built(tmp_path / "refined.idx", spec)
        else:
            spec, index = opened(name)
        wanted = exact_search(VECTORS, ASKED, K, Metric.L2).rows
        few, many = (
            index.search(ASKED, K, mask=None, params=check_search(spec, {"nprobe": 32, param.name: v}, K))
            if param.name == "refine_k"
            else index.search(ASKED, K, mask=None, params=check_search(spec, {param.name: v}, K))
            for v in (low, high)
        )
        if name == "IVF_SQ8" and param.name == "refine_k":
            assert recall(many.rows, wanted) >= recall(few.rows, wanted)
        else:
            assert recall(many.rows, wanted) > recall(few.rows, wanted), param.name


@pytest.mark.parametrize(
    ("name", "low", "high", "what"),
    [
        ("HNSW", {"M": 4}, {"M": 32}, "bytes"),
        ("HNSW", {"M": 8, "efConstruction": 4}, {"M": 8, "efConstruction": 200}, "recall"),
        ("IVF_FLAT", {"nlist": 64}, {"nlist": 1}, "recall"),
        ("IVF_SQ8", {"nlist": 64}, {"nlist": 1}, "recall"),
        ("IVF_SQ8", {"sq_type": "SQ4"}, {"sq_type": "SQ8"}, "bytes"),
        ("IVF_SQ8", {"sq_type": "SQ4"}, {"sq_type": "SQ4", "refine": True}, "distances"),
        ("IVF_PQ", {"m": 4}, {"m": 16}, "bytes"),
        ("IVF_PQ", {"nbits": 4}, {"nbits": 6}, "bytes"),
        ("IVF_PQ", {"nlist": 4}, {"nlist": 64}, "bytes"),
        ("IVF_PQ", {}, {"refine": True}, "distances"),
    ],
)
def test_a_build_parameter_changes_something(tmp_path, name, low, high, what):
    measured = []
    wanted = exact_search(VECTORS, ASKED, K, Metric.L2)
    for i, params in enumerate((low, high)):
        spec = spec_of(name, **params)
        index = built(tmp_path / f"{i}.idx", spec)
        hits = index.search(ASKED, K, mask=None, params=check_search(spec, {"ef": 12, "nprobe": 1}, K))
        best = exact_search(VECTORS, ASKED, ROWS, Metric.L2)
        by_row = np.take_along_axis(best.distances, best.rows.argsort(axis=1), 1)
        true = np.take_along_axis(by_row, hits.rows, 1)
        measured.append(
            {
                "bytes": (tmp_path / f"{i}.idx").stat().st_size,
                "recall": recall(hits.rows, wanted.rows),
                "distances": -np.abs(hits.distances - true).max(),
            }[what]
        )
    assert measured[1] > measured[0]


def test_refine_type_is_served_by_full_vectors(tmp_path):
    spec = spec_of("IVF_PQ", refine=True, refine_type="sq8")
    assert spec.params["refine_type"] == "SQ8"
    hits = built(tmp_path / "a.idx", spec).search(ASKED, K, mask=None, params=check_search(spec, {"refine_k": 4}, K))
    exact = exact_search(VECTORS, ASKED, ROWS, Metric.L2)
    true = np.take_along_axis(np.take_along_axis(exact.distances, exact.rows.argsort(axis=1), 1), hits.rows, 1)
    np.testing.assert_allclose(hits.distances, true, rtol=1e-5)


def test_flat_has_nothing_to_build():
    flat = index_type("FLAT")
    assert flat.builder is None
    assert flat.open is None
    assert estimate(replace(spec_of("HNSW"), type="FLAT"), 1000).disk_bytes == 0
