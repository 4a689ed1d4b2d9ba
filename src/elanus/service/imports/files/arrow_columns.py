"""Columns of Arrow, as Parquet and NumPy files hold them -> columns as an insert sends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from elanus.errors import ImportFailed
from elanus.schema.arrow import arrow_type, nulls
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import DataType
from elanus.service.imports.files.dense import dense_values, is_dense
from elanus.service.imports.files.dynamic import dynamic_column, dynamic_texts
from elanus.service.imports.files.json_values import json_values, parsed
from elanus.service.imports.files.refused import converted, refusal
from elanus.service.imports.files.sparse import is_sparse, sparse_values
from elanus.service.rows.block import SentColumn

Is = Callable[[pa.DataType], bool]


def sent_columns(schema: CollectionSchema, rows: pa.RecordBatch, undeclared: Sequence[str]) -> list[SentColumn]:
    """A column for each field that is there; undeclared ones go into the dynamic field. Raises ImportFailed."""
    declared = [field for field in schema.user_fields if field.name in rows.schema.names]
    columns = [SentColumn(field.name, field.type, values_of(field, rows.column(field.name))) for field in declared]
    has_meta = schema.dynamic is not None and DYNAMIC_FIELD_NAME in rows.schema.names
    if undeclared:
        metas = rows.column(DYNAMIC_FIELD_NAME).to_pylist() if has_meta else [None] * rows.num_rows
        columns.append(dynamic_column(metas, _others(rows, undeclared)))
    elif has_meta:
        columns.append(dynamic_texts(values_of(schema.by_name[DYNAMIC_FIELD_NAME], rows.column(DYNAMIC_FIELD_NAME))))
    return columns


def values_of(field: Field, column: pa.Array) -> pa.Array:
    """The values of a field. Raises ImportFailed: of another type, or naming the row that does not fit."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return nulls(field, len(column))
    if field.is_vector:
        return _vectors(field, column)
    if field.type is DataType.ARRAY:
        return _arrays(field, column)
    is_kind, kind, words = _SCALARS[field.type]
    if not is_kind(column.type):
        raise _mismatch(field, words, column.type)
    wanted = kind if not pa.types.is_binary(column.type) else pa.large_binary()
    return converted(field, column, lambda some: some.cast(wanted))


def _vectors(field: Field, column: pa.Array) -> pa.Array:
    if field.type is not DataType.SPARSE_FLOAT_VECTOR:
        if not is_dense(field, column.type):
            raise _mismatch(field, "a list of numbers", column.type)
        return dense_values(field, column)
    if is_sparse(column.type):
        return sparse_values(field, column)
    if not _is_text(column.type):
        raise _mismatch(field, "a string of JSON, or a struct of indices and values", column.type)
    return json_values(field, parsed(field, column.to_pylist()))


def _arrays(field: Field, column: pa.Array) -> pa.Array:
    if not _is_list(column.type):
        raise _mismatch(field, "a list", column.type)
    is_kind, kind, words = _SCALARS[field.element_type]
    if not is_kind(column.type.value_type):
        raise _mismatch(field, f"a list of {words}", column.type)
    if column.flatten().null_count:
        row = next(row for row, one in enumerate(column) if one.is_valid and one.values.null_count)
        raise refusal(field, row, "an element of the array is NULL")
    wanted = pa.large_list(kind) if field.element_type.is_integer else arrow_type(field)
    return converted(field, column, lambda some: some.cast(wanted, safe=field.element_type.is_integer))


def _others(rows: pa.RecordBatch, undeclared: Sequence[str]) -> list[Mapping[str, Any]]:
    """Of each row the undeclared columns that have a value."""
    columns = [rows.column(name).to_pylist() for name in undeclared]
    return [
        {name: value for name, value in zip(undeclared, values, strict=True) if value is not None}
        for values in zip(*columns, strict=True)
    ]


def _mismatch(field: Field, expected: str, found: pa.DataType) -> ImportFailed:
    return ImportFailed(
        f"field '{field.name}' type mis-match, milvus data type '{field.type.milvus_name}', arrow data type get"
        f" '{found}', expected: {expected}"
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_text_or_bytes(kind: pa.DataType) -> bool:
    return _is_text(kind) or bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


_INTEGER = (pa.types.is_integer, pa.int64(), "integers")
_SCALARS: Mapping[DataType, tuple[Is, pa.DataType, str]] = {
    DataType.BOOL: (pa.types.is_boolean, pa.bool_(), "booleans"),
    DataType.INT8: _INTEGER,
    DataType.INT16: _INTEGER,
    DataType.INT32: _INTEGER,
    DataType.INT64: _INTEGER,
    DataType.FLOAT: (_is_number, pa.float64(), "numbers"),
    DataType.DOUBLE: (_is_number, pa.float64(), "numbers"),
    DataType.VARCHAR: (_is_text, pa.large_string(), "strings"),
    DataType.JSON: (_is_text_or_bytes, pa.large_binary(), "strings of JSON"),
    DataType.GEOMETRY: (_is_text_or_bytes, pa.large_string(), "strings of WKT, or bytes of WKB"),
}
"""Of each type: what is taken, what it becomes, and what that is called."""
