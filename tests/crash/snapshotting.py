"""The process that is killed while it takes, restores and drops a snapshot; it says what it was told in a file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from crash.rows import batch, schema
from crash.workload import SETTINGS
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, NewCollection
from elanus.engine.snapshots.infos import NewSnapshot

NAME, SNAPSHOT, AGAIN = "films", "now", "again"


def prepare(directory: Path) -> None:
    """A collection with an index, deleted rows, and rows that grow."""
    engine = Engine.open(directory / "data", SETTINGS)
    collection = engine.create_collection("", NewCollection(schema(NAME)))
    collection.insert(batch(range(300), 1))
    collection.flush()
    declared = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "4"}
    collection.indexes.definitions.create(IndexRequest("vector", "vector", declared))
    collection.indexes.wait("vector", 60)
    collection.upsert(batch(range(20), 2))
    collection.load()
    engine.close()


def run(directory: Path, seed: int) -> None:
    """From the snapshot to its drop, and then to its own end, which the harness waits for."""
    engine = Engine.open(directory / "data", SETTINGS)
    collection = engine.collection("", NAME)
    engine.snapshots.create(collection, NewSnapshot(SNAPSHOT))
    tell(directory, "created")
    job = engine.restore(collection, SNAPSHOT, "", AGAIN)
    tell(directory, f"job {job}")
    while engine.restores.status(job).state not in ("completed", "failed"):
        time.sleep(0.001)
    while engine.snapshots.info(collection, SNAPSHOT).pins:
        time.sleep(0.001)
    tell(directory, "dropping")
    engine.snapshots.drop(collection, SNAPSHOT)
    tell(directory, "dropped")
    engine.close()
    os.kill(os.getpid(), signal.SIGKILL)


def tell(directory: Path, what: str) -> None:
    with (directory / "told").open("a") as file:
        file.write(what + "\n")
        file.flush()
        os.fsync(file.fileno())


def told(directory: Path) -> list[str]:
    path = directory / "told"
    return path.read_text().splitlines() if path.exists() else []
