"""Stored rows as kernels compute with them: float32 of every type but the sparse one, or as they are."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from elanus.index.base import Bytes, Floats, Halves, Queries, Rows, Vectors
from elanus.schema import float16
from elanus.schema.bfloat16 import floats_of
from elanus.schema.sparse import SparseRows


def as_floats(vectors: Vectors) -> Floats:
    """Dense rows as float32: the same array when they are, else a copy; binary ones as (n, dim) of 0 and 1. Exact."""
    assert not isinstance(vectors, SparseRows)
    kind = vectors.dtype.char
    if kind == "f":
        return cast("Floats", vectors)
    if kind == "B":
        return np.unpackbits(cast("Bytes", vectors), axis=1).astype(np.float32)
    if kind == "e":
        return float16.floats_of(cast("npt.NDArray[np.float16]", vectors))
    return floats_of(cast("Halves", vectors)) if kind == "H" else vectors.astype(np.float32)


def as_bytes(vectors: Vectors) -> Bytes:
    """Binary rows, their bytes one after the other in memory."""
    return np.ascontiguousarray(cast("Bytes", vectors))


def is_binary(vectors: Vectors) -> bool:
    return not isinstance(vectors, SparseRows) and vectors.dtype == np.uint8


def picked(vectors: Vectors, rows: Rows) -> Queries:
    """These rows as queries: a copy, float32 where they are dense."""
    if isinstance(vectors, SparseRows):
        return vectors.take(rows)
    some = vectors.take(rows, axis=0)
    return cast("Bytes", some) if is_binary(vectors) else as_floats(some)
