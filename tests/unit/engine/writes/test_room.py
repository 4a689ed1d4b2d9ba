"""Writers that are faster than sealing: memory stays bounded, they wait, and are told."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.writes.room import Room
from elanus.errors import OutOfDisk, RateLimited
from unit.engine.samples import QUIET, WIDE, contents, count, created, eventually, keys, opened, rows

SMALL = replace(QUIET, growing_bytes=300_000, write_wait_seconds=0.05)
BATCH_BYTES = 100 * 256 * 4


def batch(number: int) -> pa.RecordBatch:
    """A hundred rows of 1 KB."""
    return rows(range(number * 100, number * 100 + 100), number, WIDE)


def test_a_writer_without_room_waits_then_is_told_to_retry(path: Path) -> None:
    engine = opened(path, SMALL)
    collection = created(engine, WIDE)
    for number in range(2):
        collection.insert(batch(number))
    with pytest.raises(RateLimited, match=r"growing_bytes allows 300,000.*rate limit exceeded"):
        collection.insert(batch(2))
    assert count(collection.view) == 200, "the refused write left no trace"
    assert 2 * BATCH_BYTES <= engine.resources.room.taken_bytes <= 300_000
    collection.flush()
    assert engine.resources.room.taken_bytes == 0
    collection.insert(batch(2))
    assert len(contents(collection.view)) == 300
    engine.close()


def test_a_waiting_writer_makes_everything_be_sealed_and_goes_on(path: Path) -> None:
    engine = opened(path, replace(SMALL, write_wait_seconds=30.0, maintenance_seconds=0.02))
    collections = [created(engine, WIDE.renamed(name)) for name in ("a", "b")]
    most = 0

    def write(collection: Collection) -> None:
        for number in range(12):
            collection.insert(batch(number))

    writers = [threading.Thread(target=write, args=(collection,)) for collection in collections]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        most = max(most, engine.resources.room.taken_bytes)
    for writer in writers:
        writer.join()
    assert [len(contents(collection.view)) for collection in collections] == [1200, 1200]
    assert 2 * BATCH_BYTES < most <= 300_000
    engine.close()


def test_room_is_taken_again_by_what_a_restart_replays(path: Path) -> None:
    engine = opened(path, SMALL)
    collection = created(engine, WIDE)
    collection.insert(batch(0))
    collection.delete_keys(keys([1]))
    taken = engine.resources.room.taken_bytes
    engine.close()
    engine = opened(path, SMALL)
    assert engine.resources.room.taken_bytes == taken > BATCH_BYTES
    engine.collection("", "films").truncate()
    assert engine.resources.room.taken_bytes == 0
    engine.close()


def test_a_write_that_fails_gives_its_room_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)

    def full(_records: object) -> None:
        raise OutOfDisk("no space left")

    monkeypatch.setattr(collection.journal, "append", full)
    with pytest.raises(OutOfDisk):
        collection.insert(rows([1]))
    assert engine.resources.room.taken_bytes == 0


def test_a_writer_that_holds_the_lock_does_not_wait_for_a_seal(path: Path) -> None:
    """A partial update reads and writes under the lock, which a seal needs."""
    engine = opened(path, replace(SMALL, write_wait_seconds=60.0))
    collection = created(engine, WIDE)
    for number in range(2):
        collection.insert(batch(number))
    with collection.lock:
        collection.upsert(batch(0))
    assert len(contents(collection.view)) == 200
    engine.close()


def test_one_write_larger_than_the_limit_is_let_in_alone() -> None:
    room = Room(10, wait_seconds=0.0)
    room.enter(25)
    with pytest.raises(RateLimited):
        room.enter(1)
    assert not room.is_wanted
    room.leave(25)
    room.enter(10)
    assert room.taken_bytes == 10


def test_a_waiting_writer_is_let_in_when_room_is_made() -> None:
    room = Room(10, wait_seconds=30.0)
    room.enter(10)
    writer = threading.Thread(target=room.enter, args=(5,))
    writer.start()
    eventually(lambda: room.is_wanted)
    room.leave(6)
    writer.join(5)
    assert (room.taken_bytes, room.is_wanted) == (9, False)
