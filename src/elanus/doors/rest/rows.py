"""Rows as JSON objects -> columns as the service takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson
import pyarrow as pa

from elanus.errors import RowsUnreadable
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.rows.block import SentColumn
from elanus.service.rows.json_columns import json_column

Row: TypeAlias = Mapping[str, Any]

_REFUSAL = "fail to deal the insert data, error: "


def sent_columns(schema: CollectionSchema, rows: Sequence[Row]) -> list[SentColumn]:
    """A column for every field that any row has, NULL where a row has none; undeclared keys go to the dynamic field.

    raises  RowsUnreadable
    """
    _check_are_objects(rows)
    sent: set[str] = set().union(*rows)
    columns = [_column(field, [row.get(field.name) for row in rows]) for field in schema.user_fields
               if field.name in sent]  # fmt: skip
    undeclared = sent.difference(schema.by_name)
    if undeclared:
        columns.append(_dynamic(schema, rows, undeclared))
    return columns


def check_same_fields(rows: Sequence[Row]) -> None:
    """A partial update changes the same fields in every row. Raises RowsUnreadable."""
    _check_are_objects(rows)
    for place, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            raise RowsUnreadable(f"{_REFUSAL}row {place} of a partial update has other fields than row 0")


def _check_are_objects(rows: Sequence[Row]) -> None:
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise RowsUnreadable(f"{_REFUSAL}row {place} is no JSON object")


def _column(field: Field, values: list[Any]) -> SentColumn:
    try:
        return SentColumn(field.name, field.type, json_column(field, values))
    except KeyError:
        raise RowsUnreadable(
            f"{_REFUSAL}data type {field.type.milvus_name} is not implemented by Elanus yet, field: {field.name}"
        ) from None
    except (ValueError, TypeError, OverflowError) as wrong:  # Arrow's are among them
        raise RowsUnreadable(f"{_REFUSAL}field {field.name} of type {field.type.milvus_name}: {wrong}") from None


def _dynamic(schema: CollectionSchema, rows: Sequence[Row], undeclared: Iterable[str]) -> SentColumn:
    if schema.dynamic is None:
        names = ", ".join(sorted(undeclared))
        raise RowsUnreadable(f"{_REFUSAL}has pass more field without dynamic schema, please check it: {names}")
    declared = schema.by_name
    objects = [orjson.dumps({key: value for key, value in row.items() if key not in declared}) for row in rows]
    return SentColumn(schema.dynamic.name, DataType.JSON, pa.array(objects, pa.large_binary()), is_dynamic=True)
