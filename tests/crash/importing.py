"""The process that is killed while imports run: each brings the same keys again, with the id of its job as ``n``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from crash.workload import SETTINGS as USUAL
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.imports.job import ImportOrder, ReadRows
from elanus.engine.requests import NewCollection
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.storage.catalog import ImportedFile, ImportRecord

NAME = "films"
SETTINGS = replace(USUAL, segment_bytes=8_000, retention_seconds=60.0)
SEALED, GROWING, BROUGHT = range(100), range(80, 150), range(50, 300)
STEP = 50
"""Rows of a batch; a segment has some more."""

SCHEMA = CollectionSchema(
    NAME,
    (
        Field(100, "id", DataType.INT64, is_primary=True),
        Field(101, "n", DataType.INT64),
        Field(102, "v", DataType.FLOAT_VECTOR, dim=8),
    ),
)


def prepare(directory: Path) -> None:
    """A collection with sealed rows, and growing ones that supersede some of them."""
    engine = Engine.open(directory / "data", SETTINGS)
    collection = engine.create_collection("", NewCollection(SCHEMA))
    collection.load()
    collection.insert(batch(SEALED, 0))
    collection.flush()
    collection.insert(batch(GROWING, 1))
    engine.close()


def run(directory: Path, _seed: int) -> None:
    """One import after the other, until it is killed; rows that grow are among those that each supersedes."""
    engine = Engine.open(directory / "data", SETTINGS)
    collection = engine.collection("", NAME)
    engine.imports.read_by(read)
    while True:
        wait(engine, engine.imports.start(collection, ImportOrder((ImportedFile(("a.parquet",), 1),))))
        collection.insert(batch(range(290, 310), 2))


def read(_collection: Collection, record: ImportRecord) -> Iterator[ReadRows]:
    for first in range(BROUGHT.start, BROUGHT.stop, STEP):
        rows = batch(range(first, first + STEP), record.id)
        yield ReadRows(rows, 0, (first + STEP - BROUGHT.start) / len(BROUGHT))


def wait(engine: Engine, job: int) -> None:
    while engine.imports.status(job).state not in ("completed", "failed"):
        time.sleep(0.001)


def batch(ids: range, n: int) -> pa.RecordBatch:
    vectors = np.random.default_rng(ids.start).standard_normal(len(ids) * 8).astype(np.float32)
    columns = [
        pa.array(ids, pa.int64()),
        pa.array([n] * len(ids), pa.int64()),
        pa.FixedSizeListArray.from_arrays(pa.array(vectors), type=arrow_type(SCHEMA.by_name["v"])),
    ]
    fields = [pa.field(field.name, arrow_type(field), nullable=False) for field in SCHEMA.fields]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
