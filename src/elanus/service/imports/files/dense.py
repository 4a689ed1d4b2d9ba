"""Lists of numbers, or bytes, in Arrow -> dense vectors as they are stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.schema.arrow import nulls
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.imports.files.refused import refusal
from elanus.service.rows.json_vectors import dense_column, with_gaps

Matrix = npt.NDArray[Any]

_HALVES = (DataType.FLOAT16_VECTOR, DataType.BFLOAT16_VECTOR)
_RANGES = {DataType.INT8_VECTOR: (-128, 127, np.int8), DataType.BINARY_VECTOR: (0, 255, np.uint8)}


def dense_values(field: Field, column: pa.Array) -> pa.Array:
    """The vectors of a column of lists, or of bytes. Raises ImportFailed naming the row.

    Halves are lists of numbers or their 2 * dim bytes, binary vectors dim / 8 bytes.
    """
    missing = column.is_null().to_numpy(zero_copy_only=False)
    present = column.drop_null()
    if not len(present):
        return nulls(field, len(column))
    flat, lengths = _from_bytes(present) if _is_bytes(present.type) else _from_lists(field, present)
    width = _width(field, flat)
    rows = np.flatnonzero(~missing)
    wrong = np.flatnonzero(lengths != width)
    if len(wrong):
        sent = int(lengths[wrong[0]]) * field.dim // width
        raise refusal(field, int(rows[wrong[0]]), f"expected dim '{field.dim}', got dim '{sent}'")
    matrix = _stored(field, flat.reshape(len(present), width), rows)
    return with_gaps(dense_column(field.type, matrix), missing)


def is_dense(field: Field, kind: pa.DataType) -> bool:
    """Whether vectors of the field may be given as values of this type."""
    in_bytes = field.type in (*_HALVES, DataType.BINARY_VECTOR)
    if _is_bytes(kind):
        return in_bytes
    if not _is_list(kind):
        return False
    element = kind.value_type
    if field.type in _RANGES:
        return bool(pa.types.is_integer(element))
    return bool(pa.types.is_floating(element) or (in_bytes and pa.types.is_uint8(element)))


def _is_bytes(kind: pa.DataType) -> bool:
    kinds = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(is_kind(kind) for is_kind in kinds)


def _is_list(kind: pa.DataType) -> bool:
    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_kind(kind) for is_kind in kinds)


def _from_bytes(present: pa.Array) -> tuple[Matrix, npt.NDArray[np.int64]]:
    column = present.cast(pa.large_binary())
    ends = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column) + 1]
    content = column.buffers()[2]
    flat = np.frombuffer(content, np.uint8) if content is not None else np.empty(0, np.uint8)
    return flat[ends[0] : ends[-1]], np.diff(ends)


def _from_lists(field: Field, present: pa.Array) -> tuple[Matrix, npt.NDArray[np.int64]]:
    flat = present.flatten()
    lengths = pc.list_value_length(present).to_numpy(zero_copy_only=False).astype(np.int64)
    if flat.null_count:
        place = flat.is_null().index(True).as_py()
        row = int(np.searchsorted(np.cumsum(lengths), place, side="right"))
        raise refusal(field, row, "a number of the vector is NULL")
    return flat.to_numpy(zero_copy_only=False), lengths


def _width(field: Field, flat: Matrix) -> int:
    """Numbers, or bytes, of each vector."""
    if field.type is DataType.BINARY_VECTOR:
        return field.dim // 8
    return field.dim * 2 if field.type in _HALVES and flat.dtype == np.uint8 else field.dim


def _stored(field: Field, matrix: Matrix, rows: npt.NDArray[np.int64]) -> Matrix:
    if field.type in _RANGES:
        return _integers(field, matrix, rows)
    if matrix.dtype == np.uint8:
        return np.ascontiguousarray(matrix).view("<u2" if field.type is DataType.BFLOAT16_VECTOR else "<f2")
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused with its row
        if field.type is DataType.BFLOAT16_VECTOR:
            return bfloat16_of(matrix.astype(np.float32))
        return matrix.astype(np.float16 if field.type is DataType.FLOAT16_VECTOR else np.float32, copy=False)


def _integers(field: Field, matrix: Matrix, rows: npt.NDArray[np.int64]) -> Matrix:
    low, high, kind = _RANGES[field.type]
    outside = ((matrix < low) | (matrix > high)).any(axis=1)
    if outside.any():
        raise refusal(field, int(rows[outside.argmax()]), f"a number is out of range: [{low}, {high}]")
    return matrix.astype(kind, copy=False)
