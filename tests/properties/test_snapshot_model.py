"""Random lives of a collection that goes back to its snapshots, against a plain list of rows."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from elanus.engine.snapshots.infos import NewSnapshot
from elanus.errors import TimedOut
from properties.test_collection_model import Life, Model, check_nothing_is_unowned
from unit.engine.samples import eventually

STEPS = 50


class LifeWithSnapshots(Life):
    """What was restored is lived on with; what it was restored from goes, or is gone back to."""

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__(path, seed)
        self.saved: dict[str, Model] = {}
        self.taken = 0

    def step(self) -> str:
        kind = self.random.choices(("take", "go_back", "forget", "live"), (3, 2, 1, 16))[0]
        if kind == "live":
            return super().step()
        getattr(self, kind)()
        return kind

    def take(self) -> None:
        self.taken += 1
        name = f"s{self.taken}"
        self.engine.snapshots.create(self.collection, NewSnapshot(name))
        self.saved[name] = copy.deepcopy(self.model)

    def go_back(self) -> None:
        """Some snapshot becomes the collection; the one it was taken of is dropped, with all its snapshots."""
        if not self.saved:
            return
        name = self.random.choice(sorted(self.saved))
        job = self.engine.restore(self.collection, name, "", f"films_{name}")
        eventually(lambda: self.engine.restores.status(job).state in ("completed", "failed"))
        assert self.engine.restores.status(job).state == "completed", self.engine.restores.status(job).reason
        eventually(lambda: not self.engine.snapshots.info(self.collection, name).pins)
        self.engine.drop_collection("", self.collection.name)
        assert self.engine.snapshots.of(self.collection) == []
        self.engine.rename_collection("", f"films_{name}", "", "films")
        self.collection = self.engine.collection("", "films")
        self.collection.load()
        self.model = self.saved[name]
        self.model.times.clear()
        self.saved = {}

    def forget(self) -> None:
        if self.saved:
            name = self.random.choice(sorted(self.saved))
            self.engine.snapshots.drop(self.collection, name)
            del self.saved[name]


@pytest.mark.parametrize("seed", range(5))
def test_a_collection_goes_back_to_what_it_was(tmp_path: Path, seed: int) -> None:
    life = LifeWithSnapshots(tmp_path / "db", seed)
    steps = []
    try:
        for _ in range(STEPS):
            steps.append(life.step())
            life.check()
        life.take()
        life.go_back()
        life.check()
        life.reopen()
        life.check()
    except (AssertionError, TimedOut) as error:
        error.add_note(f"after {steps}")
        raise
    finally:
        life.engine.close()
    check_nothing_is_unowned(tmp_path / "db")
