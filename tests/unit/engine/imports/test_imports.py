"""Imports: everything or nothing, beside whatever else happens to the collection."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine import durable
from elanus.engine.database import Engine
from elanus.engine.imports import running
from elanus.errors import ImportFailed, NotReady, OutOfDisk
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.storage.catalog import ImportRecord
from unit.engine.imports.bringing import Batches, Gate, brought, ended, start
from unit.engine.samples import (
    AUTO,
    BY_KEY,
    HNSW,
    QUIET,
    SCHEMA,
    TEXT,
    compacted,
    contents,
    count,
    created,
    declare,
    files,
    keyless,
    keys,
    opened,
    rows,
    serving,
    unowned,
)  # fmt: skip

MANY = range(200)
SMALL_SEGMENTS = replace(QUIET, segment_bytes=2000)


def by(engine: Engine, *batches: object, before: Gate | None = None) -> None:
    engine.imports.read_by(Batches(batches, before or (lambda _: None)))  # type: ignore[arg-type]


def again(engine: Engine, path: Path) -> Engine:
    engine.close()
    return opened(path)


def test_rows_come_all_at_once(engine: Engine, path: Path) -> None:
    collection, gate = created(engine), Gate(2)
    by(engine, rows(range(100), 1), rows(range(100, 200), 2), rows(range(200, 250), 3), before=gate)
    job = start(engine, collection)
    assert gate.reached.wait(30)
    half = engine.imports.status(job)
    assert (half.state, half.row_count, half.file_percent) == ("started", 200, (66,))
    assert 0 < half.percent < 100
    assert contents(collection.view) == {}
    gate.open.set()
    done = ended(engine, job)
    assert (done.state, done.percent, done.row_count) == ("completed", 100, 250)
    expected = dict.fromkeys(range(100), 1) | dict.fromkeys(range(100, 200), 2) | dict.fromkeys(range(200, 250), 3)
    assert contents(collection.view) == expected
    assert unowned(engine) == []
    engine = again(engine, path)
    assert contents(engine.collection("", "films").view) == expected
    assert engine.imports.status(job).row_count == 250
    engine.close()


def test_segments_are_of_bounded_size(path: Path) -> None:
    engine = opened(path, SMALL_SEGMENTS)
    collection = created(engine)
    by(engine, *(rows(range(first, first + 20), 5) for first in range(0, 300, 20)))
    assert brought(engine, collection).state == "completed"
    assert len(collection.segments()) > 2
    assert contents(collection.view) == dict.fromkeys(range(300), 5)
    assert unowned(engine) == []
    engine.close()


def test_keys_are_made_where_none_are_sent(engine: Engine) -> None:
    collection = created(engine, AUTO)
    by(engine, keyless(50), keyless(30))
    assert brought(engine, collection).row_count == 80
    assert len(contents(collection.view)) == count(collection.view) == 80


def test_partition_key_places_the_rows(path: Path) -> None:
    engine = opened(path, SMALL_SEGMENTS)
    collection = created(engine, BY_KEY, num_partitions=4)
    by(engine, *(rows(range(first, first + 50), [i % 7 for i in range(50)], BY_KEY) for first in range(0, 200, 50)))
    assert brought(engine, collection).state == "completed"
    assert contents(collection.view) == {i: i % 50 % 7 for i in MANY}
    assert len({segment.partition_id for segment in collection.view.segments}) > 1
    engine.close()


def test_named_partition(engine: Engine) -> None:
    collection = created(engine)
    collection.create_partition("p")
    by(engine, rows(range(9), 4))
    assert brought(engine, collection, "p").state == "completed"
    assert contents(collection.view, partitions=("p",)) == dict.fromkeys(range(9), 4)
    failed = brought(engine, collection, "q")
    assert (failed.state, failed.record.reason) == ("failed", "partition not found[partition=q]")


@pytest.mark.parametrize("before", ["growing", "sealed", "both"])
def test_rows_with_the_same_keys_are_superseded(engine: Engine, path: Path, before: str) -> None:
    """As by an insert: the newest row is read, ``count(*)`` counts all."""
    collection = created(engine)
    collection.insert(rows(range(100), 1))
    if before != "growing":
        collection.flush()
    if before == "both":
        collection.insert(rows(range(50, 150), 2))
    pinned, rows_before, shown_before = collection.view.ts, count(collection.view), contents(collection.view)
    by(engine, rows(range(80, 220), 3))
    assert brought(engine, collection).state == "completed"
    expected = shown_before | dict.fromkeys(range(80, 220), 3)
    assert contents(collection.view) == expected
    assert count(collection.view) == rows_before + 140
    assert contents(collection.view, pinned) == shown_before
    collection.insert(rows(range(200, 210), 4))
    collection.delete_keys(keys(range(10)))
    expected = {i: n for i, n in (expected | dict.fromkeys(range(200, 210), 4)).items() if i >= 10}
    assert contents(collection.view) == expected
    assert unowned(engine) == []
    for _ in range(2):
        engine = again(engine, path)
        collection = engine.collection("", "films")
        assert contents(collection.view) == expected
    collection.flush()
    while compacted(collection):
        pass
    assert contents(collection.view) == expected
    assert unowned(engine) == []
    engine.close()


@pytest.mark.parametrize("schema", [SCHEMA, TEXT], ids=["int64", "varchar"])
@pytest.mark.parametrize("size", [2**30, 2000], ids=["one segment", "several"])
def test_last_row_of_a_key_in_the_files_stays(path: Path, schema: object, size: int) -> None:
    engine = opened(path, replace(QUIET, segment_bytes=size))
    name = str if schema is TEXT else int
    collection = created(engine, schema)  # type: ignore[arg-type]
    ids = [[*range(60), 3, 3], [*range(40, 100), 5], [99, 98]]
    by(engine, *(rows(list(map(name, some)), n, schema) for n, some in enumerate(ids)))  # type: ignore[arg-type]
    assert brought(engine, collection).state == "completed"
    expected = {name(one): n for n, some in enumerate(ids) for one in some}
    assert contents(collection.view) == expected
    assert count(collection.view) == sum(map(len, ids))
    engine.close()
    engine = opened(path)
    assert contents(engine.collection("", "films").view) == expected
    engine.close()


def test_texts_that_share_a_code_are_told_apart(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elanus.segment.keys.xxhash.xxh3_64_intdigest", len)
    collection = created(engine, TEXT)
    collection.insert(rows(["aa", "bb", "c"], 1, TEXT))
    by(engine, rows(["bb", "dd"], 2, TEXT), rows(["dd", "ee"], 3, TEXT))
    assert brought(engine, collection).state == "completed"
    assert contents(collection.view) == {"aa": 1, "bb": 2, "c": 1, "dd": 3, "ee": 3}
    assert count(collection.view) == 7


def test_last_row_stays_across_partitions(path: Path) -> None:
    engine = opened(path, SMALL_SEGMENTS)
    collection = created(engine, BY_KEY, num_partitions=8)
    by(engine, *(rows(range(100), [(i + n) % 11 for i in range(100)], BY_KEY) for n in range(3)))
    assert brought(engine, collection).state == "completed"
    assert contents(collection.view) == {i: (i + 2) % 11 for i in range(100)}
    assert count(collection.view) == 300
    engine.close()


def test_keys_written_meanwhile_are_older(engine: Engine, path: Path) -> None:
    """The import ends after them."""
    collection, gate = created(engine), Gate(1)
    by(engine, rows(range(100), 1), rows(range(100, 200), 1), before=gate)
    job = start(engine, collection)
    assert gate.reached.wait(30)
    collection.insert(rows(range(50, 250), 2))
    collection.upsert(rows(range(10), 3))
    collection.delete_keys(keys([60]))
    gate.open.set()
    assert ended(engine, job).state == "completed"
    expected = dict.fromkeys(range(200), 1) | dict.fromkeys(range(200, 250), 2)
    assert contents(collection.view) == expected
    engine = again(engine, path)
    assert contents(engine.collection("", "films").view) == expected
    engine.close()


def test_writers_go_on_while_rows_are_named(engine: Engine) -> None:
    collection, stop = created(engine), threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            collection.upsert(rows([len(written)], 7))
            written.append(len(written))

    writer = threading.Thread(target=write)
    writer.start()
    by(engine, *(rows(range(first, first + 500), 1) for first in range(0, 3000, 500)))
    done = brought(engine, collection)
    stop.set()
    writer.join()
    assert done.state == "completed"
    found = contents(collection.view)
    assert found.keys() == set(range(max(3000, len(written))))
    assert set(found.values()) <= {1, 7}


def test_bad_batch_leaves_nothing(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(10), 1))
    collection.flush()
    before = files(engine)

    def refuse(number: int) -> None:
        if number == 2:
            raise ImportFailed("a.parquet: row 7 is bad")

    engine.imports.read_by(Batches([rows(range(100))] * 3, refuse))
    failed = brought(engine, collection)
    assert (failed.state, failed.record.reason, failed.row_count) == (
        "failed",
        "a.parquet: row 7 is bad: importing data failed",
        0,
    )
    assert contents(collection.view) == dict.fromkeys(range(10), 1)
    assert files(engine) == before
    assert unowned(engine) == []


def test_full_disk_fails_the_job(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    collection.insert(rows(range(10), 1))
    by(engine, rows(range(5, 50), 2))

    def full(*_args: object) -> None:
        raise OutOfDisk("no space left on the disk")

    with monkeypatch.context() as broken:
        broken.setattr("elanus.engine.imports.naming.save_gone", full)
        failed = brought(engine, collection)
    assert (failed.state, failed.record.reason) == ("failed", "no space left on the disk")
    assert contents(collection.view) == dict.fromkeys(range(10), 1)
    assert unowned(engine) == []
    assert brought(engine, collection).state == "completed"
    assert contents(collection.view) == dict.fromkeys(range(5), 1) | dict.fromkeys(range(5, 50), 2)


def test_job_has_failed_once_that_is_written_down(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, it would begin anew at the next open."""
    monkeypatch.setattr(durable, "RETRY_SECONDS", 0.01)
    put, told = engine.imports._put, []

    def full(record: ImportRecord) -> None:
        if record.state == "failed" and len(told) < 3:
            told.append(engine.imports.status(record.id).state)
            raise OutOfDisk("no space left on the disk")
        put(record)

    def refuse(_number: int) -> None:
        raise ImportFailed("unreadable")

    monkeypatch.setattr(engine.imports, "_put", full)
    by(engine, rows(MANY), before=refuse)
    failed = brought(engine, created(engine))
    assert (failed.state, failed.record.reason) == ("failed", "unreadable: importing data failed")
    assert told == ["started"] * 3


def test_dropped_collection_fails_the_job(engine: Engine) -> None:
    collection, gate = created(engine), Gate(1)
    by(engine, rows(MANY), rows(MANY), before=gate)
    job, waiting = start(engine, collection), start(engine, collection)
    assert gate.reached.wait(30)
    assert engine.imports.status(waiting).state == "pending"
    engine.drop_collection("", "films")
    gate.open.set()
    for one in (job, waiting):
        failed = ended(engine, one)
        assert failed.state == "failed"
        assert failed.record.reason == "collection films was dropped: nothing was imported"
    assert unowned(engine) == []


def test_dropped_partition_fails_the_job(engine: Engine) -> None:
    collection, gate = created(engine), Gate(1)
    collection.create_partition("p")
    by(engine, rows(MANY), rows(MANY), before=gate)
    job = start(engine, collection, "p")
    assert gate.reached.wait(30)
    collection.drop_partition("p")
    gate.open.set()
    assert "partition" in ended(engine, job).record.reason
    assert contents(collection.view) == {}
    assert unowned(engine) == []


def test_field_that_comes_meanwhile_begins_it_anew(engine: Engine) -> None:
    collection = created(engine)
    seen: list[int] = []

    def add_field(number: int) -> None:
        seen.append(number)
        if len(seen) == 2:
            collection.fields.add(Field(0, "x", DataType.INT64, nullable=True))
            batches[:] = [filled_batch(batch) for batch in batches]

    def filled_batch(batch: object) -> object:
        from elanus.schema.arrow import filled

        return filled(batch, collection.schema, 1)  # type: ignore[arg-type]

    batches: list[object] = [rows(range(50), 1), rows(range(50, 90), 2)]
    engine.imports.read_by(Batches(batches, add_field))  # type: ignore[arg-type]
    assert brought(engine, collection).state == "completed"
    assert contents(collection.view) == dict.fromkeys(range(50), 1) | dict.fromkeys(range(50, 90), 2)
    assert len(seen) > 2
    assert unowned(engine) == []


def test_closed_in_the_middle_it_begins_anew(engine: Engine, path: Path) -> None:
    collection, gate = created(engine), Gate(1)
    by(engine, rows(range(100), 1), rows(range(100, 200), 1), before=gate)
    first, second = start(engine, collection), start(engine, collection)
    assert gate.reached.wait(30)
    closing = threading.Thread(target=engine.close)
    closing.start()
    engine.imports._stopping.wait(30)
    gate.open.set()
    closing.join()
    engine = opened(path)
    assert contents(engine.collection("", "films").view) == {}
    assert [status.state for status in engine.imports.statuses()] == ["started", "pending"]
    by(engine, rows(MANY, 2))
    assert ended(engine, first).state == ended(engine, second).state == "completed"
    assert contents(engine.collection("", "films").view) == dict.fromkeys(MANY, 2)
    engine.close()


def test_indexes_are_built(engine: Engine) -> None:
    collection = created(engine)
    declare(collection, HNSW)
    by(engine, rows(MANY, 1))
    assert brought(engine, collection).state == "completed"
    collection.indexes.wait("v", 60)
    assert serving(collection) == ["HNSW"]


def test_no_rows_at_all(engine: Engine) -> None:
    collection = created(engine)
    by(engine)
    done = brought(engine, collection)
    assert (done.state, done.row_count, collection.segments()) == ("completed", 0, [])


def test_truncated_meanwhile_the_rows_come_after_it(engine: Engine) -> None:
    collection, gate = created(engine), Gate(0)
    collection.insert(rows(range(10), 1))
    by(engine, rows(range(20, 30), 2), before=gate)
    job = start(engine, collection)
    assert gate.reached.wait(30)
    collection.truncate()
    gate.open.set()
    assert ended(engine, job).state == "completed"
    assert contents(collection.view) == dict.fromkeys(range(20, 30), 2)


def test_jobs_are_forgotten_after_three_days(engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    by(engine, rows(range(5)))
    old = brought(engine, collection).record.id
    monkeypatch.setattr(running, "KEPT_MS", -1)
    new = start(engine, collection)
    with pytest.raises(ImportFailed, match=f"import job does not exist, jobID={old}"):
        engine.imports.status(old)
    ended(engine, new)
    engine = again(engine, path)
    assert [status.record.id for status in engine.imports.statuses()] == [new]
    engine.close()


def test_too_many_jobs_are_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection, gate = created(engine), Gate(0)
    by(engine, rows(range(5)), before=gate)
    monkeypatch.setattr(running, "MOST_JOBS", 2)
    jobs = [start(engine, collection) for _ in range(2)]
    with pytest.raises(ImportFailed, match=r"The number of jobs has reached the limit.*allowed: 2"):
        start(engine, collection)
    gate.open.set()
    assert [ended(engine, job).state for job in jobs] == ["completed", "completed"]
    engine.close()
    with pytest.raises(NotReady):
        start(engine, collection)
