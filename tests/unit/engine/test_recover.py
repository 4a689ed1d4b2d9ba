from __future__ import annotations

from pathlib import Path

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import LoadState
from unit.engine.samples import contents, count, created, files, indexed, keys, opened, rows, unowned


def lived(engine: Engine) -> Collection:
    """Sealed rows, deletes of them in the log, growing rows, in two partitions."""
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows(range(30), 1))
    collection.insert(rows(range(30, 40), 2), "p")
    collection.flush()
    collection.delete_keys(keys([0, 35]))
    collection.upsert(rows([1, 36], 3), "p")
    collection.insert(rows([2, 50], 4))
    return collection


def state(collection: Collection) -> tuple[object, ...]:
    return (
        contents(collection.view),
        count(collection.view),
        contents(collection.view, partitions=("p",)),
        collection.partitions,
        collection.record,
        collection.load_state(),
        sorted(s.row_count for s in collection.segments()),
    )


def test_reopened_is_as_it_was(engine: Engine, path: Path) -> None:
    collection = lived(engine)
    before, ts = state(collection), collection.view.ts
    earlier = contents(collection.view, ts - 1)
    for _ in range(3):
        engine.close()
        engine = opened(path)
        collection = engine.collection("", "films")
        assert state(collection) == before
        assert contents(collection.view, ts - 1) == earlier
        assert collection.view.ts > ts, "a snapshot taken now sees every row"
    collection.insert(rows([99]))
    assert contents(collection.view).keys() == {*before[0], 99}  # type: ignore[misc]
    engine.close()


def test_epochs_that_wait_to_be_sealed_are_sealed_after_the_open(engine: Engine, path: Path) -> None:
    collection = created(engine)
    for n in range(3):
        collection.insert(rows(range(n * 10, n * 10 + 10), n))
        collection.delete_keys(keys([n * 10]))
        collection.seals.rotate()
    collection.insert(rows([100]))
    expected = contents(collection.view)
    assert len(engine.resources.catalog.log_epochs(collection.id)) == 4
    engine.close()
    engine = opened(path)
    collection = engine.collection("", "films")
    assert contents(collection.view) == expected
    collection.flush()
    assert contents(collection.view) == expected
    assert engine.resources.catalog.log_epochs(collection.id) == []
    assert unowned(engine) == []
    collection.insert(rows([101]))
    engine.close()
    engine = opened(path)
    assert contents(engine.collection("", "films").view) == {**expected, 101: 0}
    engine.close()


def test_garbage_is_removed_and_nothing_else(engine: Engine, path: Path) -> None:
    collection = lived(engine)
    indexed(collection)
    collection.insert(rows([77]))
    before, owned = state(collection), files(engine)
    engine.close()
    segment = next((path / "segments").rglob("data.arrow")).parent
    garbage = [
        segment / "index-9999.idx",
        segment / ".index-9999.idx.building",
        segment / "deletes-1.arrow",
        segment / "data.arrow.tmp",
        segment.parent / "9999" / "data.arrow",
        path / "segments" / "9999" / "1" / "data.arrow",
        path / "logs" / "9999" / "log-000001.sqlite",
        path / "logs" / str(collection.id) / "log-000099.sqlite",
    ]
    for file in garbage:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"left by a crash")
    engine = opened(path)
    assert not any(file.exists() for file in garbage)
    assert not (path / "segments" / "9999").exists()
    assert files(engine) == owned
    assert state(engine.collection("", "films")) == before
    engine.close()


def test_epoch_numbers_go_on(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    collection.seals.rotate()
    collection.insert(rows([2]))
    engine.close()
    engine = opened(path)
    collection = engine.collection("", "films")
    collection.flush()
    collection.insert(rows([3]))
    [epoch] = engine.resources.catalog.log_epochs(collection.id)
    assert epoch.epoch == 3
    engine.close()


def test_an_empty_collection_and_a_released_one(engine: Engine, path: Path) -> None:
    created(engine).release()
    engine.close()
    engine = opened(path)
    collection = engine.collection("", "films")
    assert (collection.load_state(), collection.row_count(), collection.view.segments) == (LoadState.NOT_LOAD, 0, ())
    engine.close()
