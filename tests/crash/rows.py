"""Rows whose every value follows from their id and version, so that a torn or stale row shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import FIRST_USER_FIELD_ID, Field
from elanus.schema.types import DataType

DIM = 8
NUMBERS = 1000

Ints = npt.NDArray[np.int64]


def schema(name: str) -> CollectionSchema:
    first = FIRST_USER_FIELD_ID
    return CollectionSchema(
        name,
        (
            Field(first, "id", DataType.INT64, is_primary=True),
            Field(first + 1, "version", DataType.INT64),
            Field(first + 2, "number", DataType.INT64),
            Field(first + 3, "text", DataType.VARCHAR, max_length=200),
            Field(first + 4, "vector", DataType.FLOAT_VECTOR, dim=DIM),
        ),
    )


EXTRA = Field(0, "extra", DataType.INT64, nullable=True, default=-1)
"""A field that comes and goes: rows that come while it is there hold their version."""


def number(row: int, version: int) -> int:
    """What filters look at: uniform enough over 0 .. NUMBERS - 1."""
    return (row * 7919 + version * 104_729) % NUMBERS


def batch(ids: Sequence[int], version: int) -> pa.RecordBatch:
    """Rows of one version, as the engine takes them."""
    return columns(np.asarray(ids, np.int64), np.full(len(ids), version, np.int64))


def batch_with_extra(ids: Sequence[int], version: int) -> pa.RecordBatch:
    """The same while the extra field is there."""
    return batch(ids, version).append_column(EXTRA.name, pa.array([version] * len(ids), pa.int64()))


def columns(ids: Ints, versions: Ints) -> pa.RecordBatch:
    """The whole rows that these ids and versions stand for."""
    vector = schema("").field("vector")
    flat = pa.array(vectors(ids, versions).reshape(-1), pa.float32())
    arrays = {
        "id": pa.array(ids),
        "version": pa.array(versions),
        "number": pa.array((ids * 7919 + versions * 104_729) % NUMBERS),
        "text": pa.array([f"row {i} version {v}" for i, v in zip(ids, versions, strict=True)], pa.large_string()),
        "vector": pa.FixedSizeListArray.from_arrays(flat, type=arrow_type(vector)),
    }
    return pa.RecordBatch.from_arrays(list(arrays.values()), list(arrays))


def vectors(ids: Ints, versions: Ints) -> npt.NDArray[np.float32]:
    """(n, DIM) points that differ for any two (id, version) in use."""
    phases = ids[:, None] * np.sqrt(np.arange(2, 2 + DIM)) + versions[:, None] * 0.37
    return np.sin(phases).astype(np.float32)
