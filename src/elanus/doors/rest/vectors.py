"""Rows of vectors -> vectors in JSON: lists of numbers, base64 text of bytes, ``{"12": 0.5, …}``."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import matrix_of, sparse_rows_of


def written_vectors(kind: DataType, column: pa.Array) -> list[Any]:
    """What stands for each row in an answer; None for NULL."""
    values = _WRITERS[kind](column)
    if not column.null_count:
        return values
    return [value if valid else None for value, valid in zip(values, column.is_valid().to_pylist(), strict=True)]


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
