"""Builds within a budget: refused, paused, cancelled, hurried; and what is still known of them afterwards."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.building.files import expected, threads_of_a_build
from elanus.engine.database import Engine
from elanus.engine.indexes import builds as index_builds
from elanus.engine.requests import BuildState, BuildStatus, IndexState, NewCollection
from elanus.errors import IndexNotFound
from elanus.index.base import Foreseen
from unit.engine.samples import (
    HNSW,
    QUIET,
    SCHEMA,
    SLOW,
    WIDE,
    compacted,
    declare,
    eventually,
    indexed,
    opened,
    pid_of,
    rows,
    running,
    sealed,
    serving,
    unowned,
)

SMALL_BUDGET = replace(QUIET, build_memory_bytes=100_000)


def test_a_build_that_cannot_fit_is_refused_and_says_what_is_short(path: Path) -> None:
    engine = opened(path, SMALL_BUDGET)
    collection = sealed(engine, 4000)
    declare(collection, SLOW)
    status = collection.indexes.wait("v", 10)
    assert (status.state, status.pending_rows) == (IndexState.FAILED, 4000)
    [build] = status.builds
    assert (build.state, build.worker) == (BuildState.REFUSED, "")
    assert "0.1 MiB" in build.reason
    assert "short; raise build_memory_bytes" in status.reason
    assert serving(collection) == [""]
    engine.close()


def test_a_build_expects_what_an_equal_one_took(path: Path) -> None:
    """Over about as many rows; an index with other parameters took something else."""
    engine = opened(path)
    collection = sealed(engine, 400)
    indexed(collection, HNSW)
    [definition] = collection.indexes.definitions.by_id.values()
    [record] = collection.indexes.builds.records.values()
    assert record.report["spent"]["adding_s"] > 0
    spent = Foreseen(**record.report["spent"])
    assert expected(collection, definition, 400) == spent
    assert expected(collection, definition, 600) == spent.times(1.5)
    assert expected(collection, definition, 4000) is None
    assert expected(collection, replace(definition, spec={**definition.spec, "params": {}}), 400) is None
    engine.close()


def test_what_was_refused_is_tried_when_there_is_more(path: Path) -> None:
    engine = opened(path, SMALL_BUDGET)
    collection = sealed(engine, 4000)
    declare(collection)
    assert collection.indexes.wait("v", 10).builds[0].state is BuildState.REFUSED
    engine.close()
    again = opened(path)
    status = again.collection("", "films").indexes.wait("v", 60)
    assert (status.state, status.indexed_rows) == (IndexState.FINISHED, 4000)
    again.close()


def test_an_index_larger_than_the_memory_of_builds_is_built_in_two_passes(path: Path) -> None:
    engine = opened(path, replace(QUIET, build_memory_bytes=64 * 2**20))
    collection = sealed(engine, 70_000, WIDE)
    declare(collection, {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "16"})
    seen: list[BuildStatus] = []
    while (status := collection.indexes.statuses()[0]).pending_rows:
        seen += [build for build in status.builds if build.state is BuildState.RUNNING]
        time.sleep(0.01)
    assert status.file_bytes > 64 * 2**20
    [build] = status.builds
    assert (build.state, build.passes, build.rows_done) == (BuildState.FINISHED, 2, 70_000)
    assert {build.passes for build in seen} == {2}
    assert 0 < max(build.memory_bytes for build in seen) < 64 * 2**20
    done = [build.rows_done for build in seen]
    assert done == sorted(done)
    assert {build.phase for build in seen} > {"adding", "writing"}
    engine.close()


def test_an_estimate_is_known_before_the_build_starts(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    declared = collection.indexes.statuses()[0].builds[0]
    assert declared.estimated_bytes > 20000 * 64 * 2 * 4
    collection.indexes.definitions.drop("v")


def test_a_pause_lasts_until_it_is_resumed(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 4000, WIDE)
    declare(collection, {**SLOW, "efConstruction": "200"})
    running(collection)
    eventually(lambda: bool(list(engine.resources.layout.segments.rglob("*.checkpoint"))))
    pid = pid_of(running(collection))
    collection.indexes.definitions.pause("v")
    eventually(lambda: not _lives(pid), 1.0)
    status = collection.indexes.wait("v", 1)
    assert (status.phase, status.state, status.builds[0].state) == ("paused", IndexState.IN_PROGRESS, BuildState.PAUSED)
    collection.indexes.want_builds()
    assert not collection.indexes.builds.running
    engine.close()

    again = opened(path)
    collection = again.collection("", "films")
    assert collection.indexes.statuses()[0].phase == "paused"
    collection.indexes.definitions.resume("v")
    assert collection.indexes.wait("v", 60).indexed_rows == 4000
    [record] = collection.indexes.builds.records.values()
    assert (record.attempts, record.report["resumed_rows"] > 0) == (1, True)
    assert collection.indexes.statuses()[0].properties == {}
    assert unowned(again) == []
    again.close()


def test_rows_that_come_while_paused_wait(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.definitions.pause("v")
    collection.insert(rows(range(100, 160)))
    collection.flush()
    status = collection.indexes.wait("v", 1)
    assert (status.indexed_rows, status.pending_rows, status.phase) == (60, 60, "paused")
    assert sorted(serving(collection)) == ["", "HNSW"]
    collection.indexes.definitions.resume("v")
    assert collection.indexes.wait("v", 60).indexed_rows == 120


def test_a_merge_asked_for_while_paused_keeps_its_index(engine: Engine) -> None:
    collection = sealed(engine)
    collection.insert(rows(range(100, 160)))
    collection.flush()
    indexed(collection)
    collection.indexes.definitions.pause("v")
    assert compacted(collection) == 1
    assert serving(collection) == ["HNSW"]


def test_pause_and_resume_need_an_index(engine: Engine) -> None:
    collection = sealed(engine)
    for act in (collection.indexes.definitions.pause, collection.indexes.definitions.resume):
        with pytest.raises(IndexNotFound):
            act("nothing")


def test_a_cancelled_build_frees_its_cpu_within_a_second(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    status = running(collection)
    started = time.monotonic()
    collection.indexes.builds.cancel(status.build_id)
    eventually(lambda: not _lives(pid_of(status)), 1.0)
    assert time.monotonic() - started < 1.0
    collection.indexes.definitions.drop("v")


def test_the_reason_of_a_failure_is_kept_when_the_next_attempt_succeeds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_builds, "RETRY_SECONDS", 0.0)
    collection = sealed(engine, 4000, WIDE)
    declare(collection, {**SLOW, "efConstruction": "200"})
    os.kill(pid_of(running(collection)), signal.SIGKILL)
    eventually(lambda: not collection.indexes.builds.running)
    collection.indexes.want_builds()
    again = running(collection)
    assert (again.attempt, "killed by signal 9" in again.reason) == (2, True)
    status = collection.indexes.wait("v", 60)
    assert (status.state, status.reason) == (IndexState.FINISHED, "")
    assert (status.builds[0].attempt, "killed by signal 9" in status.builds[0].reason) == (2, True)


def test_a_failed_build_waits_longer_each_time(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    os.kill(pid_of(running(collection)), signal.SIGKILL)
    eventually(lambda: not collection.indexes.builds.running)
    collection.indexes.want_builds()
    assert not collection.indexes.builds.running, "it is not tried again at once"
    collection.indexes.definitions.drop("v")


def test_what_somebody_asks_for_is_built_first(engine: Engine) -> None:
    busy = sealed(engine, 20000)
    declare(busy, SLOW)
    running(busy)
    others = [engine.create_collection("", NewCollection(replace(SCHEMA, name=name))) for name in ("a", "b")]
    for other, count in zip(others, (40, 60), strict=True):
        other.insert(rows(range(count)))
        other.insert(rows(range(100, 100 + count)))
        other.flush()
        declare(other, HNSW)
    awaited = others[1].indexes.statuses("v")[0]
    assert all(build.is_awaited for build in others[1].indexes.builds.running.values())
    assert not any(build.is_awaited for build in others[0].indexes.builds.running.values())
    busy.indexes.definitions.drop("v")
    assert others[1].indexes.wait("v", 60).indexed_rows == awaited.total_rows


@pytest.mark.parametrize(("threads", "workers", "each"), [(8, 1, 8), (8, 3, 2), (1, 4, 1)])
def test_builds_share_the_threads(threads: int, workers: int, each: int) -> None:
    assert threads_of_a_build(replace(QUIET, build_threads=threads, build_workers=workers)) == each


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
