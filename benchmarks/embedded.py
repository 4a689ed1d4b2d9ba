"""The engine in this process, with one collection shaped like the data: no client, no wire."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa

from benchmarks.data import Dataset
from benchmarks.kinds import Kind, dense
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, IndexState, NewCollection
from elanus.engine.settings import EngineSettings
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import FIRST_USER_FIELD_ID, Field
from elanus.schema.types import DataType

BATCH = 1000


class EmbeddedEngine:
    """Opens on entering, closes on leaving.

    kind  of vectors; the data's own by default
    """

    def __init__(self, folder: Path, data: Dataset, kind: Kind | None = None) -> None:
        self.data = data
        self.kind = kind or dense(data)
        self.engine = Engine.open(folder, EngineSettings())
        self.schema = _schema(self.kind)
        self.collection = self.engine.create_collection("", NewCollection(self.schema))

    def rows(self, first: int, last: int) -> pa.RecordBatch:
        """Rows first .. last - 1 of the data as the engine takes them."""
        numbers = self.data.numbers[first:last]
        ids = pa.array(range(first, first + len(numbers)), pa.int64())
        columns = [ids, self.kind.column(first, last), pa.array(numbers)]
        return pa.RecordBatch.from_arrays(columns, ["id", "vector", "number"])

    def insert_all(self) -> None:
        """Every row, in one sealed segment or a few."""
        for first in range(0, self.data.row_count, BATCH):
            self.collection.insert(self.rows(first, first + BATCH))
        self.collection.flush()

    def index(self, request: IndexRequest) -> None:
        """Built, and the collection loaded. Raises RuntimeError with the reason when the build fails."""
        self.collection.indexes.definitions.create(request)
        built = self.collection.indexes.wait(request.name, timeout_s=3600)
        if built.state is not IndexState.FINISHED:
            raise RuntimeError(f"{request.params['index_type']} is {built.state.name.lower()}: {built.reason}")
        self.collection.load()

    def __enter__(self) -> EmbeddedEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.engine.close()


def _schema(kind: Kind) -> CollectionSchema:
    first = FIRST_USER_FIELD_ID
    fields = (
        Field(first, "id", DataType.INT64, is_primary=True),
        Field(first + 1, "vector", kind.type, dim=kind.dim),
        Field(first + 2, "number", DataType.INT64),
    )
    return CollectionSchema("bench", fields)
