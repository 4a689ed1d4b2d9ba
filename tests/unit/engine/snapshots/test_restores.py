"""Jobs that restore: interrupted, overtaken, forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from elanus.engine import durable
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.engine.snapshots import restores
from elanus.engine.snapshots.infos import NewSnapshot
from elanus.engine.snapshots.replica import SharedFile
from elanus.errors import DataCorrupted, NotReady, OutOfDisk, RestoreNotFound, SnapshotPinned
from elanus.storage.catalog import RestoreRecord
from unit.engine.samples import SCHEMA, contents, created, eventually, opened, rows, sealed, unowned

NOW = NewSnapshot("now")
whole = restores._is_whole


def test_a_job_goes_on_after_a_stop(engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = sealed(engine)
    before = contents(collection.view)
    engine.snapshots.create(collection, NOW)

    def stopped(file: SharedFile) -> bool:
        engine.restores._closing.set()
        return whole(file)

    monkeypatch.setattr(restores, "_is_whole", stopped)
    job = engine.restore(collection, "now", "", "again")
    engine.close()
    monkeypatch.setattr(restores, "_is_whole", whole)
    reopened = opened(path)
    eventually(lambda: reopened.restores.status(job).state == "completed")
    again = reopened.collection("", "again")
    again.load()
    assert contents(again.view) == before
    eventually(lambda: not reopened.snapshots.info(reopened.collection("", "films"), "now").pins)
    assert unowned(reopened) == []
    reopened.close()


def test_a_job_has_failed_once_that_is_written_down(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, it would begin anew at the next open; and the snapshot stays pinned for it."""
    collection = sealed(engine)
    engine.snapshots.create(collection, NOW)
    put, told = engine.restores._put, []

    def full(job: restores._Job, record: RestoreRecord) -> None:
        if record.state == "failed" and len(told) < 3:
            told.append((engine.restores.status(record.id).state, engine.snapshots.info(collection, "now").pins))
            raise OutOfDisk("no space left on the disk")
        put(job, record)

    def torn(_file: SharedFile) -> bool:
        raise DataCorrupted("torn")

    monkeypatch.setattr(durable, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(engine.restores, "_put", full)
    monkeypatch.setattr(restores, "_is_whole", torn)
    job = engine.restore(collection, "now", "", "again")
    eventually(lambda: engine.restores.status(job).state == "failed")
    assert engine.restores.status(job).reason == "torn"
    assert told == [("executing", 1)] * 3
    eventually(lambda: engine.snapshots.info(collection, "now").pins == 0)
    assert unowned(engine) == []


def test_a_name_that_is_taken_meanwhile_fails_the_job(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = sealed(engine)
    engine.snapshots.create(collection, NOW)

    def overtaken(file: SharedFile) -> bool:
        engine.create_collection("", NewCollection(SCHEMA.renamed("again")))
        return whole(file)

    monkeypatch.setattr(restores, "_is_whole", overtaken)
    job = engine.restore(collection, "now", "", "again")
    eventually(lambda: engine.restores.status(job).state == "failed")
    assert "duplicate collection default:again" in engine.restores.status(job).reason
    assert engine.collection("", "again").row_count() == 0
    eventually(lambda: engine.snapshots.info(collection, "now").pins == 0)
    assert unowned(engine) == []


def test_a_snapshot_stays_while_it_is_restored(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = sealed(engine)
    before = contents(collection.view)
    engine.snapshots.create(collection, NOW)
    refused: list[SnapshotPinned] = []

    def dropped(file: SharedFile) -> bool:
        with pytest.raises(SnapshotPinned) as refusal:
            engine.snapshots.drop(collection, "now")
        refused.append(refusal.value)
        engine.drop_collection("", "films")
        return whole(file)

    monkeypatch.setattr(restores, "_is_whole", dropped)
    job = engine.restore(collection, "now", "", "again")
    eventually(lambda: engine.restores.status(job).state == "completed")
    assert refused
    again = engine.collection("", "again")
    again.load()
    assert contents(again.view) == before
    eventually(lambda: engine.resources.catalog.snapshots() == [])
    assert engine.resources.catalog.pins() == []


def test_progress_grows_to_100(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    for n in range(4):
        collection.insert(rows(range(n * 50, n * 50 + 50)))
        collection.flush()
    engine.snapshots.create(collection, NOW)
    seen: list[int] = []

    def watched(file: SharedFile) -> bool:
        seen.append(engine.restores.statuses()[-1].progress)
        return whole(file)

    monkeypatch.setattr(restores, "_is_whole", watched)
    job = engine.restore(collection, "now", "", "again")
    eventually(lambda: engine.restores.status(job).state == "completed")
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert 50 < seen[-1] < 100
    status = engine.restores.status(job)
    assert status.progress == 100
    assert status.took_ms >= 0


def test_jobs_are_forgotten_after_three_days(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = sealed(engine)
    engine.snapshots.create(collection, NOW)
    first = engine.restore(collection, "now", "", "first")
    eventually(lambda: engine.restores.status(first).state == "completed")
    later_ms = restores._now_ms() + 3 * 86_400_000 + 1
    monkeypatch.setattr(restores, "_now_ms", lambda: later_ms)
    second = engine.restore(collection, "now", "", "second")
    with pytest.raises(RestoreNotFound, match="restore job not found"):
        engine.restores.status(first)
    assert [record.id for record in engine.resources.catalog.restores()] == [second]
    eventually(lambda: engine.restores.status(second).state == "completed")


def test_no_job_begins_while_the_directory_is_closed(engine: Engine) -> None:
    collection = sealed(engine)
    engine.snapshots.create(collection, NOW)
    snapshot = engine.snapshots.named(collection, "now")
    engine.restores.close()
    with pytest.raises(NotReady):
        engine.restores.start(snapshot, "default", "again")
    assert engine.resources.catalog.restores() == []
