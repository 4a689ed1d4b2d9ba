from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import LoadState, NewCollection
from elanus.errors import CollectionNotFound, NotReady, OutOfDisk, PartitionNotFound, Unexpected
from elanus.filter import compile_filter
from elanus.segment.partition_key import partition_name, partition_numbers
from elanus.storage.catalog import Catalog
from elanus.storage.log import Log
from unit.engine.samples import (
    AUTO,
    BY_KEY,
    SCHEMA,
    TEXT,
    contents,
    count,
    created,
    files,
    keyless,
    keys,
    opened,
    rows,
    unowned,
)


def where(collection: Collection, text: str) -> Any:
    return compile_filter(text, collection.schema, {})


def test_generated_keys_are_new_and_increasing(engine: Engine) -> None:
    collection = created(engine, AUTO)
    first, second = collection.insert(keyless(3)), collection.insert(keyless(2))
    ids = first.ids.to_pylist() + second.ids.to_pylist()
    assert sorted(set(ids)) == ids
    assert contents(collection.view) == dict.fromkeys(ids, 0)
    assert second.ts > first.ts


def test_upsert_with_generated_keys_gives_new_ones(engine: Engine) -> None:
    collection = created(engine, AUTO)
    old = collection.insert(keyless(2)).ids.to_pylist()
    done = collection.upsert(rows(old[:1], 5, AUTO))
    assert done.deleted == 1
    assert contents(collection.view) == {old[1]: 0, done.ids[0].as_py(): 5}
    assert done.ids[0].as_py() not in old


def test_text_keys(engine: Engine) -> None:
    collection = created(engine, TEXT)
    collection.insert(rows(["a", "ä", "c"], 1, TEXT))
    collection.upsert(rows(["c"], 2, TEXT))
    collection.delete_keys(pa.array(["a", "no"], pa.large_string()))
    assert contents(collection.view) == {"ä": 1, "c": 2}


def test_rows_with_a_partition_key_find_their_partition(engine: Engine) -> None:
    collection = created(engine, BY_KEY, num_partitions=4)
    collection.insert(rows(range(40), [i % 7 for i in range(40)], BY_KEY))
    for n in range(7):
        name = partition_name(int(partition_numbers(pa.array([n]), 4)[0]))
        found = contents(collection.view, partitions=(name,))
        assert {i for i, other in found.items() if other == n} == {i for i in range(40) if i % 7 == n}
    assert sum(collection.partition_row_count(name) for name in collection.partitions) == 40


def test_delete_counts(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(10), list(range(10))))
    assert collection.delete_keys(keys([1, 2, 99])).count == 3
    assert collection.delete_where(where(collection, "n < 5")).count == 3
    assert collection.delete_where(where(collection, "n < 5")).count == 0
    assert contents(collection.view).keys() == set(range(5, 10))


def test_delete_where_in_one_partition(engine: Engine) -> None:
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows([1, 2]))
    collection.insert(rows([3, 4]), "p")
    collection.delete_where(where(collection, "n == 0"), ["p"])
    assert contents(collection.view).keys() == {1, 2}


def test_a_delete_by_filter_does_not_take_rows_that_came_meanwhile(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = created(engine)
    collection.insert(rows([1], 0))
    commit = collection.commit

    def upsert_first(write: Any) -> Any:
        monkeypatch.undo()
        collection.upsert(rows([1], 7))
        return commit(write)

    monkeypatch.setattr(collection, "commit", upsert_first)
    assert collection.delete_where(where(collection, "n == 0")).count == 0
    assert contents(collection.view) == {1: 7}


def test_writes_of_many_threads_share_their_syncs_and_lose_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = created(engine)
    groups: list[int] = []
    append = Log.append

    def counting(log: Log, records: Any) -> None:
        groups.append(len({record.ts for record in records}))
        append(log, records)

    monkeypatch.setattr(Log, "append", counting)
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda i: collection.insert(rows([i], i)), range(200)))
    assert contents(collection.view) == {i: i for i in range(200)}
    assert sum(groups) == 200
    assert len(groups) < 200
    assert len({one.ts for one in done}) == 200


def test_a_write_the_log_refuses_leaves_no_trace(engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    before = collection.view

    def full(log: Log, records: Any) -> None:
        raise OutOfDisk("no space")

    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", full)
        with pytest.raises(OutOfDisk):
            collection.insert(rows([2]))
    assert collection.view is before
    collection.insert(rows([3]))
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {1, 3}
    again.close()


def test_a_write_to_a_partition_dropped_meanwhile_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    collection.create_partition("p")
    commit = collection.commit

    def drop_first(write: Any) -> Any:
        collection.drop_partition("p")
        return commit(write)

    monkeypatch.setattr(collection, "commit", drop_first)
    with pytest.raises(PartitionNotFound):
        collection.insert(rows([1]), "p")
    monkeypatch.undo()
    collection.insert(rows([2]))
    collection.flush()
    assert contents(collection.view).keys() == {2}


CHANGES: dict[str, Callable[[Collection], object]] = {
    "create_partition": lambda c: c.create_partition("new"),
    "drop_partition": lambda c: c.drop_partition("p"),
    "alter_properties": lambda c: c.alter_properties({"collection.ttl.seconds": "5"}),
    "alter_field": lambda c: c.fields.alter("n", {"mmap.enabled": "true"}),
    "load": lambda c: c.load(),
    "truncate": lambda c: c.truncate(),
    "drop": lambda c: c.drop(),
    "rename": lambda c: c.rename("other", "default", 1),
    "flush": lambda c: c.flush(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_the_catalog_refuses_leaves_no_trace(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The transaction fails at its very end, when all is said."""
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows([1, 2]))
    collection.insert(rows([3]), "p")
    collection.flush()
    collection.delete_keys(keys([2]))
    collection.insert(rows([4]))
    collection.release()
    before = (collection.record, dict(collection.partitions), dict(collection.sealed), collection.view)
    change = Catalog.change

    def refusing(catalog: Catalog) -> Any:
        @contextmanager
        def failing() -> Any:
            with change(catalog) as open_change:
                yield open_change
                raise OutOfDisk("no space")

        return failing()

    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "change", refusing)
        with pytest.raises(OutOfDisk):
            CHANGES[name](collection)
    assert (collection.record, dict(collection.partitions), dict(collection.sealed)) == before[:3]
    assert collection.view is before[3]
    assert not collection.dropped
    assert unowned(engine) == []
    collection.load()
    collection.flush()
    assert contents(collection.view).keys() == {1, 3, 4}


def test_truncate_keeps_definition_and_takes_new_rows(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows(range(30)))
    collection.flush()
    collection.insert(rows([99]))
    collection.truncate()
    assert (collection.row_count(), contents(collection.view), collection.load_state()) == (0, {}, LoadState.LOADED)
    assert files(engine) == set()
    collection.insert(rows([1]))
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {1}
    again.close()


def test_truncate_loses_no_row_that_comes_at_once_after(engine: Engine, path: Path) -> None:
    """Writers do not stop for it: what is acknowledged and seen after it is still there after a restart."""
    collection = created(engine)
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            collection.insert(rows([n]))
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(20):
        collection.truncate()
    stop.set()
    writer.join()
    seen = contents(collection.view)
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view) == seen
    again.close()


def test_drop_partition_takes_its_rows_everywhere(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows([1]), "p")
    collection.flush()
    collection.insert(rows([2]), "p")
    collection.insert(rows([3]))
    collection.drop_partition("p")
    collection.drop_partition("p")
    assert contents(collection.view).keys() == {3}
    with pytest.raises(PartitionNotFound):
        collection.partition_row_count("p")
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert list(collection.partitions) == ["_default"]
    assert contents(collection.view).keys() == {3}
    collection.create_partition("p")
    assert collection.partition_row_count("p") == 0
    again.close()


def test_load_and_release_of_partitions(engine: Engine, path: Path) -> None:
    collection = engine.create_collection("", NewCollection(SCHEMA))
    for name in ("a", "b"):
        collection.create_partition(name)
        collection.insert(rows([ord(name)]), name)
    assert collection.load_state() is LoadState.NOT_LOAD
    collection.load(["a"])
    assert (collection.load_state(["a"]), collection.load_state(["b"])) == (LoadState.LOADED, LoadState.NOT_LOAD)
    collection.load(["b"])
    collection.release(["a"])
    assert contents(collection.view).keys() == {ord("b")}
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert contents(collection.view).keys() == {ord("b")}
    collection.load()
    assert collection.load_progress(["a"]) == 100
    collection.create_partition("c")
    assert collection.load_state(["c"]) is LoadState.LOADED, "a loaded collection loads what comes"
    collection.release()
    collection.release()
    assert collection.load_progress() == 0
    again.close()


def test_alter_field_and_properties_last(engine: Engine, path: Path) -> None:
    collection = created(engine, TEXT)
    collection.fields.alter("id", {"max_length": "99", "mmap.enabled": "true"})
    collection.alter_properties({"a": "1", "b": "2"})
    collection.alter_properties({"c": "3"}, ["a"])
    version = collection.schema.version
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert (collection.schema.field("id").max_length, collection.schema.version) == (99, version)
    assert collection.schema.field("id").properties == {"mmap.enabled": "true"}
    assert collection.properties == {"b": "2", "c": "3"}
    assert collection.view.schema is collection.schema
    again.close()


def test_a_dropped_collection_takes_nothing_more(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(30)))
    collection.flush()
    engine.drop_collection("", "films")
    for call in (
        lambda: collection.insert(rows([1])),
        lambda: collection.create_partition("p"),
        lambda: collection.truncate(),
        lambda: collection.load(),
    ):
        with pytest.raises(CollectionNotFound):
            call()
    assert files(engine) == set()


def test_a_closed_engine_takes_nothing_more(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    engine.close()
    engine.close()
    for call in (
        lambda: collection.insert(rows([2])),
        lambda: collection.create_partition("p"),
        lambda: collection.insert(rows(range(100_000))),
    ):
        with pytest.raises((NotReady, Unexpected)):
            call()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {1}
    again.close()


def test_expired_rows_are_hidden_by_the_view(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    collection.alter_properties({"collection.ttl.seconds": "3600"})
    assert collection.view.ttl_ms == 3_600_000
    assert count(collection.view) == 1


def test_ctrl_c_in_the_middle_of_a_commit_waits_for_its_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    """On the main thread it would fall between the sync and the memory that must follow it."""
    collection = created(engine)
    append = Log.append

    def interrupted(log: Log, records: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        append(log, records)
        signal.raise_signal(signal.SIGINT)

    # a shell that starts tests in the background has them ignore the signal
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            collection.insert(rows([1]))
    assert contents(collection.view).keys() == {1}
    collection.insert(rows([2]))
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view).keys() == {1, 2}
    again.close()
