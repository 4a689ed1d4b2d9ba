"""Array fields in answers, as Milvus writes them: as the message of the elements, ``{"Data": {"LongData": ...}}``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from elanus.schema.types import DataType

_MESSAGES = {
    DataType.BOOL: "BoolData",
    DataType.INT64: "LongData",
    DataType.FLOAT: "FloatData",
    DataType.DOUBLE: "DoubleData",
    DataType.VARCHAR: "StringData",
    DataType.STRING: "StringData",
}
"""The narrower integers are ``IntData``."""


def written_arrays(element: DataType, column: pa.Array) -> list[Any]:
    """One object per row, None for NULL; an empty array has no ``data``, as nothing empty is written in Go."""
    message = _MESSAGES.get(element, "IntData")
    return [None if row is None else _written(message, row) for row in _elements(column)]


def _elements(column: pa.Array) -> list[Any]:
    """float32 as such, which is written with as many digits as it has."""
    rows: list[Any] = column.to_pylist()
    if column.type.value_type != pa.float32():
        return rows
    return [None if row is None else np.array(row, np.float32) for row in rows]


def _written(message: str, elements: Any) -> dict[str, Any]:
    return {"Data": {message: {"data": elements} if len(elements) else {}}}
