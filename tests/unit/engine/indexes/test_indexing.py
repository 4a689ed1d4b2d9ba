"""The life of an index: declared, built, watched, switched, repaired, dropped, while rows and readers go on."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elanus.engine.database import Engine
from elanus.engine.indexes import builds as index_builds
from elanus.engine.indexes.wanted import Wanted, wanted_builds
from elanus.engine.requests import BuildState, IndexState, NewCollection
from elanus.errors import IndexNotFound, ParameterInvalid, Rejected, TimedOut
from elanus.storage.catalog import BuildRecord, IndexRecord
from unit.engine.samples import (
    HNSW,
    IVF,
    QUIET,
    SCHEMA,
    SLOW,
    WIDE,
    contents,
    created,
    declare,
    eventually,
    files,
    indexed,
    keys,
    opened,
    pid_of,
    rows,
    running,
    sealed,
    serving,
    unowned,
)  # fmt: skip


def definition(id_: int, type_: str = "HNSW") -> IndexRecord:
    return IndexRecord(id_, 1, 101, "v", type_, {}, {"type": type_}, 0)


def build(state: Any, attempts: int = 1) -> BuildRecord:
    return BuildRecord(9, 1, 7, state, attempts=attempts)


@pytest.mark.parametrize(
    ("definitions", "segments", "builds", "wanted"),
    [
        ([], {7: 100}, {}, []),
        ([definition(1)], {}, {}, []),
        ([definition(1)], {7: 100}, {}, [(1, 7)]),
        ([definition(1)], {7: 19}, {}, []),
        ([definition(1)], {7: 20}, {}, [(1, 7)]),
        ([definition(1, "FLAT")], {7: 100}, {}, []),
        ([definition(1), definition(2)], {8: 100, 7: 100}, {}, [(1, 7), (1, 8), (2, 7), (2, 8)]),
        ([definition(1)], {7: 100}, {(1, 7): build("finished")}, []),
        ([definition(1)], {7: 100}, {(1, 7): build("running")}, [(1, 7)]),
        ([definition(1)], {7: 100}, {(1, 7): build("queued")}, [(1, 7)]),
        ([definition(1)], {7: 100}, {(1, 7): build("cancelled")}, []),
        ([definition(1)], {7: 100}, {(1, 7): build("failed", 2)}, [(1, 7)]),
        ([definition(1)], {7: 100}, {(1, 7): build("failed", 3)}, []),
        ([definition(2)], {7: 100}, {(1, 7): build("finished")}, [(2, 7)]),
    ],
)
def test_wanted_builds(
    definitions: list[IndexRecord],
    segments: dict[int, int],
    builds: dict[tuple[int, int], BuildRecord],
    wanted: list[tuple[int, int]],
) -> None:
    assert wanted_builds(Wanted(definitions, segments, builds, small_segment_rows=20, attempts=3)) == wanted


def test_an_index_on_rows_that_are_there(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(60)))
    declare(collection)
    status = collection.indexes.wait("v", 60)
    assert (status.state, status.indexed_rows, status.pending_rows, status.growing_rows) == (
        IndexState.FINISHED,
        60,
        0,
        0,
    )
    assert status.recall["recall_at_10"] > 0.5
    assert status.file_bytes > 0
    assert serving(collection) == ["HNSW"]
    assert unowned(engine) == []


def test_an_index_on_nothing_is_finished_and_takes_what_comes(engine: Engine) -> None:
    collection = created(engine)
    declare(collection)
    assert collection.indexes.wait("v", 1).state is IndexState.FINISHED
    collection.insert(rows(range(60)))
    collection.flush()
    assert collection.indexes.wait("v", 60).indexed_rows == 60
    collection.insert(rows(range(100, 110)))
    collection.flush()
    assert collection.indexes.wait("v", 1).indexed_rows == 70, "small segments are searched exactly and count"
    assert sorted(serving(collection)) == ["", "HNSW"]


@pytest.mark.parametrize(
    "params", [HNSW, {**HNSW, "mmap.enabled": "true"}, {**HNSW, "warmup": "sync", "indexoffsetcache.enabled": "true"}]
)
def test_the_same_index_again_is_a_success(engine: Engine, params: dict[str, str]) -> None:
    collection = sealed(engine)
    declare(collection)
    before = collection.indexes.statuses()[0].id
    declare(collection, params)
    assert [i.id for i in collection.indexes.statuses()] == [before]


@pytest.mark.parametrize(
    ("params", "name", "text"),
    [
        ({**HNSW, "M": "5"}, "v", "at most one distinct index is allowed per field"),
        ({k: v for k, v in HNSW.items() if k != "efConstruction"}, "v", "at most one distinct index"),
        (IVF, "v", "at most one distinct index is allowed per field"),
        (HNSW, "other", "creating multiple indexes on same field is not supported"),
    ],
)
def test_another_index_on_the_field_is_refused(engine: Engine, params: dict[str, str], name: str, text: str) -> None:
    collection = sealed(engine)
    declare(collection)
    with pytest.raises(Rejected, match=text):
        declare(collection, params, name)
    assert [i.name for i in collection.indexes.statuses()] == ["v"]


@pytest.mark.parametrize(
    ("params", "field", "kind"),
    [
        ({**HNSW, "M": "x"}, "v", ParameterInvalid),
        ({**HNSW, "index_type": "NONE"}, "v", ParameterInvalid),
        ({**HNSW, "metric_type": "HAMMING"}, "v", ParameterInvalid),
        (HNSW, "nothing", Rejected),
    ],
)
def test_a_wrong_index_leaves_no_trace(
    engine: Engine, params: dict[str, str], field: str, kind: type[Exception]
) -> None:
    collection = sealed(engine)
    with pytest.raises(kind):
        declare(collection, params, field=field)
    assert collection.indexes.statuses() == []


def test_drop_is_immediate_and_takes_the_files(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    before = collection.view
    collection.indexes.definitions.drop("v")
    collection.indexes.definitions.drop("v")
    assert serving(collection) == [""]
    assert collection.indexes.statuses() == []
    assert not any(name.endswith(".idx") for name in files(engine))
    [old] = before.segments[0].indexes.values()
    assert old.index.row_count == 60, "a reader that has it keeps it"


def test_drop_while_building(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    running(collection)
    collection.indexes.definitions.drop("v")
    assert collection.indexes.statuses() == []
    eventually(lambda: unowned(engine) == [])
    indexed(collection)
    assert serving(collection) == ["HNSW"]


def test_drop_of_one_that_waits_for_its_turn(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    running(collection)
    other = engine.create_collection("", _named("other"))
    other.insert(rows(range(60)))
    other.flush()
    declare(other)
    other.indexes.definitions.drop("v")
    assert not other.indexes.builds.running
    collection.indexes.definitions.drop("v")
    eventually(lambda: unowned(engine) == [])


def test_alter_changes_properties_only_and_lasts(engine: Engine, path: Path) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.definitions.alter("v", {"mmap.enabled": "true", "warmup": "sync"})
    collection.indexes.definitions.alter("v", {}, ["warmup"])
    with pytest.raises(IndexNotFound):
        collection.indexes.definitions.alter("w", {})
    engine.close()
    again = opened(path)
    [status] = again.collection("", "films").indexes.statuses()
    assert (status.properties, status.user_params) == ({"mmap.enabled": "true"}, HNSW)
    again.close()


def test_a_switch_never_leaves_a_segment_bare(engine: Engine, path: Path) -> None:
    collection = sealed(engine)
    collection.insert(rows(range(100, 160)))
    collection.flush()
    indexed(collection)
    seen: set[tuple[str, ...]] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(tuple(serving(collection)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    collection.indexes.definitions.switch("v", {"index_type": "IVF_FLAT", "nlist": "2"})
    assert collection.indexes.statuses("v")[0].switching_to == "IVF_FLAT"
    assert [[spec.type for spec in specs] for specs in collection.view.declared.values()] == [["HNSW", "IVF_FLAT"]]
    status = collection.indexes.wait("v", 60)
    stop.set()
    watcher.join()
    assert all("" not in types for types in seen)
    assert (status.type, status.switching_to, status.indexed_rows) == ("IVF_FLAT", "", 120)
    assert serving(collection) == ["IVF_FLAT", "IVF_FLAT"]
    assert unowned(engine) == []
    engine.close()
    again = opened(path)
    assert [i.type for i in again.collection("", "films").indexes.statuses()] == ["IVF_FLAT"]
    again.close()


def test_a_switch_to_exact_search_and_back(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.definitions.switch("v", {"index_type": "FLAT"})
    assert collection.indexes.wait("v", 60).type == "FLAT"
    assert serving(collection) == [""]
    collection.indexes.definitions.switch("v", {"index_type": "IVF_FLAT", "nlist": "2"})
    collection.indexes.wait("v", 60)
    assert serving(collection) == ["IVF_FLAT"]


def test_a_second_switch_gives_the_first_up(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    indexed(collection, IVF)
    collection.indexes.definitions.switch("v", SLOW)
    running(collection)
    collection.indexes.definitions.switch("v", {"index_type": "IVF_SQ8", "nlist": "2"})
    status = collection.indexes.wait("v", 60)
    assert (status.type, serving(collection)) == ("IVF_SQ8", ["IVF_SQ8"])
    assert len(collection.indexes.definitions.by_id) == 1
    eventually(lambda: unowned(engine) == [])


def test_a_switch_that_fails_keeps_the_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = opened(path, replace(QUIET, build_attempts=1))
    collection = sealed(engine, 20000)
    indexed(collection, IVF)
    collection.indexes.definitions.switch("v", SLOW)
    os.kill(pid_of(running(collection)), signal.SIGKILL)
    status = collection.indexes.wait("v", 30)
    assert (status.type, status.switching_to, status.state) == ("IVF_FLAT", "HNSW", IndexState.FINISHED)
    assert "killed by signal 9" in status.reason
    assert serving(collection) == ["IVF_FLAT"]
    engine.close()


def test_a_switch_keeps_the_metric(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    with pytest.raises(ParameterInvalid, match="metric"):
        collection.indexes.definitions.switch("v", {"index_type": "IVF_FLAT", "metric_type": "IP", "nlist": "2"})
    with pytest.raises(IndexNotFound):
        collection.indexes.definitions.switch("w", IVF)
    assert len(collection.indexes.definitions.by_id) == 1


def test_cancel_a_running_build_and_ask_again(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    status = running(collection)
    collection.indexes.builds.cancel(status.build_id)
    [after] = collection.indexes.statuses()
    assert (after.state, after.pending_rows, after.builds[0].state) == (IndexState.FAILED, 20000, BuildState.CANCELLED)
    assert collection.indexes.wait("v", 1).state is IndexState.FAILED
    assert unowned(engine) == []
    with pytest.raises(IndexNotFound):
        collection.indexes.builds.cancel(status.build_id)
    collection.indexes.definitions.resume("v")
    assert running(collection).build_id == status.build_id
    collection.indexes.definitions.drop("v")


def test_cancel_a_waiting_build_does_not_wait_for_its_turn(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    busy = running(collection)
    other = engine.create_collection("", _named("other"))
    other.insert(rows(range(60)))
    other.flush()
    declare(other)
    [waiting] = other.indexes.statuses()[0].builds
    assert waiting.state is BuildState.QUEUED
    other.indexes.builds.cancel(waiting.build_id)
    assert other.indexes.statuses()[0].builds[0].state is BuildState.CANCELLED
    assert running(collection).build_id == busy.build_id, "the worker was not disturbed"
    collection.indexes.definitions.drop("v")


def test_a_cancelled_build_does_not_harm_the_next(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    for _ in range(3):
        declare(collection, SLOW)
        collection.indexes.builds.cancel(running(collection).build_id)
        collection.indexes.definitions.drop("v")
    indexed(collection, IVF)
    assert collection.indexes.statuses()[0].builds[0].state is BuildState.FINISHED
    assert next(iter(collection.indexes.builds.records.values())).attempts == 1


def test_a_killed_worker_is_tried_again_from_its_checkpoint(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_builds, "RETRY_SECONDS", 0.0)
    collection = sealed(engine, 4000, WIDE)
    declare(collection, {**SLOW, "efConstruction": "200"})
    status = running(collection)
    layout = engine.resources.layout
    eventually(lambda: bool(list(layout.segments.rglob("*.checkpoint"))))
    os.kill(pid_of(status), signal.SIGKILL)
    eventually(lambda: collection.indexes.statuses()[0].builds[0].state is BuildState.FAILED)
    assert "killed by signal 9" in collection.indexes.statuses()[0].reason
    assert collection.indexes.statuses()[0].state is IndexState.IN_PROGRESS
    collection.indexes.want_builds()
    collection.indexes.wait("v", 60)
    [record] = collection.indexes.builds.records.values()
    assert (record.attempts, record.state) == (2, "finished")
    assert record.report["resumed_rows"] > 0
    assert unowned(engine) == []


def test_a_build_is_given_up_after_its_attempts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_builds, "RETRY_SECONDS", 0.0)
    engine = opened(path, replace(QUIET, build_attempts=2))
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    for _ in range(2):
        os.kill(pid_of(running(collection)), signal.SIGKILL)
        eventually(lambda: not collection.indexes.builds.running)
        collection.indexes.want_builds()
    assert not collection.indexes.builds.running
    assert collection.indexes.statuses()[0].state is IndexState.FAILED
    assert collection.indexes.wait("v", 1).pending_rows == 20000
    assert unowned(engine) == []
    engine.close()
    again = opened(path, replace(QUIET, build_attempts=2))
    assert again.collection("", "films").indexes.statuses()[0].state is IndexState.FAILED
    again.close()


def test_a_worker_that_cannot_start_fails_the_build(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from elanus.engine.building import worker_process

    def no_process() -> Any:
        raise OSError("no process left")

    collection = sealed(engine)
    with monkeypatch.context() as patch:
        patch.setattr(worker_process, "_worker_process", no_process)
        declare(collection)
        eventually(lambda: "no process left" in collection.indexes.statuses()[0].reason)
    collection.indexes.definitions.resume("v")
    assert collection.indexes.wait("v", 60).indexed_rows == 60


def test_a_build_resumes_after_a_restart(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 4000, WIDE)
    declare(collection, {**SLOW, "efConstruction": "200"})
    build_id = running(collection).build_id
    layout = engine.resources.layout
    eventually(lambda: bool(list(layout.segments.rglob("*.checkpoint"))))
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    collection.indexes.wait("v", 60)
    [record] = collection.indexes.builds.records.values()
    assert (record.id, record.attempts) == (build_id, 1)
    assert record.report["resumed_rows"] > 0
    assert serving(collection) == ["HNSW"]
    assert unowned(again) == []
    again.close()


@pytest.mark.parametrize("damage", ["byte", "cut", "missing"])
def test_a_damaged_file_is_built_again(engine: Engine, path: Path, damage: str) -> None:
    collection = sealed(engine)
    indexed(collection)
    engine.close()
    [file] = (path / "segments").rglob("*.idx")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink()
    if damage != "missing":
        file.write_bytes(data if damage == "byte" else data[:-10])
    again = opened(path)
    collection = again.collection("", "films")
    assert contents(collection.view).keys() == set(range(60))
    assert collection.indexes.wait("v", 60).indexed_rows == 60
    assert serving(collection) == ["HNSW"]
    assert unowned(again) == []
    again.close()


def test_release_closes_and_load_opens(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.release()
    assert serving(collection) == [""]
    assert collection.indexes.statuses()[0].resident_bytes == 0
    assert not collection.indexes.serving.opened
    collection.load()
    assert serving(collection) == ["HNSW"]


def test_a_build_of_a_released_collection_is_opened_by_the_load(engine: Engine) -> None:
    collection = sealed(engine)
    collection.release()
    indexed(collection)
    assert serving(collection) == [""]
    collection.load()
    assert serving(collection) == ["HNSW"]


@pytest.mark.parametrize("what", ["truncate", "drop_partition", "drop"])
def test_what_is_dropped_while_building_leaves_nothing(engine: Engine, what: str) -> None:
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows(range(20000)), "p")
    collection.flush()
    declare(collection, SLOW)
    running(collection)
    {"truncate": collection.truncate, "drop_partition": lambda: collection.drop_partition("p"),
     "drop": lambda: engine.drop_collection("", "films")}[what]()  # fmt: skip
    eventually(lambda: files(engine) == set())
    assert not collection.indexes.builds.running


def test_only_segments_sealed_before_count_when_asked(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    before = engine.allocate_timestamp()
    collection.insert(rows(range(100, 160)))
    collection.flush()
    assert collection.indexes.statuses("v", before)[0].total_rows == 60
    assert collection.indexes.statuses("v")[0].total_rows == 120


def test_wait_gives_up_in_time(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    declare(collection, SLOW)
    with pytest.raises(TimedOut, match="20000 pending rows"):
        collection.indexes.wait("v", 0.05)
    with pytest.raises(IndexNotFound):
        collection.indexes.wait("w", 1)
    collection.indexes.definitions.drop("v")


def test_an_unknown_index_has_no_status(engine: Engine) -> None:
    assert sealed(engine).indexes.statuses("nothing") == []


def test_writes_share_segments_they_do_not_touch(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    [before] = collection.view.segments
    collection.insert(rows([1000]))
    collection.refresh_view()
    assert collection.view.segments[0] is before
    collection.delete_keys(keys([1]))
    assert collection.view.segments[0].indexes is before.indexes


def _named(name: str) -> NewCollection:
    return NewCollection(replace(SCHEMA, name=name))
