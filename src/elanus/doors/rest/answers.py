"""Columns of a result -> rows as JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from elanus.doors.rest.arrays import written_arrays
from elanus.doors.rest.vectors import written_vectors
from elanus.schema.field import Field
from elanus.schema.geometry import texts_of
from elanus.schema.types import DataType
from elanus.search.requests import QueryResult, SearchResult

COUNT = "count(*)"
KEY_OF_A_HIT = "id"
"""A hit shows its primary key under this name, whatever the field is called."""


class Answers:
    """Writes rows. int64_as_text  for clients whose numbers are doubles."""

    def __init__(self, *, int64_as_text: bool = False) -> None:
        self._int64_as_text = int64_as_text

    def queried(self, result: QueryResult) -> list[dict[str, Any]]:
        """One object per row."""
        if result.count is not None:
            return [{COUNT: result.count}]
        return self._rows(result, {}, result.columns)

    def searched(self, result: SearchResult) -> list[dict[str, Any]]:
        """One object per hit, of all queries one after the other.

        It holds the primary key, as ``id`` and under its own name, ``distance`` and the output fields. A field that is
        no primary key and called ``id`` is hidden by it, as in Milvus.
        """
        ids = self.ids(result.ids)
        found = {result.primary_name: ids, "distance": list(result.scores)}
        rest = {name: column for name, column in result.columns.items() if name != result.primary_name}
        rows = self._rows(result, found, rest)
        if result.primary_name == KEY_OF_A_HIT:
            return rows
        return [{**row, KEY_OF_A_HIT: key} for row, key in zip(rows, ids, strict=True)]

    def ids(self, ids: Any) -> list[Any]:
        """Primary keys, an int64 or text array."""
        values = ids.tolist() if isinstance(ids, np.ndarray) else ids.to_pylist()
        return list(map(str, values)) if self._int64_as_text else values

    def _rows(
        self, result: QueryResult | SearchResult, found: Mapping[str, Sequence[Any]], columns: Mapping[str, pa.Array]
    ) -> list[dict[str, Any]]:
        values = dict(found)
        dynamic: list[dict[str, Any]] | None = None
        for name, column in columns.items():
            field = result.schema.by_name[name]
            if field.is_dynamic:
                dynamic = _dynamic(column, result.dynamic_keys)
            else:
                values[name] = self._values(field, column)
        rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
        if dynamic is None:
            return rows
        return [row | keys for row, keys in zip(rows, dynamic, strict=True)]

    def _values(self, field: Field, column: pa.Array) -> list[Any]:
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if field.type is DataType.INT64 and self._int64_as_text:
            return [None if value is None else str(value) for value in column.to_pylist()]
        if field.is_vector:
            return written_vectors(field.type, column)
        if field.type is DataType.ARRAY:
            return written_arrays(field.element_type, column)
        values: list[Any] = _WRITERS.get(field.type, pa.Array.to_pylist)(column)
        return values


def _dynamic(column: pa.Array, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The undeclared keys of each row, or those asked for. Each text must be parsed, so a loop over rows remains."""
    objects = [orjson.loads(text or b"{}") for text in column.to_pylist()]
    if not keys:
        return objects
    return [{key: row[key] for key in keys if key in row} for row in objects]


def _floats(column: pa.Array) -> list[Any]:
    """As float32, which is written with as many digits as it has."""
    values = column.to_numpy(zero_copy_only=False).astype(np.float32)
    return [
        value if valid else None
        for value, valid in zip(values, column.is_valid().to_numpy(zero_copy_only=False), strict=True)
    ]


def _json(column: pa.Array) -> list[Any]:
    return [None if text is None else text.decode() for text in column.to_pylist()]


def _shapes(column: pa.Array) -> list[Any]:
    return list(texts_of(column).to_pylist())


_WRITERS: dict[DataType, Callable[[pa.Array], list[Any]]] = {
    DataType.FLOAT: _floats,
    DataType.JSON: _json,
    DataType.GEOMETRY: _shapes,
}
"""Everything else is written as Arrow gives it."""
