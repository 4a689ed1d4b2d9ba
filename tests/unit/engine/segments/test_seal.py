from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elanus.engine.database import Engine
from elanus.engine.segments import seal
from elanus.engine.segments.seal import Growth, due_for_seal
from elanus.engine.settings import EngineSettings
from elanus.errors import OutOfDisk
from unit.engine.samples import QUIET, contents, created, eventually, files, keys, opened, rows, unowned

SETTINGS = EngineSettings(small_segment_rows=1000, seal_bytes=10_000_000, seal_quiet_seconds=2.0, seal_slow_rows=8000)


@pytest.mark.parametrize(
    ("growth", "due"),
    [
        (Growth(0, 0, 1000.0, 0.0), False),
        (Growth(10, 10_000_000, 0.0, 1e6), True),
        (Growth(10_000, 9_999_999, 0.0, 1e6), False),
        (Growth(999, 1, 1000.0, 0.1), False),
        (Growth(1000, 1, 1.9, 1e6), False),
        (Growth(1000, 1, 2.0, 1e6), True),
        (Growth(8000, 1, 0.0, 1999.0), True),
        (Growth(8000, 1, 0.0, 2000.0), False),
        (Growth(7999, 1, 0.0, 1.0), False),
    ],
)
def test_due_for_seal(growth: Growth, due: bool) -> None:
    assert due_for_seal(growth, SETTINGS) is due


def test_flush_makes_one_segment_for_each_partition(engine: Engine) -> None:
    collection = created(engine)
    collection.create_partition("p")
    for n in range(5):
        collection.insert(rows([n, 100 + n]), "p" if n % 2 else "")
    done = collection.flush()
    assert len(done.segment_ids) == 2
    assert done.flushed_ids == ()
    assert [s.is_growing for s in collection.segments()] == [False, False]
    assert contents(collection.view).keys() == {*range(5), *range(100, 105)}
    assert not any(name.startswith("logs") for name in files(engine))
    assert collection.flush().segment_ids == ()
    assert set(collection.flush().flushed_ids) == set(done.segment_ids)


def test_deletes_of_sealed_rows_are_saved_once_and_replace_each_other(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(10)))
    collection.flush()
    for n in range(3):
        collection.delete_keys(keys([n]))
        collection.flush()
        assert sum("deletes" in name for name in files(engine)) == 1
    before = files(engine)
    collection.insert(rows([50]))
    collection.flush()
    assert before < files(engine), "the old segment's deletes did not change"
    assert contents(collection.view).keys() == {*range(3, 10), 50}


def test_a_delete_between_writing_and_naming_is_not_lost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    collection = created(engine)
    collection.insert(rows([1, 2, 3]))
    name = seal.Seals._name

    def delete_first(self: Any, *args: Any) -> None:
        collection.delete_keys(keys([1]))
        collection.upsert(rows([2], 7))
        name(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(seal.Seals, "_name", delete_first)
        collection.flush()
    assert contents(collection.view) == {2: 7, 3: 0}
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view) == {2: 7, 3: 0}
    again.close()


def threaded(call: Any) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


@pytest.mark.parametrize("step", ["write_sealed", "open_sealed", "save_gone"])
def test_a_full_disk_leaves_rows_in_the_log_and_no_file(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path, step: str
) -> None:
    collection = created(engine)
    collection.insert(rows([1, 2]))
    collection.flush()
    collection.delete_keys(keys([1]))
    collection.insert(rows([3]))

    def full(*_: Any) -> Any:
        raise OutOfDisk("no space")

    with monkeypatch.context() as patch:
        patch.setattr(seal, step, full)
        with pytest.raises(OutOfDisk):
            collection.flush()
    assert contents(collection.view).keys() == {2, 3}
    assert unowned(engine) == []
    collection.insert(rows([4]))
    collection.flush()
    assert contents(collection.view).keys() == {2, 3, 4}
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {2, 3, 4}
    again.close()


@pytest.mark.parametrize("what", ["truncate", "drop", "drop_partition"])
def test_what_is_dropped_while_it_is_sealed_leaves_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows([1, 2]), "p")
    collection.flush()
    collection.delete_keys(keys([1]))
    collection.insert(rows([3]), "p")
    save = seal.save_gone

    def drop_first(*args: Any) -> Any:
        entry = save(*args)
        threaded({"truncate": collection.truncate, "drop": lambda: engine.drop_collection("", "films"),
                  "drop_partition": lambda: collection.drop_partition("p")}[what])  # fmt: skip
        return entry

    with monkeypatch.context() as patch:
        patch.setattr(seal, "save_gone", drop_first)
        collection.flush()
    assert files(engine) == set()
    assert unowned(engine) == []


def test_readers_find_every_row_while_it_is_sealed(engine: Engine) -> None:
    """No view ever lacks a row or has it twice."""
    collection = created(engine)
    collection.insert(rows(range(50)))
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            try:
                found = contents(collection.view).keys()
                if not found >= set(range(50)):
                    wrong.append(found)
            except AssertionError as error:
                wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(15):
        collection.insert(rows([100 + n]))
        collection.flush()
    stop.set()
    reader.join()
    assert wrong == []


def test_maintenance_seals_what_is_due(path: Path) -> None:
    engine = opened(path, replace(QUIET, maintenance_seconds=0.01, seal_bytes=2000, merge_quiet_seconds=100.0))
    collection = created(engine)
    collection.insert(rows(range(100)))
    eventually(lambda: not any(s.is_growing for s in collection.segments()))
    collection.insert(rows([1000]))
    assert contents(collection.view).keys() == {*range(100), 1000}
    assert any(s.is_growing for s in collection.segments())
    engine.close()


def test_a_seal_that_failed_is_tried_again_after_a_while(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    tried = 0

    def full(*_: object) -> None:
        nonlocal tried
        tried += 1
        raise OutOfDisk("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(seal, "write_sealed", full)
        with pytest.raises(OutOfDisk):
            collection.flush()
        collection.seals.tend()
        with pytest.raises(OutOfDisk):
            collection.flush()
        assert tried == 2, "maintenance waits, a flush does not"
    monkeypatch.setattr(seal, "RETRY_SECONDS", 0.0)
    collection.seals.tend()
    eventually(lambda: [s.is_growing for s in collection.segments()] == [False])
    eventually(lambda: not collection.seals.failure)


def test_rows_that_came_fast_are_still_known_to_come_fast_after_a_rotation(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(2000)))
    collection.seals.rotate()
    growth = collection.seals.growth()
    assert growth.rows == 0
    assert not growth.is_slow(replace(SETTINGS, seal_slow_rows=40))


def test_nothing_comes_to_a_new_collection(engine: Engine) -> None:
    assert created(engine).seals.growth().rows_per_second == 0.0
