from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import CompactionStatus, IndexRequest
from elanus.engine.segments import compact, merge
from elanus.engine.segments.compact import Candidate, fewest_merged, plan_full_merge, plan_merges
from elanus.engine.segments.merge import Merge
from elanus.engine.segments.seal import Growth
from elanus.engine.settings import EngineSettings
from elanus.errors import OutOfDisk
from unit.engine.samples import (
    HNSW,
    IVF,
    QUIET,
    SLOW,
    compacted,
    contents,
    count,
    created,
    eventually,
    files,
    indexed,
    keys,
    opened,
    rows,
    unowned,
)  # fmt: skip

SETTINGS = EngineSettings(segment_bytes=100, dead_fraction=0.2)


def candidates(*sizes: int, partition: int = 1, dead: int = 0) -> list[Candidate]:
    return [Candidate(i, partition, 10, dead, size) for i, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "plans"),
    [
        ([], []),
        ([10], []),
        ([10, 10], [(0, 1)]),
        ([10, 10, 20, 40], [(0, 1, 2, 3)]),
        ([10, 11], []),
        ([1, 5, 5, 5], [(1, 2, 3)]),
        ([10, 10, 50], [(0, 1)]),
        ([60, 60], []),
        ([50, 50, 50], [(0, 1)]),
        ([40, 10, 10], [(1, 2)]),
    ],
)
def test_plan_merges_by_size(sizes: list[int], plans: list[tuple[int, ...]]) -> None:
    assert plan_merges(candidates(*sizes), SETTINGS) == plans


@pytest.mark.parametrize(("dead", "plans"), [(2, []), (3, [(0,)])])
def test_plan_merges_rewrites_what_is_dead_enough(dead: int, plans: list[tuple[int, ...]]) -> None:
    assert plan_merges(candidates(10, dead=dead), SETTINGS) == plans


@pytest.mark.parametrize(
    ("growth", "fewest"),
    [
        (Growth(0, 0, 5.0, 0.0), 1),
        (Growth(10, 1, 5.0, 1e6), 1),
        (Growth(10, 1, 0.0, 1e6), 0),
        (Growth(10, 1, 0.0, 500.0), 4),
        (Growth(0, 0, 0.0, 0.0), 0),
    ],
)
def test_few_segments_are_merged_in_quiet_and_many_while_rows_come_slowly(growth: Growth, fewest: int) -> None:
    assert fewest_merged(growth, EngineSettings(merge_quiet_seconds=5.0, seal_slow_rows=8000)) == fewest


def test_plan_merges_stays_within_partitions() -> None:
    two = [replace(c, id=c.id + 10, partition_id=2) for c in candidates(10, 10)]
    assert plan_merges(candidates(10, 10) + two, SETTINGS) == [(0, 1), (10, 11)]
    assert plan_merges(candidates(10) + two[:1], SETTINGS) == []


@pytest.mark.parametrize(
    ("sizes", "dead", "plans"),
    [
        ([], 0, []),
        ([10], 0, []),
        ([10], 1, [(0,)]),
        ([10, 90, 80], 0, [(0, 2)]),
        ([60, 60], 0, []),
        ([60, 60], 1, [(0,), (1,)]),
        ([1, 50, 40], 0, [(0, 2, 1)]),
        ([500], 0, []),
        ([500], 1, [(0,)]),
    ],
)
def test_plan_full_merge(sizes: list[int], dead: int, plans: list[tuple[int, ...]]) -> None:
    assert plan_full_merge(candidates(*sizes, dead=dead), SETTINGS) == plans


def test_plans_end_in_few_segments() -> None:
    """Whatever sizes arrive, repeating the plan leaves about log2 segments and copies a row about log2 times."""
    random = np.random.default_rng(1)
    settings = EngineSettings(segment_bytes=10**9)
    segments: dict[int, int] = {}
    copied = 0
    for new in range(300):
        segments[new] = int(random.integers(1, 20))
        while plans := plan_merges([Candidate(i, 1, s, 0, s) for i, s in segments.items()], settings):
            for plan in plans:
                segments[1000 + len(segments) + copied] = merged = sum(segments.pop(i) for i in plan)
                copied += merged
    total = sum(segments.values())
    assert len(segments) <= np.log2(total) + 2
    assert copied <= total * np.log2(total)


def filled(engine: Engine, segments: int = 4, each: int = 10) -> Collection:
    """Segments of ``each`` rows: 0.., 10.., 20.. with ``n`` their number."""
    collection = created(engine)
    for n in range(segments):
        collection.insert(rows(range(n * each, (n + 1) * each), n))
        collection.flush()
    return collection


def test_merged_rows_are_the_rows_that_were_kept(engine: Engine, path: Path) -> None:
    collection = filled(engine)
    collection.delete_keys(keys([0, 15]))
    collection.upsert(rows([20], 99))
    collection.insert(rows([31], 98))
    expected = {i: i // 10 for i in range(40) if i not in (0, 15)} | {20: 99, 31: 98}
    assert compacted(collection) == 1
    assert contents(collection.view) == expected
    sealed = [s for s in collection.segments() if not s.is_growing]
    assert [s.row_count for s in sealed] == [37], "three rows were deleted; the superseded one still counts"
    assert count(collection.view) == 39
    collection.flush()
    assert compacted(collection) == 1
    assert collection.compact() == -1
    assert unowned(engine) == []
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view) == expected
    assert compacted(again.collection("", "films")) == 0
    again.close()


def test_rows_stay_in_the_order_of_their_timestamps(engine: Engine) -> None:
    collection = filled(engine, segments=2)
    collection.insert(rows(range(100, 200)))
    collection.flush()
    collection.insert(rows([1000]))
    collection.flush()
    compacted(collection)
    stamps = collection.view.segments[0].blocks[0].timestamps()
    assert (np.diff(stamps.astype(np.int64)) >= 0).all()


def test_rows_that_left_lately_are_kept_for_earlier_readers(path: Path) -> None:
    engine = opened(path, replace(QUIET, retention_seconds=3600.0))
    collection = filled(engine)
    before = collection.view.ts
    collection.delete_keys(keys([5]))
    collection.upsert(rows([6], 50))
    compacted(collection)
    assert contents(collection.view, before) == {i: i // 10 for i in range(40)}
    assert 5 not in contents(collection.view)
    engine.close()


def test_a_collection_without_a_row_left_has_no_segment(engine: Engine) -> None:
    collection = filled(engine, segments=2)
    collection.delete_keys(keys(range(20)))
    assert compacted(collection) == 1
    assert collection.view.segments == ()
    assert files(engine) == {name for name in files(engine) if name.startswith("logs")}


def test_expired_rows_are_dropped(engine: Engine) -> None:
    collection = filled(engine, segments=2)
    collection.alter_properties({"collection.ttl.seconds": "1"})
    time.sleep(1.1)
    collection.insert(rows([1000]))
    collection.flush()
    compacted(collection)
    assert contents(collection.view).keys() == {1000}
    assert collection.row_count() == 1


def test_a_time_to_live_longer_than_all_time_drops_nothing(engine: Engine) -> None:
    collection = filled(engine, segments=2)
    collection.alter_properties({"collection.ttl.seconds": str(2**40)})
    assert compacted(collection) == 1
    assert collection.row_count() == 20


MEANWHILE: dict[str, Callable[[Collection], object]] = {
    "delete": lambda c: c.delete_keys(keys([3, 17])),
    "upsert": lambda c: c.upsert(rows([3, 17], 70)),
    "insert": lambda c: c.insert(rows([3, 17], 80)),
    "flush": lambda c: (c.delete_keys(keys([3])), c.insert(rows([900])), c.flush()),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_writes_meanwhile_are_carried_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path, what: str
) -> None:
    collection = filled(engine)
    seen: list[dict[int, int]] = []
    write = merge.write_sealed

    def write_first(*args: Any) -> Any:
        MEANWHILE[what](collection)
        seen.append(contents(collection.view))
        return write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(merge, "write_sealed", write_first)
        compacted(collection)
    assert contents(collection.view) == seen[0]
    assert unowned(engine) == []
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view) == seen[0]
    again.close()


@pytest.mark.parametrize("what", ["truncate", "drop_partition", "drop", "release"])
def test_what_is_dropped_meanwhile_stays_dropped(engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    collection = created(engine)
    collection.create_partition("p")
    for n in range(3):
        collection.insert(rows([n]), "p")
        collection.flush()
    write = merge.write_sealed

    def drop_first(*args: Any) -> Any:
        {"truncate": collection.truncate, "drop_partition": lambda: collection.drop_partition("p"),
         "drop": lambda: engine.drop_collection("", "films"), "release": collection.release}[what]()  # fmt: skip
        return write(*args)

    monkeypatch.setattr(merge, "write_sealed", drop_first)
    request = collection.compact()
    eventually(lambda: collection.compaction(request).executing == 0)
    assert collection.compaction(request).failed == (what != "release")
    assert collection.row_count() == (3 if what in ("drop", "release") else 0)
    assert unowned(engine) == []


@pytest.mark.parametrize("step", ["write_sealed", "save_gone"])
def test_a_full_disk_changes_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    collection = filled(engine)
    before = (collection.view, dict(collection.sealed), files(engine))

    def full(*_: Any) -> Any:
        raise OutOfDisk("no space")

    with monkeypatch.context() as patch:
        patch.setattr(merge, step, full)
        request = collection.compact()
        eventually(lambda: collection.compaction(request).executing == 0)
    assert collection.compaction(request).failed == 1
    assert (collection.view, dict(collection.sealed), files(engine)) == before
    assert compacted(collection) == 1


def test_a_merged_segment_comes_with_every_index(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No view shows merged rows without the index their sources had."""
    collection = filled(engine, segments=3, each=30)
    indexed(collection)
    stop = threading.Event()
    bare: list[int] = []

    def watch() -> None:
        while not stop.is_set():
            bare.extend(s.id for s in collection.view.segments if not s.indexes)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert compacted(collection) == 1
    stop.set()
    watcher.join()
    assert bare == []
    assert collection.indexes.statuses("v")[0].indexed_rows == 90
    assert unowned(engine) == []


def test_an_index_declared_while_merging_is_built_before_the_swap(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = filled(engine, segments=3, each=30)
    write = merge.write_sealed

    def declare_first(*args: Any) -> Any:
        indexed(collection)
        return write(*args)

    monkeypatch.setattr(merge, "write_sealed", declare_first)
    compacted(collection)
    assert [len(s.indexes) for s in collection.view.segments] == [1]


def test_an_index_dropped_while_merging_does_not_stop_the_merge(engine: Engine) -> None:
    collection = filled(engine, segments=2, each=10000)
    indexed(collection)
    collection.indexes.definitions.switch("v", SLOW)
    request = collection.compact()
    eventually(lambda: len(list(engine.resources.layout.segments.rglob("data.arrow"))) == 3)
    collection.indexes.definitions.drop("v")
    eventually(lambda: collection.compaction(request).executing == 0)
    assert collection.compaction(request).completed == 1
    assert len(collection.segments()) == 1
    eventually(lambda: unowned(engine) == [])


def test_a_close_while_merging_loses_nothing(engine: Engine, path: Path) -> None:
    collection = filled(engine, segments=2, each=10000)
    collection.indexes.definitions.create(IndexRequest("v", "v", SLOW))
    request = collection.compact()
    eventually(lambda: len(list(engine.resources.layout.segments.rglob("data.arrow"))) == 3)
    engine.close()
    assert collection.compaction(request).failed == 1
    again = opened(path)
    assert again.collection("", "films").row_count() == 20000
    assert len(again.collection("", "films").segments()) == 2
    again.collection("", "films").indexes.definitions.drop("v")
    eventually(lambda: unowned(again) == [])
    again.close()


def test_maintenance_merges_in_quiet_and_not_what_failed_lately(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = opened(path)
    collection = filled(engine)
    tries: list[int] = []

    def failing(self: Merge) -> int:
        tries.append(1)
        raise OutOfDisk("no space")

    with monkeypatch.context() as patch:
        patch.setattr(Merge, "run", failing)
        for _ in range(3):
            collection.compactions.tend(1)
            eventually(lambda: not collection.compactions._busy)
    assert tries == [1]
    monkeypatch.setattr(compact, "RETRY_SECONDS", 0.0)
    collection.compactions.tend(1)
    eventually(lambda: len(collection.segments()) == 1)
    engine.close()


def test_segments_stay_few_while_rows_come_in(path: Path) -> None:
    """Sixteen of one size, and never a quiet moment."""
    busy = replace(QUIET, maintenance_seconds=0.01, seal_slow_rows=10_000, merge_quiet_seconds=1e6)
    engine = opened(path, busy)
    collection = created(engine)
    most = 0
    for n in range(16):
        collection.insert(rows(range(10 * n, 10 * n + 10)))
        collection.flush()
        eventually(lambda: len(collection.segments()) <= 6)
        most = max(most, len(collection.segments()))
    assert most <= 6
    assert contents(collection.view).keys() == set(range(160))
    engine.close()


def test_an_unknown_compaction_had_nothing_to_do(engine: Engine) -> None:
    assert created(engine).compaction(12345) == CompactionStatus(12345, 0, 0, 0, ())


def test_a_compaction_tells_its_plans(engine: Engine) -> None:
    collection = filled(engine, segments=2)
    sources = tuple(sorted(s.id for s in collection.segments()))
    request = collection.compact()
    eventually(lambda: collection.compaction(request).executing == 0)
    [(planned, target)] = collection.compaction(request).plans
    assert tuple(sorted(planned)) == sources
    assert target == collection.segments()[0].id


def test_different_indexes_carry_over(engine: Engine) -> None:
    collection = filled(engine, segments=2, each=40)
    indexed(collection, IVF)
    compacted(collection)
    collection.indexes.definitions.drop("v")
    indexed(collection, HNSW)
    assert [len(s.indexes) for s in collection.view.segments] == [1]
