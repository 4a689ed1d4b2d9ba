"""A disk that is full: clear errors, nothing acknowledged is lost, and work goes on when there is space again.

On a real file system of a few megabytes; skipped where none may be mounted.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, IndexState
from elanus.engine.snapshots.infos import NewSnapshot
from elanus.errors import Error, OutOfDisk
from properties.test_collection_model import Life
from unit.engine.imports.bringing import Batches, ended, start
from unit.engine.samples import QUIET, WIDE, contents, created, eventually, keys, opened, rows, unowned

DISK_BYTES = 16 * 2**20
SETTINGS = replace(QUIET, build_attempts=1)
SQ8 = {"index_type": "IVF_SQ8", "metric_type": "L2", "nlist": "2"}


class SmallDisk:
    """A mounted file system and a file that takes what is to be missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ballast = root / "ballast"

    @contextmanager
    def full_but_for(self, free_bytes: int) -> Iterator[None]:
        """Only so much is free inside, the other files as they are now."""
        with self._ballast.open("wb") as file:
            try:
                while self.free_bytes() > free_bytes:
                    file.write(bytes(min(65536, max(self.free_bytes() - free_bytes, 4096))))
                    file.flush()
                yield
            finally:
                file.truncate(0)
        self._ballast.unlink()

    def free_bytes(self) -> int:
        found = os.statvfs(self.root)
        return found.f_bavail * found.f_frsize


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    root = tmp_path / "disk"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "elanus-test", str(root)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    yield SmallDisk(root)
    subprocess.run(["umount", "-l", str(root)], check=True)


@pytest.fixture
def engine(disk: SmallDisk) -> Iterator[Engine]:
    engine = opened(disk.root / "db", SETTINGS)
    yield engine
    engine.close()


def batch(number: int) -> pa.RecordBatch:
    """A hundred rows of 1 KB."""
    return rows(range(number * 100, number * 100 + 100), number, WIDE)


def filled(collection: Collection, batches: range) -> dict[int, int]:
    """Insert and flush each batch; what the collection then holds."""
    for number in batches:
        collection.insert(batch(number))
        collection.flush()
    return contents(collection.view)


def reopened(engine: Engine) -> Engine:
    engine.close()
    return opened(engine.resources.layout.data_dir, SETTINGS)


def until_full(act: Callable[[int], object], most: int) -> int:
    """How often ``act`` succeeded before the disk was full."""
    for number in range(most):
        try:
            act(number)
        except OutOfDisk:
            return number
    raise AssertionError("the disk never was full")


def test_snapshots(disk: SmallDisk, engine: Engine) -> None:
    collection = created(engine, WIDE)
    before = filled(collection, range(3))
    collection.delete_keys(keys(range(10)))
    with disk.full_but_for(0):
        with pytest.raises(OutOfDisk):
            engine.snapshots.create(collection, NewSnapshot("now"))
        assert engine.snapshots.of(collection) == []
    assert unowned(engine) == []
    engine.snapshots.create(collection, NewSnapshot("now"))
    with disk.full_but_for(0), pytest.raises(OutOfDisk):
        engine.restore(collection, "now", "", "again")
    job = engine.restore(collection, "now", "", "again")
    eventually(lambda: engine.restores.status(job).state == "completed")
    again = engine.collection("", "again")
    again.load()
    assert contents(again.view) == {row: n for row, n in before.items() if row >= 10}


def test_imports(disk: SmallDisk, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """A job without room even for its failure has failed once there is room for that."""
    collection = created(engine, WIDE)
    before = filled(collection, range(3))
    engine.imports.read_by(Batches([batch(number) for number in range(3, 20)]))
    with disk.full_but_for(2**20):
        job = start(engine, collection)
        eventually(lambda: "cannot be written down yet" in caplog.text or engine.imports.status(job).state == "failed")
        assert contents(collection.view) == before
    failed = ended(engine, job)
    assert failed.state == "failed"
    assert "no space left" in failed.record.reason
    assert contents(collection.view) == before
    assert unowned(engine) == []


def test_inserts(disk: SmallDisk, engine: Engine) -> None:
    collection = created(engine, WIDE)
    with disk.full_but_for(2**20):
        written = until_full(lambda number: collection.insert(batch(number)), 20)
        assert written > 2
        for _ in range(3):
            with pytest.raises(OutOfDisk):
                collection.insert(batch(99))
        before = contents(collection.view)
        assert before == {row: row // 100 for row in range(written * 100)}
    collection.delete_keys(keys([0]))
    collection.insert(batch(50))
    expected = {**before, **contents(collection.view)}
    del expected[0]
    again = reopened(engine)
    assert contents(again.collection("", "films").view) == expected
    again.collection("", "films").flush()
    assert unowned(again) == []
    again.close()


def test_reopening_a_full_disk_loses_nothing(disk: SmallDisk, engine: Engine) -> None:
    collection = created(engine, WIDE)
    with disk.full_but_for(2**20):
        until_full(lambda number: collection.insert(batch(number)), 20)
        before = contents(collection.view)
        try:
            engine.close()
        except Error:
            engine.lock.release()
    again = opened(disk.root / "db", SETTINGS)
    assert contents(again.collection("", "films").view) == before
    again.close()


@pytest.mark.parametrize("free_bytes", [0, 64 * 1024, 400 * 1024])
def test_seal(disk: SmallDisk, engine: Engine, free_bytes: int) -> None:
    collection = created(engine, WIDE)
    for number in range(5):
        collection.insert(batch(number))
    before = contents(collection.view)
    with disk.full_but_for(free_bytes):
        for _ in range(2):
            with pytest.raises(OutOfDisk):
                collection.flush()
            assert contents(collection.view) == before
        assert unowned(engine) == []
    collection.flush()
    assert contents(collection.view) == before
    assert [segment.is_growing for segment in collection.segments()] == [False]
    again = reopened(engine)
    assert contents(again.collection("", "films").view) == before
    again.close()


@pytest.mark.parametrize("free_bytes", [0, 64 * 1024, 200 * 1024])
def test_merge(disk: SmallDisk, engine: Engine, free_bytes: int) -> None:
    collection = created(engine, WIDE)
    before = filled(collection, range(4))
    with disk.full_but_for(free_bytes):
        request = collection.compact()
        eventually(lambda: collection.compaction(request).executing == 0)
        assert collection.compaction(request).failed == 1
        assert contents(collection.view) == before
        assert unowned(engine) == []
    request = collection.compact()
    eventually(lambda: collection.compaction(request).executing == 0)
    assert (collection.compaction(request).failed, len(collection.segments())) == (0, 1)
    assert contents(collection.view) == before
    again = reopened(engine)
    assert contents(again.collection("", "films").view) == before
    again.close()


def test_index_build(disk: SmallDisk, engine: Engine) -> None:
    """The index holds a byte for each of the 256 numbers of a vector: more than is free."""
    collection = created(engine, WIDE)
    collection.insert(rows(range(1000), 1, WIDE))
    collection.flush()
    before = contents(collection.view)
    with disk.full_but_for(128 * 1024):
        collection.indexes.definitions.create(IndexRequest("v", "v", SQ8))
        failed = collection.indexes.wait("v", 60)
        assert failed.state is IndexState.FAILED
        assert "space" in failed.reason
        assert contents(collection.view) == before
        eventually(lambda: unowned(engine) == [])
    collection.indexes.definitions.resume("v")
    assert collection.indexes.wait("v", 60).state is IndexState.FINISHED
    assert contents(collection.view) == before


def test_definitions(disk: SmallDisk, engine: Engine) -> None:
    collection = created(engine, WIDE)
    before = filled(collection, range(1))
    partitions = dict(collection.partitions)
    with disk.full_but_for(0):
        number = until_full(lambda number: collection.create_partition(f"p{number}"), 5000)
        names = {*partitions, *(f"p{made}" for made in range(number))}
        assert set(collection.partitions) == names
        with pytest.raises(OutOfDisk):
            created(engine, WIDE.renamed("others"))
        assert [one.name for one in engine.collections("")] == ["films"]
        assert contents(collection.view) == before
    again = reopened(engine)
    assert set(again.collection("", "films").partitions) == names
    assert contents(created(again, WIDE.renamed("others")).view) == {}
    again.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_collection_lives_as_its_model_while_the_disk_fills_up_and_empties(disk: SmallDisk, seed: int) -> None:
    """What was refused did not happen, what was not did; the directory is reopened only when there is space."""
    life, choose = Life(disk.root / "db", seed), random.Random(seed)
    refused = 0
    for _ in range(20):
        for _ in range(3):
            life.step()
            life.check()
        with disk.full_but_for(choose.choice([0, 8192, 65536, 300_000])):
            for _ in range(3):
                refused += _is_refused(life)
                life.check()
    life.reopen()
    life.check()
    life.engine.close()
    assert refused > 5


def _is_refused(life: Life) -> bool:
    """A random step, which may well find no space; none of those that are two steps in one."""
    try:
        with mock.patch.multiple(life, reopen=life.flush, load=life.flush, bring=life.flush):
            life.step()
    except OutOfDisk:
        return True
    return False
