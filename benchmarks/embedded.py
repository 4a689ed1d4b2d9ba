"""The engine in this process, with one collection shaped like the data: no client, no wire."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa

from benchmarks.data import Dataset
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.engine.settings import EngineSettings
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import FIRST_USER_FIELD_ID, Field
from elanus.schema.types import DataType


class EmbeddedEngine:
    """Opens on entering, closes on leaving."""

    def __init__(self, folder: Path, data: Dataset) -> None:
        self.data = data
        self.engine = Engine.open(folder, EngineSettings())
        self.schema = _schema(data.dim)
        self.collection = self.engine.create_collection("", NewCollection(self.schema))

    def rows(self, first: int, last: int) -> pa.RecordBatch:
        """Rows first .. last - 1 of the data as the engine takes them."""
        base, numbers = self.data.base[first:last], self.data.numbers[first:last]
        vectors = pa.FixedSizeListArray.from_arrays(
            pa.array(base.reshape(-1)), type=arrow_type(self.schema.field("vector"))
        )
        ids = pa.array(range(first, first + len(base)), pa.int64())
        return pa.RecordBatch.from_arrays([ids, vectors, pa.array(numbers)], ["id", "vector", "number"])

    def __enter__(self) -> EmbeddedEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.engine.close()


def _schema(dim: int) -> CollectionSchema:
    first = FIRST_USER_FIELD_ID
    fields = (
        Field(first, "id", DataType.INT64, is_primary=True),
        Field(first + 1, "vector", DataType.FLOAT_VECTOR, dim=dim),
        Field(first + 2, "number", DataType.INT64),
    )
    return CollectionSchema("bench", fields)
