"""Columns of texts, as CSV holds them -> columns as an insert sends them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.imports.files.json_values import json_values, parsed
from elanus.service.imports.files.refused import converted

_KINDS: Mapping[DataType, pa.DataType] = {
    DataType.BOOL: pa.bool_(),
    DataType.INT8: pa.int64(),
    DataType.INT16: pa.int64(),
    DataType.INT32: pa.int64(),
    DataType.INT64: pa.int64(),
    DataType.FLOAT: pa.float64(),
    DataType.DOUBLE: pa.float64(),
    DataType.VARCHAR: pa.large_string(),
    DataType.GEOMETRY: pa.large_string(),
    DataType.JSON: pa.large_binary(),
}
"""What texts become; all else is JSON in a text."""


def values_of_texts(field: Field, texts: pa.Array, null_text: str) -> pa.Array:
    """The values of a field; ``null_text`` is NULL where a row may be without. Raises ImportFailed naming the row."""
    if field.may_be_missing or field.is_dynamic:
        texts = pc.if_else(pc.equal(texts, null_text), None, texts)
    kind = _KINDS.get(field.type)
    if kind is None:
        return json_values(field, parsed(field, texts.to_pylist()))
    return converted(field, texts, lambda some: some.cast(kind))
