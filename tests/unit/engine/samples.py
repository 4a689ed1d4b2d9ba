"""Rows, settings and questions the engine's tests share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import BuildState, BuildStatus, IndexRequest, NewCollection
from elanus.engine.settings import EngineSettings
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.search.query import query
from elanus.search.requests import QuerySpec
from elanus.segment.view import View

DIM = 4
SCHEMA = CollectionSchema(
    "films",
    (
        Field(100, "id", DataType.INT64, is_primary=True),
        Field(101, "v", DataType.FLOAT_VECTOR, dim=DIM),
        Field(102, "n", DataType.INT64),
    ),
)
AUTO = replace(SCHEMA, fields=(replace(SCHEMA.fields[0], auto_id=True), *SCHEMA.fields[1:]))
TEXT = replace(SCHEMA, fields=(Field(100, "id", DataType.VARCHAR, max_length=64, is_primary=True), *SCHEMA.fields[1:]))
WIDE = replace(SCHEMA, fields=(SCHEMA.fields[0], replace(SCHEMA.fields[1], dim=256), SCHEMA.fields[2]))
BY_KEY = replace(SCHEMA, fields=(*SCHEMA.fields[:2], replace(SCHEMA.fields[2], is_partition_key=True)))

QUIET = EngineSettings(
    build_threads=1,
    small_segment_rows=20,
    checkpoint_seconds=0.05,
    retention_seconds=0.0,
    maintenance_seconds=60.0,
)
"""Nothing happens by itself: tests say when. Segments are worth an index from 20 rows."""

HNSW = {"index_type": "HNSW", "metric_type": "L2", "M": "4", "efConstruction": "8"}
IVF = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "2"}
SLOW = {"index_type": "HNSW", "metric_type": "L2", "M": "64", "efConstruction": "2000"}


def rows(
    ids: Sequence[int] | Sequence[str], n: int | Sequence[int] = 0, schema: CollectionSchema = SCHEMA
) -> pa.RecordBatch:
    """As the engine takes them: vectors follow from position, ``n`` is the same for all or one each."""
    numbers = np.full(len(ids), n) if isinstance(n, int) else np.array(n)
    vector = schema.field("v")
    flat = np.random.default_rng(len(ids)).standard_normal(len(ids) * vector.dim).astype(np.float32)
    columns = {
        "id": pa.array(ids, arrow_type(schema.field("id"))),
        "v": pa.FixedSizeListArray.from_arrays(pa.array(flat), type=arrow_type(vector)),
        "n": pa.array(numbers, pa.int64()),
    }
    fields = [pa.field(f.name, arrow_type(f), nullable=False) for f in schema.fields]
    return pa.RecordBatch.from_arrays([columns[f.name] for f in fields], schema=pa.schema(fields))


def keyless(count: int, n: int = 0) -> pa.RecordBatch:
    """Rows for a collection that makes its own keys."""
    return rows(range(count), n).drop_columns(["id"])


def keys(ids: Iterable[int]) -> pa.Array:
    return pa.array(list(ids), pa.int64())


def opened(path: Path, settings: EngineSettings = QUIET) -> Engine:
    return Engine.open(path, settings)


def created(engine: Engine, schema: CollectionSchema = SCHEMA, num_partitions: int = 0) -> Collection:
    """A loaded collection."""
    collection = engine.create_collection("", NewCollection(schema, num_partitions=num_partitions))
    collection.load()
    return collection


def contents(view: View, ts: int = 0, partitions: tuple[str, ...] = ()) -> dict[int, int]:
    """id -> n of every live row, at ``ts`` or (0) now. Asserts that no id comes twice."""
    found = query(
        view, QuerySpec(filter="n > -1000000", output_fields=("id", "n"), partitions=partitions, snapshot_ts=ts)
    )
    ids, numbers = (found.columns[name].to_pylist() for name in ("id", "n"))
    assert len(ids) == len(set(ids))
    return dict(zip(ids, numbers, strict=True))


def count(view: View, ts: int = 0) -> int:
    found = query(view, QuerySpec(output_fields=("count(*)",), snapshot_ts=ts)).count
    assert found is not None
    return found


def indexed(collection: Collection, params: dict[str, str] = HNSW, name: str = "v") -> None:
    """With an index that is built."""
    collection.indexes.definitions.create(IndexRequest("v", name, params))
    collection.indexes.wait(name, 60)


def compacted(collection: Collection) -> int:
    """Merge what can be merged; how many merges there were. Asserts that none failed."""
    request = collection.compact()
    if request == -1:
        return 0
    eventually(lambda: collection.compaction(request).executing == 0)
    status = collection.compaction(request)
    assert status.failed == 0
    return status.completed


def eventually(is_true: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def files(engine: Engine) -> set[str]:
    """Names below ``segments`` and ``logs``, companions of SQLite left out."""
    layout = engine.resources.layout
    found = (path for root in (layout.segments, layout.logs) for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(layout.data_dir)) for path in found if not path.name.endswith(("-wal", "-shm"))}


def unowned(engine: Engine) -> list[Path]:
    """Files that no record names: there must be none when nothing is under way."""
    from elanus.storage.garbage import unowned as found

    return found(engine.resources.layout, engine.resources.catalog)


def sealed(engine: Engine, row_count: int = 60, schema: CollectionSchema = SCHEMA) -> Collection:
    collection = created(engine, schema)
    collection.insert(rows(range(row_count), schema=schema))
    collection.flush()
    return collection


def serving(collection: Collection) -> list[str]:
    """Index type of each segment, "" for none."""
    return [next((i.spec.type for i in s.indexes.values()), "") for s in collection.view.segments]


def declare(collection: Collection, params: dict[str, str] = HNSW, name: str = "v", field: str = "v") -> None:
    collection.indexes.definitions.create(IndexRequest(field, name, params))


def running(collection: Collection, name: str = "v") -> BuildStatus:
    """The build that a worker is working at."""
    found: list[BuildStatus] = []

    def is_there() -> bool:
        [status] = collection.indexes.every_status(name)
        found[:] = [b for b in status.builds if b.state is BuildState.RUNNING]
        return bool(found)

    eventually(is_there)
    return found[0]


def pid_of(status: BuildStatus) -> int:
    return int(status.worker.removeprefix("process "))
