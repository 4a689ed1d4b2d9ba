"""The query vectors of a search as kernels take them: checked against the field, float32 for every dense one.

source  Milvus 2.6: the texts of its segments
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from elanus.errors import DimensionMismatch, Rejected
from elanus.index.base import Floats, Queries, Vectors
from elanus.index.stored import as_bytes, as_floats
from elanus.schema.bfloat16 import bfloat16_of, floats_of
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType

_TYPE_OF_NUMBERS = {
    "f": DataType.FLOAT_VECTOR,
    "e": DataType.FLOAT16_VECTOR,
    "H": DataType.BFLOAT16_VECTOR,
    "b": DataType.INT8_VECTOR,
    "B": DataType.BINARY_VECTOR,
}
"""The type of vector a numpy type code stands for."""
_SEGMENT_NAMES = {
    DataType.FLOAT_VECTOR: "VECTOR_FLOAT",
    DataType.FLOAT16_VECTOR: "VECTOR_FLOAT16",
    DataType.BFLOAT16_VECTOR: "VECTOR_BFLOAT16",
    DataType.INT8_VECTOR: "VECTOR_INT8",
    DataType.BINARY_VECTOR: "VECTOR_BINARY",
    DataType.SPARSE_FLOAT_VECTOR: "VECTOR_SPARSE_U32_F32",
}
_HALVES = {DataType.FLOAT16_VECTOR: "float16", DataType.BFLOAT16_VECTOR: "bfloat16"}
_INDEX_LIMIT = 2**32 - 1


def fitted(queries: Vectors, field: Field) -> Queries:
    """The queries for a search of this field.

    queries  in the type they were sent in; halves may be sought with float32, which is rounded to their precision
    raises   DimensionMismatch; Rejected for another type of vector, for numbers that are not finite or that halves
             have not, and for sparse rows that are none
    """
    sent = sent_type(queries)
    _check_type(field, sent)
    if isinstance(queries, SparseRows):
        _check_sparse(queries.packed())
        return queries
    _check_dim(field, queries)
    if field.type in _HALVES:
        return _of_halves(queries, sent, field.type)
    if sent is DataType.FLOAT_VECTOR:
        _check_finite(queries)
    return as_bytes(queries) if sent is DataType.BINARY_VECTOR else as_floats(queries)


def sent_type(queries: Vectors) -> DataType:
    """The type of vector that queries were sent as."""
    return DataType.SPARSE_FLOAT_VECTOR if isinstance(queries, SparseRows) else _TYPE_OF_NUMBERS[queries.dtype.char]


def _check_type(field: Field, sent: DataType) -> None:
    if sent is field.type or (sent is DataType.FLOAT_VECTOR and field.type in _HALVES):
        return
    raise Rejected(
        f"vector type must be the same, field {field.name} - type {_SEGMENT_NAMES[field.type]},"
        f" search info type {_SEGMENT_NAMES[sent]}"
    )


def _check_dim(field: Field, queries: npt.NDArray[Any]) -> None:
    expected = field.dim // 8 if field.type is DataType.BINARY_VECTOR else field.dim
    actual = queries.shape[1]
    if actual != expected:
        raise DimensionMismatch(
            f"vector dimension mismatch, expected vector size(byte) {expected * queries.itemsize},"
            f" actual {actual * queries.itemsize}"
        )


def _check_finite(queries: npt.NDArray[Any]) -> None:
    finite = np.isfinite(queries)
    if not finite.all():
        number = queries[~finite][0]
        named = "NaN" if np.isnan(number) else f"{number:+}".title()
        raise Rejected(f"value '{named}' is not a number or infinity")


def _check_sparse(packed: SparseRows) -> None:
    if not np.isfinite(packed.values).all():
        raise Rejected("Invalid sparse row: NaN or Inf value")
    if (packed.values < 0).any():
        raise Rejected("Invalid sparse row: negative value")
    if (packed.indices == _INDEX_LIMIT).any():
        raise Rejected("Invalid sparse row: id should be smaller than uint32 max")
    if packed.out_of_order().any():
        raise Rejected("Invalid sparse row: id should be strict ascending")


def _of_halves(queries: npt.NDArray[Any], sent: DataType, kind: DataType) -> Floats:
    """float32 of what vectors of this type can hold. Raises Rejected for numbers they have not."""
    with np.errstate(over="ignore"):
        if kind is DataType.BFLOAT16_VECTOR:
            floats = floats_of(bfloat16_of(queries) if sent is DataType.FLOAT_VECTOR else queries)
        else:
            floats = queries.astype(np.float16, copy=False).astype(np.float32)
    if not np.isfinite(floats).all():
        raise Rejected(f"{_HALVES[kind]} vector contain nan or infinity value.")
    return floats
