"""A small collection to filter, as rows and as columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
import pyarrow as pa

from elanus.filter import compile_filter
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import Field
from elanus.schema.types import DataType

T = TypeVar("T")
Row = Mapping[str, Any]

SCHEMA = CollectionSchema(
    "books",
    (
        Field(100, "pk", DataType.INT64, is_primary=True),
        Field(101, "flag", DataType.BOOL, nullable=True),
        Field(102, "tiny", DataType.INT8, nullable=True),
        Field(103, "num", DataType.INT64, nullable=True),
        Field(104, "single", DataType.FLOAT, nullable=True),
        Field(105, "price", DataType.DOUBLE, nullable=True),
        Field(106, "title", DataType.VARCHAR, max_length=64, nullable=True),
        Field(107, "info", DataType.JSON, nullable=True),
        Field(108, "tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_length=16, nullable=True),
        Field(109, "marks", DataType.ARRAY, element_type=DataType.INT32, nullable=True),
        Field(110, "shelf", DataType.VARCHAR, max_length=16, is_partition_key=True),
        Field(111, "vector", DataType.FLOAT_VECTOR, dim=2),
        dynamic_field(112),
    ),
)
STRICT_SCHEMA = CollectionSchema("books", SCHEMA.fields[:-1])


class RowColumns:
    """The rows as the columns a predicate reads."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.row_count = len(rows)
        self._columns = {f.name: _column(f, rows) for f in SCHEMA.fields if not f.is_vector}
        self._derived: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        return self._columns[name]

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        if key not in self._derived:
            self._derived[key] = compute()
        return self._derived[key]


def matching(text: str, rows: Sequence[Row], **templates: Any) -> list[int]:
    """Positions of the rows for which the filter holds."""
    return compile_filter(text, SCHEMA, templates).mask(RowColumns(rows)).nonzero()[0].tolist()


def holding(text: str, name: str, values: Sequence[Any], **templates: Any) -> list[Any]:
    """Those of the values of one field for which the filter holds."""
    return [values[row] for row in matching(text, [{name: value} for value in values], **templates)]


def _column(field: Field, rows: Sequence[Row]) -> pa.Array:
    values = [row.get(field.name) for row in rows]
    if field.type is DataType.JSON:
        values = [None if value is None else orjson.dumps(value) for value in values]
    # One row more, then cut off: columns of a segment may be slices.
    return pa.array([None, *values], arrow_type(field))[1:]
