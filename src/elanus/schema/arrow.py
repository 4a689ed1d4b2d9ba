"""How a field becomes an Arrow column: the one table of storage types.

Every block of rows, in memory, in the log and on disk, is a RecordBatch with :func:`row_schema`: the fields of the
collection by name, then ``$ts``, the hybrid timestamp of the commit that inserted the row.
"""

from __future__ import annotations

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


def arrow_type(field: Field) -> pa.DataType:
    """Storage type of a field.

    JSON is its UTF-8 bytes; FLOAT_VECTOR a fixed-size list of float32, so that a column without NULLs is an
    (n, dim) matrix without a copy (:func:`elanus.segment.block.matrix`).
    """
    if field.type is DataType.ARRAY:
        return pa.large_list(_SCALARS[field.element_type])
    if field.type is DataType.FLOAT_VECTOR:
        return pa.list_(pa.field("item", pa.float32(), nullable=False), field.dim)
    try:
        return _SCALARS[field.type]
    except KeyError:
        raise SchemaInvalid(f"data type {field.type.milvus_name} is not supported yet, field: {field.name}") from None


def row_schema(schema: CollectionSchema) -> pa.Schema:
    """Arrow schema of a block of rows of this collection."""
    columns = [pa.field(f.name, arrow_type(f), nullable=f.nullable) for f in schema.fields]
    return pa.schema([*columns, pa.field(TIMESTAMP_COLUMN, pa.uint64(), nullable=False)])
