"""The process that is killed: lanes of seeded random operations on one engine, one collection and thread a lane."""

from __future__ import annotations

import os
import random
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from crash.journal import Journal
from crash.model import Operation, State
from crash.rows import EXTRA, NUMBERS, batch, batch_with_extra, schema
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, NewCollection
from elanus.engine.settings import EngineSettings
from elanus.filter import compile_filter

LANES = ("left", "right")
INDEX_TYPES = ("IVF_FLAT", "HNSW", "FLAT")
BULK_ROWS = 400

SETTINGS = EngineSettings(
    small_segment_rows=100,
    seal_bytes=60_000,
    growing_bytes=90_000,
    write_wait_seconds=60.0,
    seal_quiet_seconds=0.2,
    merge_quiet_seconds=0.3,
    seal_slow_rows=200,
    import_bytes=35_000,
    checkpoint_seconds=0.0,
    maintenance_seconds=0.05,
    retention_seconds=0.2,
    build_threads=1,
)
"""Small enough that a second holds every kind of background work; BULK_ROWS are past ``import_bytes``."""


def run(directory: Path, seed: int) -> None:
    """Opens the engine and works in all lanes until killed."""
    engine = Engine.open(directory / "data", SETTINGS)
    lanes = [threading.Thread(target=_lane, args=(engine, directory, name, seed)) for name in LANES]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()


def journal(directory: Path, lane: str) -> Journal:
    return Journal(directory / f"{lane}.journal")


def _lane(engine: Engine, directory: Path, name: str, seed: int) -> None:
    """An operation that raises ends the process with status 70, which the harness reports."""
    try:
        _work(engine, journal(directory, name), name, seed)
    except BaseException:
        traceback.print_exc()
        os._exit(70)


def _work(engine: Engine, lines: Journal, name: str, seed: int) -> None:
    told = lines.read()
    choose = random.Random(f"{seed} {name} {told.operations}")
    state, version = told.state, told.operations
    while True:
        version += 1
        operation = next_operation(choose, state, version)
        lines.intend(operation)
        perform(engine, name, operation)
        lines.acknowledge()
        state = state.after(operation)


def next_operation(choose: random.Random, state: State, version: int) -> Operation:
    """A step that makes sense in this state; new rows get ids nobody had, from the version."""
    if not state.exists:
        return Operation("create")
    kinds = {
        "insert": 30, "bulk": 4, "upsert": 12, "delete": 10, "delete_where": 4, "flush": 5, "compact": 3,
        "create_index": 0 if state.index else 8, "drop_index": 2 if state.index and not state.loaded else 0,
        "load": 4 if state.index and not state.loaded else 0, "release": 2 if state.loaded else 0,
        "create_partition": 0 if "side" in state.partitions else 3,
        "drop_partition": 1 if "side" in state.partitions and not state.loaded else 0, "truncate": 1, "drop": 1,
        "add_field": 0 if state.extra else 4, "drop_field": 3 if state.extra else 0,
    }  # fmt: skip
    kind = choose.choices(list(kinds), list(kinds.values()))[0]
    partition = choose.choice(sorted(state.partitions))
    if kind == "bulk":
        return Operation("insert", version * 1000, BULK_ROWS, version, partition=partition)
    if kind == "insert":
        return Operation(kind, version * 1000, choose.randint(1, 60), version, partition=partition)
    if kind in ("upsert", "delete"):
        first = choose.choice(sorted(state.rows)) if state.rows else 0
        return Operation(kind, first, choose.randint(1, 30), version)
    return Operation(
        kind,
        version=version,
        below=choose.randint(1, NUMBERS // 5) if kind == "delete_where" else 0,
        index=choose.choice(INDEX_TYPES) if kind == "create_index" else "",
        partition="side" if kind.endswith("_partition") else "",
    )


def perform(engine: Engine, name: str, operation: Operation) -> None:
    """Does the operation on the lane's collection; returning is the acknowledgement."""
    if operation.kind == "create":
        engine.create_collection("", NewCollection(schema(name)))
    elif operation.kind == "drop":
        engine.drop_collection("", name)
    else:
        _ACTIONS[operation.kind](engine.collection("", name), operation)


def _upsert(collection: Collection, operation: Operation) -> None:
    collection.upsert(_rows(collection, operation), operation.partition)


def _rows(collection: Collection, operation: Operation) -> pa.RecordBatch:
    made = batch_with_extra if EXTRA.name in collection.schema.by_name else batch
    return made(operation.ids, operation.version)


def _delete_where(collection: Collection, operation: Operation) -> None:
    collection.delete_where(compile_filter(f"number < {operation.below}", collection.schema))


def _create_index(collection: Collection, operation: Operation) -> None:
    params = {"IVF_FLAT": {"nlist": "4"}, "HNSW": {"M": "8", "efConstruction": "40"}, "FLAT": {}}[operation.index]
    declared = {"index_type": operation.index, "metric_type": "L2", **params}
    collection.indexes.definitions.create(IndexRequest("vector", "vector", declared))


_ACTIONS: dict[str, Callable[[Collection, Operation], object]] = {
    "insert": lambda collection, o: collection.insert(_rows(collection, o), o.partition),
    "upsert": _upsert,
    "delete": lambda collection, o: collection.delete_keys(pa.array(o.ids, pa.int64())),
    "delete_where": _delete_where,
    "flush": lambda collection, _: collection.flush(),
    "compact": lambda collection, _: collection.compact(),
    "truncate": lambda collection, _: collection.truncate(),
    "create_partition": lambda collection, o: collection.create_partition(o.partition),
    "drop_partition": lambda collection, o: collection.drop_partition(o.partition),
    "add_field": lambda collection, _: collection.fields.add(EXTRA),
    "drop_field": lambda collection, _: collection.fields.drop(EXTRA.name),
    "create_index": _create_index,
    "drop_index": lambda collection, _: collection.indexes.definitions.drop("vector"),
    "load": lambda collection, _: collection.load(),
    "release": lambda collection, _: collection.release(),
}
