"""Snapshots of a collection: what they hold, what cannot reach them, and what they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.snapshots.infos import NewSnapshot, RestoreStatus
from elanus.errors import CollectionNotFound, ParameterInvalid, Rejected, SnapshotNotFound, SnapshotPinned
from unit.engine.samples import compacted, contents, created, eventually, indexed, keys, opened, rows, serving, unowned

NOW = NewSnapshot("now")


def restored(engine: Engine, source: Collection, name: str = "again") -> Collection:
    """The snapshot ``now`` as another collection, loaded."""
    status = over(engine, engine.restore(source, "now", "", name))
    assert (status.state, status.progress, status.reason) == ("completed", 100, "")
    collection = engine.collection("", name)
    collection.load()
    return collection


def over(engine: Engine, job_id: int) -> RestoreStatus:
    eventually(lambda: engine.restores.status(job_id).state in ("completed", "failed"))
    return engine.restores.status(job_id)


def worked_on(engine: Engine) -> Collection:
    """Two sealed segments with deleted and superseded rows, and rows that grow."""
    collection = created(engine)
    collection.insert(rows(range(40), 1))
    collection.flush()
    collection.insert(rows(range(30, 60), 2))
    collection.flush()
    collection.delete_keys(keys(range(5)))
    collection.upsert(rows(range(55, 65), 3))
    return collection


def test_a_restored_collection_answers_as_it_was(engine: Engine) -> None:
    collection = worked_on(engine)
    before = contents(collection.view)
    engine.snapshots.create(collection, NOW)
    collection.upsert(rows(range(100), 9))
    collection.delete_keys(keys(range(50)))
    again = restored(engine, collection)
    assert contents(again.view) == before
    assert again.schema.name == again.name == "again"
    assert unowned(engine) == []
    again.delete_keys(keys(range(60)))
    again.insert(rows([7], 7))
    assert contents(again.view) == {7: 7} | {i: n for i, n in before.items() if i >= 60}
    assert contents(collection.view) == dict.fromkeys(range(50, 100), 9)


@pytest.mark.parametrize("end", ["compact", "truncate", "drop"])
def test_nothing_that_happens_to_the_collection_reaches_it(engine: Engine, path: Path, end: str) -> None:
    collection = worked_on(engine)
    before = contents(collection.view)
    engine.snapshots.create(collection, NOW)
    if end == "drop":
        engine.snapshots.pin(engine.snapshots.named(collection, "now"))
        held = engine.snapshots.named(collection, "now")
        engine.drop_collection("", collection.name)
    elif end == "truncate":
        collection.truncate()
    else:
        collection.delete_keys(keys(range(0, 60, 2)))
        assert compacted(collection) == 1
    engine.close()
    with_next = opened(path)
    if end == "drop":
        job = with_next.restores.start(with_next.snapshots.by_id(held.id), "default", "again")
        assert over(with_next, job).state == "completed"
        again = with_next.collection("", "again")
        again.load()
    else:
        again = restored(with_next, with_next.collection("", collection.name))
    assert contents(again.view) == before
    assert unowned(with_next) == []
    with_next.close()


def test_indexes_are_restored_without_being_built(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(60), 1))
    collection.flush()
    indexed(collection)
    built = list(collection.indexes.builds.records.values())
    engine.snapshots.create(collection, NOW)
    again = restored(engine, collection)
    assert serving(again) == serving(collection) == ["HNSW"]
    now = list(again.indexes.builds.records.values())
    assert [build.report for build in now] == [build.report for build in built]
    assert {build.id for build in now}.isdisjoint(build.id for build in built)
    collection.indexes.definitions.drop("v")
    assert serving(again) == ["HNSW"]


def test_a_damaged_index_is_left_out_and_built_again(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(60), 1))
    collection.flush()
    indexed(collection)
    engine.snapshots.create(collection, NOW)
    record = engine.snapshots.named(collection, "now")
    [build] = record.builds
    assert build.file is not None
    flip(engine.resources.layout.snapshot_segment(record.id, build.segment_id) / build.file.name)
    again = restored(engine, collection)
    again.indexes.wait("v", 60)
    assert serving(again) == ["HNSW"]
    assert contents(again.view) == contents(collection.view)


def test_damaged_rows_are_not_restored(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(60), 1))
    engine.snapshots.create(collection, NOW)
    record = engine.snapshots.named(collection, "now")
    flip(engine.resources.layout.snapshot_segment(record.id, record.segments[0].id) / "data.arrow")
    status = over(engine, engine.restore(collection, "now", "", "again"))
    assert status.state == "failed"
    assert "wrong checksum" in status.reason
    with pytest.raises(CollectionNotFound):
        engine.collection("", "again")
    eventually(lambda: engine.snapshots.info(collection, "now").pins == 0)
    assert unowned(engine) == []


def test_rows_that_come_meanwhile_are_all_there_or_all_not(engine: Engine) -> None:
    """The rows of one write are in a snapshot together, and so are those of every write before."""
    import threading

    collection = created(engine)
    collection.insert(rows(range(20), 0))
    over_now = threading.Event()

    def write() -> None:
        number = 0
        while not over_now.is_set():
            number += 1
            collection.upsert(rows(range(20), number))

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        engine.snapshots.create(collection, NewSnapshot(f"at{number}"))
    over_now.set()
    writer.join()
    for number in range(5):
        status = over(engine, engine.restore(collection, f"at{number}", "", f"was{number}"))
        assert status.state == "completed"
        again = engine.collection("", f"was{number}")
        again.load()
        found = contents(again.view)
        assert sorted(found) == list(range(20))
        assert len(set(found.values())) == 1


def test_an_empty_collection(engine: Engine) -> None:
    collection = created(engine)
    engine.snapshots.create(collection, NOW)
    collection.insert(rows(range(3)))
    assert contents(restored(engine, collection).view) == {}


def test_names_are_unique_within_a_collection(engine: Engine) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    with pytest.raises(ParameterInvalid, match="snapshot name now already exists"):
        engine.snapshots.create(collection, NOW)
    engine.snapshots.create(restored(engine, collection), NOW)
    assert [info.collection for info in engine.snapshots.of(collection)] == ["films"]


def test_a_snapshot_goes_with_its_files(engine: Engine) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    place = Path(engine.snapshots.info(collection, "now").location)
    assert place.is_dir()
    engine.snapshots.drop(collection, "now")
    engine.snapshots.drop(collection, "now")
    assert not place.exists()
    assert engine.snapshots.of(collection) == []
    with pytest.raises(SnapshotNotFound, match=r"snapshot not found\[snapshot=now\]"):
        engine.snapshots.info(collection, "now")


def test_it_goes_with_its_collection(engine: Engine, path: Path) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    engine.drop_collection("", collection.name)
    assert engine.resources.catalog.snapshots() == []
    assert list(engine.resources.layout.snapshots.iterdir()) == []


def test_a_pin_keeps_it(engine: Engine, path: Path) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    pins = [engine.snapshots.pin(engine.snapshots.named(collection, "now")) for _ in range(2)]
    engine.snapshots.unpin(pins[0])
    engine.snapshots.unpin(pins[0])
    engine.close()
    next_engine = opened(path)
    collection = next_engine.collection("", "films")
    with pytest.raises(SnapshotPinned, match="active pins exist"):
        next_engine.snapshots.drop(collection, "now")
    next_engine.snapshots.unpin(pins[1])
    next_engine.snapshots.drop(collection, "now")
    next_engine.close()


def test_a_pin_expires(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from elanus.engine.snapshots import snapshots

    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    engine.snapshots.pin(engine.snapshots.named(collection, "now"), 60)
    assert engine.snapshots.info(collection, "now").pins == 1
    later_ms = snapshots._now_ms() + 61_000
    monkeypatch.setattr(snapshots, "_now_ms", lambda: later_ms)
    assert engine.snapshots.info(collection, "now").pins == 0
    engine.snapshots.drop(collection, "now")


def test_a_dropped_collection_is_freed_with_the_last_pin(engine: Engine) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    pin = engine.snapshots.pin(engine.snapshots.named(collection, "now"))
    engine.drop_collection("", collection.name)
    assert len(list(engine.resources.layout.snapshots.iterdir())) == 1
    engine.snapshots.unpin(pin)
    assert list(engine.resources.layout.snapshots.iterdir()) == []


def test_a_name_that_is_taken_is_refused(engine: Engine) -> None:
    collection = worked_on(engine)
    engine.snapshots.create(collection, NOW)
    with pytest.raises(Rejected, match="duplicate collection default:films"):
        engine.restore(collection, "now", "", "films")
    assert engine.restores.statuses() == []


def test_protected_segments_are_not_merged(engine: Engine, path: Path) -> None:
    collection = worked_on(engine)
    collection.flush()
    engine.snapshots.create(collection, NewSnapshot("now", protected_seconds=60))
    assert collection.compact() == -1
    engine.close()
    next_engine = opened(path)
    collection = next_engine.collection("", "films")
    assert collection.compact() == -1
    next_engine.snapshots.drop(collection, "now")
    assert compacted(collection) == 1
    next_engine.close()


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
