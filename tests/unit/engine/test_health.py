"""What an open data directory says of itself."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.database import Engine
from elanus.engine.health import PartHealth, health_of
from elanus.errors import OutOfDisk
from unit.engine.samples import QUIET, created, eventually, opened, rows

PARTS = ["data directory", "disk", "maintenance", "sealing", "rows"]


def part(engine: Engine, name: str) -> PartHealth:
    return next(part for part in health_of(engine) if part.name == name)


def test_a_well_directory_works_in_every_part(engine: Engine, path: Path) -> None:
    created(engine).insert(rows([1]))
    before = sorted(path.rglob("*"))
    assert health_of(engine) == [PartHealth(name, True) for name in PARTS]
    assert sorted(path.rglob("*")) == before


def test_a_full_disk_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    disk = part(engine, "disk")
    assert not disk.works
    assert "no space left on the disk" in disk.reasons[0]


def test_dead_maintenance_is_told(path: Path) -> None:
    engine = opened(path, replace(QUIET, maintenance_seconds=0.01))
    eventually(lambda: engine.maintenance.silent_s < 0.01)
    engine.maintenance.close()
    maintenance = part(engine, "maintenance")
    assert not maintenance.works
    assert "has not looked at the collections" in maintenance.reasons[0]
    engine.close()


def test_rows_that_cannot_be_sealed_are_told_until_they_are(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise OutOfDisk("no space left on the disk")

        broken.setattr("elanus.engine.segments.seal.write_sealed", full)
        with pytest.raises(OutOfDisk):
            collection.flush()
        assert part(engine, "sealing") == PartHealth("sealing", True, ("collection films: no space left on the disk",))
    collection.flush()
    assert part(engine, "sealing") == PartHealth("sealing", True)


def test_damaged_rows_are_told(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    collection.flush()
    engine.close()
    [data] = path.rglob("data.arrow")
    data.unlink()
    engine = opened(path)
    damaged = part(engine, "rows")
    assert damaged.works
    assert "of collection films is damaged: file is missing" in damaged.reasons[0]
    engine.close()
