"""Vectors in JSON <-> rows of vectors.

Dense ones are lists of numbers; bytes (binary vectors, halves, int8) may be base64 text. A sparse one is
``{"12": 0.5, …}`` or ``{"indices": […], "values": […]}``.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.base import Vectors
from elanus.schema.arrow import dense_type
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import matrix_of, sparse_column, sparse_rows_of

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
    column = sparse_column(rows) if isinstance(rows, SparseRows) else _dense_column(kind, rows)
    if not missing.any():
        return column
    return column.take(pa.array(np.cumsum(~missing) - 1, mask=missing))


def written_vectors(kind: DataType, column: pa.Array) -> list[Any]:
    """What stands for each row in an answer; None for NULL."""
    values = _WRITERS[kind](column)
    if not column.null_count:
        return values
    return [value if valid else None for value, valid in zip(values, column.is_valid().to_pylist(), strict=True)]


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


def _dense_column(kind: DataType, matrix: npt.NDArray[Any]) -> pa.Array:
    width = matrix.shape[1]
    dim = width * _BITS if kind is DataType.BINARY_VECTOR else width
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), type=dense_type(kind, dim))


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


def _write_base64(column: pa.Array) -> list[Any]:
    return [b64encode(row.tobytes()).decode() for row in matrix_of(column)]


def _write_numbers(column: pa.Array) -> list[Any]:
    return list(matrix_of(column))


def _write_sparse(column: pa.Array) -> list[Any]:
    rows = sparse_rows_of(column)
    return [_written_sparse(rows[place : place + 1].packed()) for place in range(len(rows))]


def _written_sparse(row: SparseRows) -> dict[str, Any]:
    return dict(zip(map(str, row.indices.tolist()), row.values, strict=True))


_WRITERS: Mapping[DataType, Callable[[pa.Array], list[Any]]] = {
    DataType.FLOAT_VECTOR: _write_numbers,
    DataType.INT8_VECTOR: _write_numbers,
    DataType.FLOAT16_VECTOR: _write_base64,
    DataType.BFLOAT16_VECTOR: _write_base64,
    DataType.BINARY_VECTOR: _write_base64,
    DataType.SPARSE_FLOAT_VECTOR: _write_sparse,
}
