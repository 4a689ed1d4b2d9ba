"""Jobs whose files are lists of batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.imports.job import ImportOrder, ImportStatus, ReadRows
from elanus.storage.catalog import ImportedFile, ImportRecord
from unit.engine.samples import eventually

FILES = (ImportedFile(("a.parquet",), 100),)


class Batches:
    """A reader of the same batches for every job. ``before`` is called before each, with its number."""

    def __init__(self, batches: Sequence[pa.RecordBatch], before: Callable[[int], None] = lambda _: None) -> None:
        self.batches = batches
        self.before = before

    def __call__(self, _collection: Collection, _record: ImportRecord) -> Iterator[ReadRows]:
        for number, batch in enumerate(self.batches):
            self.before(number)
            yield ReadRows(batch, 0, (number + 1) / len(self.batches))


class Gate:
    """Stops a reader before a batch, until it is opened."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, number: int) -> None:
        if number == self._at:
            self.reached.set()
            assert self.open.wait(30)


def start(engine: Engine, collection: Collection, partition: str = "") -> int:
    return engine.imports.start(collection, ImportOrder(FILES, partition))


def ended(engine: Engine, job_id: int) -> ImportStatus:
    """The job, once it has ended."""
    eventually(lambda: engine.imports.status(job_id).state in ("completed", "failed"))
    return engine.imports.status(job_id)


def brought(engine: Engine, collection: Collection, partition: str = "") -> ImportStatus:
    return ended(engine, start(engine, collection, partition))
