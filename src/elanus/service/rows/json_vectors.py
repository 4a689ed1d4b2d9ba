"""Vectors in JSON -> rows of vectors.

Dense ones are lists of numbers; bytes (binary vectors, halves, int8) may be base64 text. A sparse one is
``{"12": 0.5, …}`` or ``{"indices": […], "values": […]}``.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.base import Vectors
from elanus.schema.arrow import dense_type
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import sparse_column

_BITS = 8
_STORED: Mapping[DataType, npt.DTypeLike] = {
    DataType.FLOAT_VECTOR: "<f4",
    DataType.FLOAT16_VECTOR: "<f2",
    DataType.BFLOAT16_VECTOR: "<u2",
    DataType.INT8_VECTOR: "i1",
    DataType.BINARY_VECTOR: "u1",
}


def read_vectors(kind: DataType, vectors: Sequence[Any]) -> Vectors:
    """The vectors as fields of this type hold them. Raises ValueError, TypeError, OverflowError: they are none."""
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return _sparse_rows(vectors)
    return cast("Vectors", _matrix(kind, vectors))


def vector_column(kind: DataType, vectors: Sequence[Any]) -> pa.Array:
    """The vectors in their storage type, NULL where there is none. Raises as :func:`read_vectors`."""
    missing = np.array([vector is None for vector in vectors])
    rows = read_vectors(kind, [vector for vector in vectors if vector is not None])
    return with_gaps(sparse_column(rows) if isinstance(rows, SparseRows) else dense_column(kind, rows), missing)


def dense_column(kind: DataType, matrix: npt.NDArray[Any]) -> pa.Array:
    """The rows of a matrix in their storage type; ``dim // 8`` bytes a row of binary vectors."""
    width = matrix.shape[1]
    dim = width * _BITS if kind is DataType.BINARY_VECTOR else width
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), type=dense_type(kind, dim))


def with_gaps(present: pa.Array, missing: npt.NDArray[np.bool_]) -> pa.Array:
    """The values in their order, with NULL wherever one is missing."""
    if not missing.any():
        return present
    return present.take(pa.array(np.cumsum(~missing) - 1, mask=missing))


def _matrix(kind: DataType, vectors: Sequence[Any]) -> npt.NDArray[Any]:
    stored = np.dtype(_STORED[kind])
    for place, vector in enumerate(vectors):
        if not isinstance(vector, list | str):
            raise TypeError(f"vector {place} is no list of numbers")
        if len(vector) != len(vectors[0]):
            raise ValueError(f"vector {place} has {len(vector)} numbers, vector 0 has {len(vectors[0])}")
    if vectors and all(isinstance(vector, str) for vector in vectors):
        return _from_base64(kind, stored, vectors)
    if kind is DataType.INT8_VECTOR or kind is DataType.BINARY_VECTOR:
        return _integers(stored, vectors)
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused with its row
        floats = _two_dimensional(np.array(vectors, np.float32))
        return bfloat16_of(floats) if kind is DataType.BFLOAT16_VECTOR else floats.astype(stored, copy=False)


def _integers(stored: np.dtype[Any], vectors: Sequence[Any]) -> npt.NDArray[Any]:
    if vectors and np.array(vectors).dtype.kind != "i":
        raise ValueError("each vector must be a list of integers")
    return _two_dimensional(np.array(vectors, stored))


def _two_dimensional(matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not len(matrix):
        return matrix.reshape(0, 1)
    if matrix.ndim != 2 or not matrix.shape[1]:
        raise ValueError("each vector must be a list of numbers")
    return matrix


def _from_base64(kind: DataType, stored: np.dtype[Any], texts: Sequence[str]) -> npt.NDArray[Any]:
    if kind is DataType.FLOAT_VECTOR:
        raise TypeError("a float vector is a list of numbers, not a text")
    rows = [b64decode(text, validate=True) for text in texts]
    return _two_dimensional(np.frombuffer(b"".join(rows), stored).reshape(len(rows), -1))


def _sparse_rows(vectors: Sequence[Any]) -> SparseRows:
    """Indices ascending within each row, as they are stored."""
    pairs = [_pairs(vector) for vector in vectors]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in pairs], dtype=np.int64)])
    indices = np.array([index for row in pairs for index, _ in row], np.uint32)
    values = np.array([value for row in pairs for _, value in row], np.float32)
    return SparseRows(indptr, indices, values)


def _pairs(vector: Any) -> list[tuple[int, float]]:
    if not isinstance(vector, dict):
        raise TypeError('a sparse vector is {"index": value, ...} or {"indices": [...], "values": [...]}')
    if vector.keys() == {"indices", "values"}:
        entries = zip(vector["indices"], vector["values"], strict=True)
    else:
        entries = zip(vector, vector.values(), strict=True)
    return sorted((int(index), float(value)) for index, value in entries)
