"""Random lives of a collection whose fields come and go, against a dictionary of rows: what each should say."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest
from elanus.engine.settings import EngineSettings
from elanus.schema.arrow import row_schema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.search import query
from elanus.search.requests import QuerySpec
from elanus.segment.view import View
from unit.engine.samples import SCHEMA, compacted, created, keys, opened

SETTINGS = EngineSettings(
    build_threads=1,
    small_segment_rows=16,
    seal_bytes=2000,
    seal_quiet_seconds=0.02,
    merge_quiet_seconds=0.02,
    retention_seconds=0.0,
    import_bytes=3000,
    maintenance_seconds=0.01,
)
"""Seals, imports, merges and builds go on behind every step."""

IDS, STEPS = 80, 60
NAMES = ("a", "b", "c")

Row = dict[str, Any]


def fields_of(name: str) -> list[Field]:
    """What a name may stand for: the same name comes back as another type."""
    plain = Field(0, name, DataType.INT64, nullable=True)
    return [
        plain,
        replace(plain, default=5),
        replace(plain, type=DataType.VARCHAR, max_length=20),
        replace(plain, type=DataType.VARCHAR, max_length=20, default="given"),
        replace(plain, type=DataType.FLOAT_VECTOR, dim=2),
        replace(plain, type=DataType.BOOL),
    ]


@dataclass
class Life:
    """Takes one random step at a time, on both sides.

    rows   of the model, by id: a value for each field there is
    views  pinned, with what they showed
    """

    path: Path
    random: random.Random
    rows: dict[int, Row] = field(default_factory=dict)
    views: list[tuple[View, dict[int, Row]]] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.engine: Engine = opened(self.path, SETTINGS)
        self.collection: Collection = created(self.engine)

    def step(self) -> str:
        steps = {
            self.insert: 8, self.insert_many: 2, self.upsert: 4, self.delete: 3, self.add: 5, self.drop: 4,
            self.flush: 3, self.compact: 2, self.reopen: 2, self.index: 3, self.pin: 2,
        }  # fmt: skip
        chosen = self.random.choices(list(steps), list(steps.values()))[0]
        chosen()
        return chosen.__name__

    def _value(self, of: Field) -> Any:
        if of.nullable and self.random.random() < 0.3:
            return None
        if of.is_vector:
            return [float(self.random.randrange(8)) for _ in range(of.dim)]
        if of.type is DataType.VARCHAR:
            return self.random.choice(["x", "yy", ""])
        return self.random.random() < 0.5 if of.type is DataType.BOOL else self.random.randrange(9)

    def _new(self, ids: list[int]) -> pa.RecordBatch:
        """Rows with these ids, in the model too."""
        made = [{f.name: self._value(f) for f in self.collection.schema.fields} | {"id": id_} for id_ in ids]
        self.rows = self.rows | {row["id"]: row for row in made}
        columns = [f for f in row_schema(self.collection.schema) if f.name != "$ts"]
        arrays = [_array([row[column.name] for row in made], column.type) for column in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(columns))

    def insert(self) -> None:
        self.collection.insert(self._new(self.random.sample(range(IDS), self.random.randrange(1, 12))))

    def insert_many(self) -> None:
        """Enough, all with new keys, to be imported."""
        self.number += 100
        self.collection.insert(self._new([IDS + self.number + i for i in range(self.random.randrange(60, 90))]))

    def upsert(self) -> None:
        self.collection.upsert(self._new(self.random.sample(range(IDS), self.random.randrange(1, 8))))

    def delete(self) -> None:
        ids = self.random.sample(range(IDS), 12)
        self.collection.delete_keys(keys(ids))
        self.rows = {id_: row for id_, row in self.rows.items() if id_ not in ids}

    def add(self) -> None:
        free = [name for name in NAMES if name not in self.collection.schema.by_name]
        if free:
            added = self.random.choice(fields_of(self.random.choice(free)))
            self.collection.fields.add(added)
            self.rows = {id_: row | {added.name: added.default} for id_, row in self.rows.items()}

    def drop(self) -> None:
        there = [name for name in NAMES if name in self.collection.schema.by_name]
        if there:
            name = self.random.choice(there)
            self.collection.fields.drop(name)
            self.rows = {id_: {k: v for k, v in row.items() if k != name} for id_, row in self.rows.items()}

    def flush(self) -> None:
        self.collection.flush()

    def compact(self) -> None:
        self.collection.compact()

    def reopen(self) -> None:
        self.engine.close()
        self.views.clear()
        self.engine = opened(self.path, SETTINGS)
        self.collection = self.engine.collection("", "films")

    def index(self) -> None:
        free = (
            {f.name for f in self.collection.schema.fields}
            - {i.field for i in self.collection.indexes.statuses()}
            - {"id"}
        )
        if free:
            chosen = self.collection.schema.field(self.random.choice(sorted(free)))
            kind = "HNSW" if chosen.is_vector else self.random.choice(["INVERTED", "BITMAP"])
            metric = {"metric_type": "L2"} if chosen.is_vector else {}
            self.collection.indexes.definitions.create(
                IndexRequest(chosen.name, chosen.name, {"index_type": kind, **metric})
            )

    def pin(self) -> None:
        self.views.append((self.collection.view, self.rows))

    def check(self) -> None:
        view = self.collection.view
        assert shown(view) == self.rows
        for pinned, expected in self.views:
            assert shown(pinned) == expected
        for asked in view.schema.fields:
            self._check_filter(view, asked)

    def _check_filter(self, view: View, asked: Field) -> None:
        """Rows by a value of each field, with and without an index; NULL is in none of them."""
        literal = {DataType.INT64: ("5", 5), DataType.VARCHAR: ('"given"', "given"), DataType.BOOL: ("true", True)}
        if asked.type in literal:
            text, value = literal[asked.type]
            found = query(view, QuerySpec(filter=f"{asked.name} == {text}", output_fields=("id",))).columns["id"]
            assert sorted(found.to_pylist()) == sorted(i for i, row in self.rows.items() if row[asked.name] == value)
            found = query(view, QuerySpec(filter=f"{asked.name} is null", output_fields=("id",))).columns["id"]
            assert sorted(found.to_pylist()) == sorted(i for i, row in self.rows.items() if row[asked.name] is None)


def shown(view: View) -> dict[int, Row]:
    """Every live row with all its fields."""
    found = query(view, QuerySpec(filter="id >= 0", output_fields=tuple(view.schema.by_name))).columns
    listed = zip(*(column.to_pylist() for column in found.values()), strict=True)
    made = [dict(zip(found, values, strict=True)) for values in listed]
    assert len({row["id"] for row in made}) == len(made)
    return {row["id"]: row for row in made}


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Under a vector that is NULL lie zeros, as a client's rows have them."""
    if not pa.types.is_fixed_size_list(kind):
        return pa.array(values, kind)
    flat = pa.array([number for value in values for number in value or [0.0] * kind.list_size], kind.value_type)
    return pa.FixedSizeListArray.from_arrays(flat, type=kind, mask=pa.array([value is None for value in values]))


@pytest.mark.parametrize("seed", range(8))
def test_rows_say_what_their_fields_say(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path / "db", random.Random(seed))
    steps = []
    try:
        for _ in range(STEPS):
            steps.append(life.step())
            life.check()
        life.collection.flush()
        compacted(life.collection)
        life.check()
        for index in life.collection.indexes.statuses():
            life.collection.indexes.wait(index.name, 30)
        life.check()
        life.reopen()
        life.check()
        assert life.collection.schema.field("id").id == SCHEMA.primary.id
    except AssertionError as error:
        error.add_note(f"after {steps}")
        raise
    finally:
        life.engine.close()
