"""How a field becomes an Arrow column: the one table of storage types.

Every block of rows, in memory, in the log and on disk, is a RecordBatch with :func:`row_schema`: the fields of the
collection by name, then ``$ts``, the hybrid timestamp of the commit that inserted the row.
"""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import pyarrow as pa

from elanus.errors import SchemaInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.geometry import wkb_of_texts
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
    DataType.GEOMETRY: pa.large_binary(),
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

    JSON is its UTF-8 bytes, a geometry its WKB, a dense vector a fixed-size list, so that a column is an (n, dim)
    matrix without a copy (:func:`elanus.segment.vectors.vectors_of`).
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


def default_of(field: Field) -> pa.Scalar:
    """The default of a field that has one, in its storage type."""
    if field.type is DataType.GEOMETRY:
        return wkb_of_texts(pa.array([field.default], pa.large_string()))[0]
    return pa.scalar(field.default, arrow_type(field))


def nulls(field: Field, count: int) -> pa.Array:
    """So many NULLs of a field, in memory that is never touched, so it takes none; zeros lie under them."""
    kind = arrow_type(field)
    validity = _zeros(count)
    if pa.types.is_fixed_size_list(kind):
        numbers = count * kind.list_size
        under = pa.Array.from_buffers(kind.value_type, numbers, [None, _zeros(numbers * kind.value_type.bit_width)])
        return pa.Array.from_buffers(kind, count, [validity], count, children=[under])
    if pa.types.is_large_list(kind):
        entries = pa.array([], kind.value_type)
        return pa.Array.from_buffers(kind, count, [validity, _zeros((count + 1) * 64)], count, children=[entries])
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return pa.Array.from_buffers(kind, count, [validity, _zeros((count + 1) * 64), pa.py_buffer(b"")], count)
    return pa.Array.from_buffers(kind, count, [validity, _zeros(count * kind.bit_width)], count)


def _zeros(bits: int) -> pa.Buffer:
    return pa.py_buffer(np.zeros((bits + 7) // 8, np.uint8))


def missing(field: Field, count: int) -> pa.Array:
    """What so many rows hold of a field they were not given: its default, no dynamic keys, or NULL."""
    if field.is_dynamic:
        return pa.repeat(pa.scalar(b"{}", arrow_type(field)), count)
    if field.default is not None:
        return pa.repeat(default_of(field), count)
    return nulls(field, count)


def holds(names: Container[str], field: Field, written_ts: int) -> bool:
    """Whether rows with columns of these names, written at that time, hold the field.

    A column of its name that was written before the field came is that of another field, dropped since.
    """
    return field.since <= written_ts and field.name in names


def filled(rows: pa.RecordBatch, schema: CollectionSchema, written_ts: int) -> pa.RecordBatch:
    """Rows written at that time with the columns of this schema: those of dropped fields go, added ones come.

    ``$ts`` stays the last where it is among them.
    """
    there = rows.schema
    held = {field.name for field in schema.fields if holds(there.names, field, written_ts)}
    kept = [name for name in there.names if name in held or name == TIMESTAMP_COLUMN]
    if len(held) == len(schema.fields) and kept == there.names:
        return rows
    fields = [there.field(f.name) if f.name in held else _arrow_field(f) for f in schema.fields]
    columns = [rows.column(f.name) if f.name in held else missing(f, rows.num_rows) for f in schema.fields]
    if TIMESTAMP_COLUMN in there.names:
        fields.append(there.field(TIMESTAMP_COLUMN))
        columns.append(rows.column(TIMESTAMP_COLUMN))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def row_schema(schema: CollectionSchema) -> pa.Schema:
    """Arrow schema of a block of rows of this collection."""
    return pa.schema([*map(_arrow_field, schema.fields), pa.field(TIMESTAMP_COLUMN, pa.uint64(), nullable=False)])


def _arrow_field(field: Field) -> pa.Field:
    return pa.field(field.name, arrow_type(field), nullable=field.nullable)
