"""Values of JSON -> the values of a field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import pyarrow as pa

from elanus.schema.arrow import nulls
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.imports.files.refused import converted, refusal
from elanus.service.rows.json_columns import json_column


def json_values(field: Field, values: list[Any]) -> pa.Array:
    """NULL where a value is None. Raises ImportFailed naming the row."""
    if not any(value is not None for value in values):
        return nulls(field, len(values))
    if field.is_vector and field.type is not DataType.SPARSE_FLOAT_VECTOR:
        _check_dims(field, values)
    return converted(field, values, lambda some: json_column(field, some))


def parsed(field: Field, texts: Iterable[str | bytes | None]) -> list[Any]:
    """What each text says; None stays None. Raises ImportFailed naming the row."""
    found: list[Any] = []
    for text in texts:
        try:
            found.append(None if text is None else orjson.loads(text))
        except orjson.JSONDecodeError as wrong:
            raise refusal(field, len(found), f"{text!r:.80} is no JSON: {wrong}") from None
    return found


def _check_dims(field: Field, values: list[Any]) -> None:
    per_number = 8 if field.type is DataType.BINARY_VECTOR else 1
    for row, value in enumerate(values):
        if isinstance(value, list) and len(value) * per_number != field.dim:
            raise refusal(field, row, f"expected dim '{field.dim}', got dim '{len(value) * per_number}'")
