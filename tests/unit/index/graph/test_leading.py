"""AUTOINDEX over rows of which few directions matter: the graph is over these, the answers are of the rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from elanus.index._graph.leading import TurnedIndex
from elanus.index.base import Floats, IndexSpec, Vectors
from elanus.index.build import BuildTask, build
from elanus.index.exact import exact_search
from elanus.index.file import open_index
from elanus.index.stored import as_floats
from elanus.index.vector.autoindex import AutoBuilder, open_auto
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from unit.index.fading import DIM, METRICS, fading

K, EF = 10, {"ef": 80}
ROWS = fading(4400)
ASKED, ROWS = ROWS[4300:], ROWS[:4300].copy()


def spec_of(metric: Metric, kind: DataType = DataType.FLOAT_VECTOR) -> IndexSpec:
    return IndexSpec("AUTOINDEX", metric, DIM, {}, kind)


def recall(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.mean([np.isin(best, own).mean() for best, own in zip(wanted, found, strict=True)]))


def built(path: Path, spec: IndexSpec, rows: Vectors = ROWS):
    build(BuildTask(spec, rows, path, threads=1), lambda progress: None)
    return open_index(path, spec, rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("leading")


@pytest.fixture(scope="module")
def opened(folder: Path):
    return {metric: built(folder / f"{metric}.idx", spec_of(metric)) for metric in METRICS}


@pytest.mark.parametrize("metric", METRICS)
def test_it_finds_the_nearest_rows_and_measures_them_exactly(opened, metric: Metric) -> None:
    index = opened[metric]
    assert isinstance(index._inner, TurnedIndex)
    for queries in (ASKED, ASKED[:1]):
        hits, exact = index.search(queries, K, mask=None, params=EF), exact_search(ROWS, queries, K, metric)
        assert recall(hits.rows, exact.rows) >= 0.97
        same = hits.rows == exact.rows
        np.testing.assert_allclose(hits.distances[same], exact.distances[same], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_a_query_of_any_length_finds_the_same_rows(opened, metric: Metric) -> None:
    if metric is Metric.L2:
        return
    index = opened[metric]
    once, long = (index.search(ASKED * np.float32(size), K, mask=None, params=EF).rows for size in (1, 100))
    assert recall(long, once) >= 0.999


def test_only_rows_of_the_mask_are_found(opened) -> None:
    index, mask = opened[Metric.COSINE], np.random.default_rng(1).random(len(ROWS)) < 0.2
    params = index.widened(EF, k=K, kept=0.2)
    hits = index.search(ASKED, K, mask=mask, params=params)
    assert mask[hits.rows].all()
    wanted = exact_search(ROWS, ASKED, K, Metric.COSINE, rows=np.flatnonzero(mask)).rows
    assert recall(hits.rows, wanted) >= 0.97


def test_more_effort_finds_what_the_cut_rows_misplace(opened) -> None:
    wanted = exact_search(ROWS, ASKED, K, Metric.L2).rows
    found = [recall(opened[Metric.L2].search(ASKED, K, mask=None, params={"ef": ef}).rows, wanted) for ef in (10, 300)]
    assert found[1] > max(0.995, found[0])


def test_its_file_is_smaller_than_one_of_whole_rows(folder: Path, opened, tmp_path: Path) -> None:
    white = np.random.default_rng(0).standard_normal(ROWS.shape, np.float32)
    whole = built(tmp_path / "whole.idx", spec_of(Metric.L2), white)
    assert not isinstance(whole._inner, TurnedIndex)
    kept = opened[Metric.L2]._inner._directions.shape[1]
    file_bytes = (folder / "L2.idx").stat().st_size
    assert (tmp_path / "whole.idx").stat().st_size - file_bytes == pytest.approx(len(ROWS) * (DIM - kept), rel=0.2)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        pytest.param(DataType.FLOAT16_VECTOR, ROWS.astype(np.float16), id="float16"),
        pytest.param(DataType.BFLOAT16_VECTOR, bfloat16_of(ROWS), id="bfloat16"),
        pytest.param(DataType.INT8_VECTOR, np.clip(ROWS * 30, -128, 127).astype(np.int8), id="int8"),
    ],
)
def test_other_types_of_rows(tmp_path: Path, kind: DataType, rows: Vectors) -> None:
    index = built(tmp_path / "a.idx", spec_of(Metric.COSINE, kind), rows)
    assert isinstance(index._inner, TurnedIndex)
    wanted = exact_search(rows, ASKED, K, Metric.COSINE).rows
    assert recall(index.search(ASKED, K, mask=None, params=EF).rows, wanted) >= 0.96


def test_a_build_goes_on_from_its_checkpoint(opened, tmp_path: Path) -> None:
    """One that trains again would turn the rows another way."""
    first, path, spec = AutoBuilder(spec_of(Metric.L2), len(ROWS)), tmp_path / "half", spec_of(Metric.L2)
    first.threads = 1
    list(first.train(as_floats(ROWS)))
    first.add(ROWS[:2000])
    first.save(path)
    second = AutoBuilder(spec, len(ROWS))
    assert second.resume(path, ROWS) == 2000
    second.add(ROWS[2000:])
    second.save(tmp_path / "done")
    del first, second
    index = open_auto(tmp_path / "done", spec, ROWS)
    wanted = exact_search(ROWS, ASKED, K, Metric.L2).rows
    assert recall(index.search(ASKED, K, mask=None, params=EF).rows, wanted) >= 0.97
    index.close()


def test_rows_far_from_the_origin(tmp_path: Path) -> None:
    far: Floats = ROWS + np.float32(50)
    index = built(tmp_path / "far.idx", spec_of(Metric.L2), far)
    asked = ASKED + np.float32(50)
    wanted = exact_search(far, asked, K, Metric.L2).rows
    assert recall(index.search(asked, K, mask=None, params=EF).rows, wanted) >= 0.97
