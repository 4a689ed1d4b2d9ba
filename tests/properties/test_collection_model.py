"""Random lives of a collection against a plain list of rows: what is live and counted, now and at earlier times."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest
from elanus.engine.settings import EngineSettings
from elanus.errors import TimedOut
from elanus.filter import compile_filter
from elanus.segment.view import View
from unit.engine.imports.bringing import Batches, brought
from unit.engine.samples import HNSW, IVF, compacted, contents, count, created, keys, opened, rows, unowned

SETTINGS = EngineSettings(
    build_threads=1,
    small_segment_rows=16,
    checkpoint_seconds=0.05,
    seal_bytes=2000,
    seal_quiet_seconds=0.02,
    merge_quiet_seconds=0.02,
    retention_seconds=3600.0,
    import_bytes=1000,
    maintenance_seconds=0.01,
)
"""Everything at once: seals, imports, merges and builds go on behind every step."""

IDS = 60
STEPS = 70


@dataclass
class Row:
    """One inserted row; ``gone_ts`` when it was deleted, ``hidden_ts`` when its key came again."""

    id: int
    n: int
    partition: str
    ts: int
    gone_ts: int = 0
    hidden_ts: int = 0

    def counted(self, ts: int) -> bool:
        return self.ts <= ts and not 0 < self.gone_ts <= ts

    def live(self, ts: int) -> bool:
        return self.counted(ts) and not 0 < self.hidden_ts <= ts


@dataclass
class Model:
    rows: list[Row] = field(default_factory=list)
    partitions: list[str] = field(default_factory=lambda: ["_default"])
    times: list[int] = field(default_factory=list)

    def insert(self, ids: list[int], numbers: list[int], partition: str, ts: int) -> None:
        for id_, n in zip(ids, numbers, strict=True):
            for row in self.rows:
                if row.id == id_ and not row.hidden_ts:
                    row.hidden_ts = ts
            self.rows.append(Row(id_, n, partition, ts))
        self.times.append(ts)

    def delete(self, ids: set[int], ts: int, partition: str = "") -> None:
        for row in self.rows:
            if row.id in ids and partition in ("", row.partition) and not row.gone_ts:
                row.gone_ts = ts
        self.times.append(ts)

    def forget(self, partition: str = "") -> None:
        """Rows of a dropped partition, or all, are gone for good: nobody may go back to when they were there."""
        self.rows = [row for row in self.rows if partition not in ("", row.partition)]
        self.times.clear()


class Life:
    """Takes one random step at a time, on both sides."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.model = Model()
        self.number = 0
        self.engine: Engine = opened(path, SETTINGS)
        self.collection: Collection = created(self.engine)
        self.files = Batches([])
        self.engine.imports.read_by(self.files)

    def step(self) -> str:
        steps = {
            self.insert: 8, self.insert_new: 4, self.upsert: 5, self.delete_keys: 4, self.delete_where: 2,
            self.flush: 3, self.compact: 2, self.create_partition: 1, self.drop_partition: 1, self.index: 2,
            self.drop_index: 1, self.switch_index: 1, self.truncate: 0.3, self.reopen: 2, self.load: 1, self.bring: 3,
        }  # fmt: skip
        chosen = self.random.choices(list(steps), list(steps.values()))[0]
        chosen()
        return chosen.__name__

    def _numbers(self, how_many: int) -> list[int]:
        self.number += how_many
        return list(range(self.number - how_many, self.number))

    def _batch(self, ids: list[int]) -> tuple[list[int], pa.RecordBatch]:
        numbers = self._numbers(len(ids))
        return numbers, rows(ids, numbers)

    def insert(self) -> None:
        """Keys may be there already, and twice in one batch."""
        self._insert([self.random.randrange(IDS) for _ in range(self.random.randrange(1, 12))])

    def insert_new(self) -> None:
        """Enough rows, all with new keys, to be imported."""
        self._insert([IDS + n for n in self._numbers(self.random.randrange(20, 60))])

    def _insert(self, ids: list[int]) -> None:
        partition = self.random.choice(self.model.partitions)
        numbers, batch = self._batch(ids)
        self.model.insert(ids, numbers, partition, self.collection.insert(batch, partition).ts)

    def bring(self) -> None:
        """A bulk import; keys may be there already, and in several batches."""
        ids = [[self.random.randrange(IDS) for _ in range(self.random.randrange(1, 30))] for _ in range(3)]
        partition = self.random.choice(self.model.partitions)
        read = [self._batch(some) for some in ids]
        self.files.batches = [batch for _, batch in read]
        done = brought(self.engine, self.collection, partition)
        assert done.state == "completed", done.record.reason
        for some, (numbers, _) in zip(ids, read, strict=True):
            self.model.insert(some, numbers, partition, done.record.finished_ts)

    def upsert(self) -> None:
        ids = self.random.sample(range(IDS), self.random.randrange(1, 8))
        partition = self.random.choice(self.model.partitions)
        numbers, batch = self._batch(ids)
        done = self.collection.upsert(batch, partition)
        self.model.delete(set(ids), done.ts)
        self.model.insert(ids, numbers, partition, done.ts)

    def delete_keys(self) -> None:
        ids = self.random.sample(range(IDS + self.number), 10)
        partition = self.random.choice(["", *self.model.partitions])
        self.model.delete(set(ids), self.collection.delete_keys(keys(ids), partition).ts, partition)

    def delete_where(self) -> None:
        limit = self.random.randrange(self.number + 1)
        predicate = compile_filter(f"n >= {limit} and n < {limit + 15}", self.collection.schema, {})
        done = self.collection.delete_where(predicate)
        self.model.delete({r.id for r in self.model.rows if r.live(done.ts) and limit <= r.n < limit + 15}, done.ts)

    def flush(self) -> None:
        self.collection.flush()

    def compact(self) -> None:
        self.collection.compact()

    def create_partition(self) -> None:
        name = f"p{self.random.randrange(3)}"
        self.collection.create_partition(name)
        if name not in self.model.partitions:
            self.model.partitions.append(name)

    def drop_partition(self) -> None:
        name = self.random.choice(self.model.partitions)
        if name != "_default":
            self.collection.drop_partition(name)
            self.model.partitions.remove(name)
            self.model.forget(name)

    def index(self) -> None:
        if not self.collection.indexes.statuses():
            self.collection.indexes.definitions.create(IndexRequest("v", "v", self.random.choice([HNSW, IVF])))

    def drop_index(self) -> None:
        self.collection.indexes.definitions.drop("v")

    def switch_index(self) -> None:
        if self.collection.indexes.statuses("v"):
            self.collection.indexes.definitions.switch("v", self.random.choice([HNSW, IVF]))

    def truncate(self) -> None:
        self.collection.truncate()
        self.model.forget()

    def load(self) -> None:
        self.collection.release()
        self.collection.load()

    def reopen(self) -> None:
        self.engine.close()
        self.engine = opened(self.path, SETTINGS)
        self.engine.imports.read_by(self.files)
        self.collection = self.engine.collection("", "films")

    def check(self) -> None:
        view = self.collection.view
        self._check_at(view, 0, 1 << 62)
        if self.model.times:
            ts = self.random.choice(self.model.times)
            self._check_at(view, ts, ts)

    def _check_at(self, view: View, ts: int, model_ts: int) -> None:
        for partition in ("", *self.model.partitions):
            of_partition = [r for r in self.model.rows if partition in ("", r.partition)]
            expected = {r.id: r.n for r in of_partition if r.live(model_ts)}
            assert contents(view, ts, (partition,) if partition else ()) == expected
        assert count(view, ts) == sum(r.counted(model_ts) for r in self.model.rows)


@pytest.mark.parametrize("seed", range(8))
def test_collection_lives_as_its_model(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path / "db", seed)
    steps = []
    try:
        for _ in range(STEPS):
            steps.append(life.step())
            life.check()
        life.collection.flush()
        compacted(life.collection)
        life.check()
        if life.collection.indexes.statuses():
            life.collection.indexes.wait("v", 30)
        life.reopen()
        life.check()
    except (AssertionError, TimedOut) as error:
        error.add_note(f"after {steps}")
        raise
    finally:
        life.engine.close()
    check_nothing_is_unowned(tmp_path / "db")


def check_nothing_is_unowned(path: Path) -> None:
    """With nothing under way, every file is named by a record."""
    engine = opened(path, replace(SETTINGS, maintenance_seconds=60.0))
    try:
        if engine.collection("", "films").indexes.statuses():
            engine.collection("", "films").indexes.wait("v", 30)
        assert unowned(engine) == []
    finally:
        engine.close()
