"""A build from start to file: progress, checkpoints, stops, the report, and what a damaged file does."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from conformance.types import ASKED, CASES, ROWS, TYPES, VECTORS, K, sample_of, spec_of
from elanus.errors import Cancelled, DataCorrupted, ParameterInvalid
from elanus.index import _inverted, _ivf
from elanus.index._graph import base as graph
from elanus.index.build import BuildTask, build, read_report
from elanus.index.file import open_index, read_trailer, verify
from elanus.index.forecast import Pace
from elanus.index.progress import BuildPhase
from elanus.index.registry import index_type
from elanus.index.request import check_search
from elanus.index.vector import bin_ivf_flat, minhash_lsh
from elanus.schema.metric import Metric


@pytest.fixture
def small_slices(monkeypatch):
    """Slices of 60 to 260 rows, so that a small build has many."""
    monkeypatch.setattr(graph, "SLICE_WORK", 100 * 32 * 60)
    monkeypatch.setattr(_ivf, "SLICE_WORK", 1)
    monkeypatch.setattr(_inverted, "SLICE_ROWS", 120)
    monkeypatch.setattr(bin_ivf_flat, "SLICE_PAIRS", 1)
    monkeypatch.setattr(minhash_lsh, "SLICE_BYTES", 1)


def quiet(progress) -> None:
    """A listener that does not listen."""


class StopAfter:
    """A listener that cancels the build when so many rows are added."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __call__(self, progress) -> None:
        if progress.rows_done >= self.rows:
            raise Cancelled("stopped by the test")


class StopAt:
    """A listener that cancels the build when a phase begins."""

    def __init__(self, phase: BuildPhase) -> None:
        self.phase = phase

    def __call__(self, progress) -> None:
        if progress.phase is self.phase:
            raise Cancelled("stopped by the test")


@pytest.mark.parametrize("name", TYPES)
def test_progress_is_true_and_never_goes_back(tmp_path, small_slices, name):
    told = []
    build(BuildTask(spec_of(name), sample_of(name).vectors, tmp_path / "a.idx", threads=1), told.append)
    phases = [p.phase for p in told]
    assert phases == sorted(phases, key=list(BuildPhase).index)
    assert set(phases) == set(BuildPhase)
    done = [p.rows_done for p in told]
    assert done == sorted(done)
    assert len(set(done)) >= 5
    assert (done[0], done[-1]) == (0, ROWS)
    assert all(p.rows_total == ROWS and p.resident_bytes > 1 << 20 for p in told)
    added = [p for p in told if p.rows_done]
    assert all(p.rows_per_second > 0 and p.seconds_left is not None and p.seconds_left >= 0 for p in added)
    assert told[0].seconds_left is None


@pytest.mark.parametrize("name", ["IVF_FLAT", "IVF_PQ", "HNSW", "AUTOINDEX"])
def test_a_build_like_an_earlier_one_knows_its_time_from_the_start(tmp_path, small_slices, monkeypatch, name):
    monkeypatch.setattr(Pace, "now", lambda pace: 1.0)
    task = BuildTask(spec_of(name), sample_of(name).vectors, tmp_path / "a.idx", threads=1)
    spent = build(task, lambda progress: None).spent
    assert min(spent.training_s, spent.adding_s, spent.closing_s) > 0
    told = []
    build(replace(task, path=tmp_path / "b.idx", expected=spent), told.append)
    whole_s = spent.training_s + spent.adding_s + spent.closing_s
    assert told[0].seconds_left == pytest.approx(whole_s, rel=0.1)
    assert all(p.seconds_left is not None for p in told)


@pytest.mark.parametrize(("name", "metric"), [case for case in CASES if case[1] is not Metric.IP])
def test_a_stopped_build_goes_on_from_its_checkpoint(tmp_path, small_slices, name, metric):
    spec = spec_of(name, metric)
    vectors, files = sample_of(name).vectors, (tmp_path / "a.idx", tmp_path / "a.checkpoint")
    task = BuildTask(spec, vectors, *files, checkpoint_seconds=0, threads=1)
    with pytest.raises(Cancelled):
        build(task, StopAfter(ROWS // 2))
    assert os.listdir(tmp_path) == ["a.checkpoint"]
    held = read_trailer(task.checkpoint_path).rows_done
    assert 0 < held <= ROWS // 2
    told = []
    report = build(task, told.append)
    assert report.resumed_rows == held
    assert min(p.rows_done for p in told if p.phase is BuildPhase.ADDING) == held
    assert told[-1].resumed_rows == held
    assert os.listdir(tmp_path) == ["a.idx"]
    whole = build(replace(task, path=tmp_path / "b.idx", checkpoint_path=None), quiet)
    assert report.measured.recall == pytest.approx(whole.measured.recall, abs=0.03)


@pytest.mark.parametrize("name", [name for name in TYPES if index_type(name).builder.needs_training])
def test_what_was_trained_is_not_trained_again(tmp_path, small_slices, name):
    """A checkpoint right after training, before the first row."""
    spec, vectors = spec_of(name), sample_of(name).vectors
    files = (tmp_path / "a.idx", tmp_path / "a.checkpoint")
    task = BuildTask(spec, vectors, *files, checkpoint_seconds=0, threads=1)
    with pytest.raises(Cancelled):
        build(task, StopAt(BuildPhase.ADDING))
    assert read_trailer(task.checkpoint_path).rows_done == 0
    told = []
    report = build(task, told.append)
    assert BuildPhase.TRAINING not in {p.phase for p in told}
    assert (report.resumed_rows, report.row_count) == (0, ROWS)
    whole = build(replace(task, path=tmp_path / "b.idx", checkpoint_path=None), quiet)
    assert report.measured.recall == pytest.approx(whole.measured.recall, abs=0.03)


@pytest.mark.parametrize("damage", ["other spec", "other rows", "flipped byte", "cut short"])
def test_a_checkpoint_that_does_not_fit_is_left_behind(tmp_path, small_slices, damage):
    spec = spec_of("HNSW")
    task = BuildTask(spec, VECTORS, tmp_path / "a.idx", tmp_path / "a.checkpoint", checkpoint_seconds=0)
    with pytest.raises(Cancelled):
        build(task, StopAfter(ROWS // 2))
    if damage == "other spec":
        task = replace(task, spec=spec_of("HNSW", M=8))
    elif damage == "other rows":
        task = replace(task, vectors=VECTORS[:800])
    else:
        content = bytearray(task.checkpoint_path.read_bytes())
        content[100] ^= 1
        task.checkpoint_path.write_bytes(content[:-3] if damage == "cut short" else content)
    report = build(task, quiet)
    assert report.resumed_rows == 0
    assert report.row_count == len(task.vectors)


def test_a_failed_build_leaves_nothing(tmp_path):
    with pytest.raises(Cancelled):
        build(BuildTask(spec_of("HNSW"), VECTORS, tmp_path / "a.idx"), StopAfter(ROWS))
    assert os.listdir(tmp_path) == []


def test_a_rebuild_replaces_the_file_at_once(tmp_path):
    task = BuildTask(spec_of("IVF_FLAT"), VECTORS, tmp_path / "a.idx")
    build(task, quiet)
    index = open_index(task.path, task.spec, VECTORS)
    params = check_search(task.spec, {}, K)
    before = index.search(ASKED, K, mask=None, params=params).rows
    build(task, quiet)
    np.testing.assert_array_equal(index.search(ASKED, K, mask=None, params=params).rows, before)


def test_flat_cannot_be_built(tmp_path):
    with pytest.raises(ParameterInvalid, match="FLAT has nothing to build"):
        build(BuildTask(spec_of("FLAT"), VECTORS, tmp_path / "a.idx"), quiet)


@pytest.mark.parametrize("name", TYPES)
def test_the_report_is_measured_and_in_the_file(tmp_path, name):
    spec = spec_of(name)
    report = build(BuildTask(spec, sample_of(name).vectors, tmp_path / "a.idx", threads=1), quiet)
    measured = report.measured
    assert measured.queries == 100
    assert 0 <= measured.recall_low < measured.recall <= measured.recall_high <= 1
    assert 0 < measured.p50_us <= measured.p99_us
    trailer = verify(report.path)
    assert (trailer.spec, trailer.row_count, trailer.rows_done) == (spec, ROWS, ROWS)
    assert read_report(report.path) == report
    assert report.file_bytes < report.path.stat().st_size


@pytest.mark.parametrize("where", [0, 1000, -200, -40, -20, -1])
def test_a_flipped_byte_is_found(tmp_path, where):
    spec = spec_of("AUTOINDEX")
    path = build(BuildTask(spec, VECTORS[:500], tmp_path / "a.idx"), quiet).path
    content = bytearray(path.read_bytes())
    content[where] ^= 4
    path.write_bytes(content)
    with pytest.raises(DataCorrupted, match=r"a\.idx"):
        verify(path)


def test_an_index_is_not_opened_for_other_rows_or_another_spec(tmp_path):
    spec = spec_of("HNSW")
    path = build(BuildTask(spec, VECTORS[:500], tmp_path / "a.idx"), quiet).path
    with pytest.raises(DataCorrupted, match="expected 400 rows"):
        open_index(path, spec, VECTORS[:400])
    with pytest.raises(DataCorrupted, match="expected 500 rows"):
        open_index(path, spec_of("HNSW", M=20), VECTORS[:500])


def test_a_file_cut_short_is_not_opened(tmp_path):
    spec = spec_of("HNSW")
    path = build(BuildTask(spec, VECTORS[:500], tmp_path / "a.idx"), quiet).path
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(DataCorrupted):
            open_index(path, spec, VECTORS[:500])
