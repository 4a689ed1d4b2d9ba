"""Large inserts: segment files at once, the log only when a key is not new."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elanus.engine.database import Engine
from elanus.engine.segments import bulk
from elanus.errors import OutOfDisk, PartitionNotFound
from unit.engine.samples import (
    AUTO,
    BY_KEY,
    QUIET,
    compacted,
    contents,
    count,
    created,
    files,
    indexed,
    keyless,
    keys,
    opened,
    rows,
    unowned,
)  # fmt: skip

IMPORTING = replace(QUIET, import_bytes=500)
MANY = range(200)


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = opened(path, IMPORTING)
    yield engine
    engine.close()


def is_sealed(collection: Any) -> bool:
    return not any(segment.is_growing for segment in collection.segments())


def test_a_large_insert_is_segments_of_bounded_size(path: Path) -> None:
    engine = opened(path, replace(IMPORTING, segment_bytes=2000))
    collection = created(engine)
    collection.insert(rows(MANY))
    assert is_sealed(collection)
    assert 1 < len(collection.segments()) <= 5
    assert contents(collection.view).keys() == set(MANY)
    assert not any(name.startswith("logs") for name in files(engine))
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == set(MANY)
    again.close()


def test_generated_keys_and_partition_keys(engine: Engine) -> None:
    collection = created(engine, AUTO)
    ids = collection.insert(keyless(200)).ids.to_pylist()
    assert contents(collection.view).keys() == set(ids)
    engine.drop_collection("", "films")
    collection = created(engine, BY_KEY, num_partitions=3)
    collection.insert(rows(MANY, [i % 5 for i in MANY], BY_KEY))
    assert is_sealed(collection)
    assert contents(collection.view) == {i: i % 5 for i in MANY}


@pytest.mark.parametrize("before", ["growing", "sealed", "deleted", "itself"])
def test_a_key_that_is_not_new_goes_by_the_log(engine: Engine, before: str) -> None:
    collection = created(engine)
    ids = [*MANY, 7] if before == "itself" else list(MANY)
    if before != "itself":
        collection.insert(rows([7], 1))
    if before == "sealed":
        collection.flush()
    if before == "deleted":
        collection.delete_keys(keys([7]))
    collection.insert(rows(ids, 2))
    assert not is_sealed(collection)
    assert contents(collection.view) == dict.fromkeys(MANY, 2)
    assert unowned(engine) == []


def test_a_key_that_comes_meanwhile_goes_by_the_log(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    write = bulk.write_sealed

    def insert_first(*args: Any) -> Any:
        monkeypatch.undo()
        collection.insert(rows([7], 1))
        return write(*args)

    monkeypatch.setattr(bulk, "write_sealed", insert_first)
    collection.insert(rows(MANY, 2))
    assert contents(collection.view) == dict.fromkeys(MANY, 2)
    assert count(collection.view) == 201
    assert unowned(engine) == []


@pytest.mark.parametrize("step", ["write_sealed", "open_sealed"])
def test_a_full_disk_leaves_no_trace(engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    collection = created(engine)
    monkeypatch.setattr(
        bulk, "_cut", lambda _, placed: [(p, part.slice(i, 100)) for p, part in placed for i in (0, 100)]
    )
    original, calls = getattr(bulk, step), []

    def full_at_the_second(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise OutOfDisk("no space")
        return original(*args)

    monkeypatch.setattr(bulk, step, full_at_the_second)
    with pytest.raises(OutOfDisk):
        collection.insert(rows(MANY))
    assert contents(collection.view) == {}
    assert files(engine) == set()


@pytest.mark.parametrize("what", ["partition", "collection"])
def test_what_is_dropped_meanwhile_leaves_no_file(engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    collection = created(engine)
    collection.create_partition("p")
    write = bulk.write_sealed

    def drop_first(*args: Any) -> Any:
        drop = collection.drop_partition if what == "partition" else lambda _: engine.drop_collection("", "films")
        thread = threading.Thread(target=drop, args=("p",))
        thread.start()
        thread.join()
        return write(*args)

    monkeypatch.setattr(bulk, "write_sealed", drop_first)
    with pytest.raises((PartitionNotFound, KeyError)):
        collection.insert(rows(MANY), "p")
    assert files(engine) == set()


def test_imported_rows_are_there_from_one_moment_on_also_after_a_merge(engine: Engine) -> None:
    """An earlier reader sees none of them; rows that were there before stay for it."""
    collection = created(engine)
    before = collection.insert(rows([1000])).ts
    collection.flush()
    collection.insert(rows(range(20)))
    assert contents(collection.view, before).keys() == {1000}
    assert compacted(collection) == 1
    assert contents(collection.view, before).keys() == {1000}
    assert contents(collection.view).keys() == {*range(20), 1000}


def test_the_view_is_not_older_than_its_rows(engine: Engine) -> None:
    collection = created(engine)
    assert collection.view.ts < collection.insert(rows(MANY)).ts == collection.view.ts


def test_a_delete_logged_before_an_import_does_not_take_its_rows_at_replay(engine: Engine, path: Path) -> None:
    """Not even when the import was merged with older segments since."""
    collection = created(engine)
    collection.insert(rows([1000]))
    collection.flush()
    collection.delete_keys(keys([7]))
    collection.insert(rows(range(20)))
    compacted(collection)
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {*range(20), 1000}
    again.close()


def test_imported_segments_are_indexed(engine: Engine) -> None:
    collection = created(engine)
    indexed(collection)
    collection.insert(rows(MANY))
    assert collection.indexes.wait("v", 60).indexed_rows == 200
