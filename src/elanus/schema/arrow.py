"""How a field becomes an Arrow column: the one table of storage types.

Every block of rows, in memory, in the log and on disk, is a RecordBatch with :func:`row_schema`: the fields of the
collection by name, then ``$ts``, the hybrid timestamp of the commit that inserted the row.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from elanus.errors import SchemaInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType

TIMESTAMP_COLUMN = "$ts"

_SCALARS: dict[DataType, pa.DataType] = {
    DataType.BOOL: pa.bool_(),
    DataType.INT8: pa.int8(),
    DataType.INT16: pa.int16(),
    DataType.INT32: pa.int32(),
    DataType.INT64: pa.int64(),
    DataType.FLOAT: pa.float32(),
    DataType.DOUBLE: pa.float64(),
    DataType.VARCHAR: pa.large_string(),
    DataType.JSON: pa.large_binary(),
}


_ELEMENTS: dict[DataType, pa.DataType] = {
    DataType.FLOAT_VECTOR: pa.float32(),
    DataType.FLOAT16_VECTOR: pa.float16(),
    DataType.BFLOAT16_VECTOR: pa.uint16(),
    DataType.INT8_VECTOR: pa.int8(),
    DataType.BINARY_VECTOR: pa.uint8(),
}
"""What a dense vector is a list of: bfloat16 as its bits, a binary vector's bits in bytes."""

SPARSE = pa.large_list(
    pa.field(
        "item",
        pa.struct([pa.field("index", pa.uint32(), nullable=False), pa.field("value", pa.float32(), nullable=False)]),
        nullable=False,
    )
)
"""Sparse vectors: compressed sparse rows as Arrow has them, indices ascending within a row."""


def arrow_type(field: Field) -> pa.DataType:
    """Storage type of a field.

    JSON is its UTF-8 bytes; a dense vector a fixed-size list, so that a column is an (n, dim) matrix without a copy
    (:func:`elanus.segment.vectors.vectors_of`).
    """
    if field.type is DataType.ARRAY:
        return pa.large_list(_SCALARS[field.element_type])
    if field.type in _ELEMENTS:
        return dense_type(field.type, field.dim)
    if field.type is DataType.SPARSE_FLOAT_VECTOR:
        return SPARSE
    try:
        return _SCALARS[field.type]
    except KeyError:
        raise SchemaInvalid(f"data type {field.type.milvus_name} is not supported yet, field: {field.name}") from None


def dense_type(kind: DataType, dim: int) -> pa.DataType:
    """Storage type of dense vectors of this many dimensions; of a binary vector they fill ``dim // 8`` bytes."""
    length = dim // 8 if kind is DataType.BINARY_VECTOR else dim
    return pa.list_(pa.field("item", _ELEMENTS[kind], nullable=False), length)


def nulls(field: Field, count: int) -> pa.Array:
    """So many NULLs of a field; of dense vectors, zeros lie under them."""
    kind = arrow_type(field)
    if not pa.types.is_fixed_size_list(kind):
        return pa.nulls(count, kind)
    zeros = pa.array(np.zeros(count * kind.list_size, kind.value_type.to_pandas_dtype()))
    return pa.FixedSizeListArray.from_arrays(zeros, type=kind, mask=pa.array(np.ones(count, bool)))


def row_schema(schema: CollectionSchema) -> pa.Schema:
    """Arrow schema of a block of rows of this collection."""
    columns = [pa.field(f.name, arrow_type(f), nullable=f.nullable) for f in schema.fields]
    return pa.schema([*columns, pa.field(TIMESTAMP_COLUMN, pa.uint64(), nullable=False)])
