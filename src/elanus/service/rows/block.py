"""From the columns of an insert to one checked block of rows, column by column.

source  Milvus 2.6 proxy: checks and texts of Insert and Upsert
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import arrow_type, default_of, missing
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import DataType
from elanus.segment.computed import computed
from elanus.service.rows.values import checked_column


@dataclass(frozen=True, slots=True)
class SentColumn:
    """A column as a door decoded it.

    values     one per row, NULL where the client left it out or sent none; integers may be wider than the field's
            type, vectors are fixed-size lists of the sent dimension, JSON is its bytes, a geometry WKT or WKB
    read_back   they are what rows hold already, and need no look at them
    """

    name: str
    type: DataType
    values: pa.Array
    is_dynamic: bool = False
    read_back: bool = False


def checked_rows(
    schema: CollectionSchema, columns: Sequence[SentColumn], row_count: int, *, key: bool
) -> pa.RecordBatch:
    """The rows in storage types, in the schema's order, defaults filled in, functions computed.

    key  whether the primary key is among them; an auto-id key that the server makes is absent
    """
    if row_count <= 0:
        raise ParameterInvalid(
            "num_rows should be greater than 0: invalid parameter[expected=invalid num_rows][actual=0]"
        )
    sent = sent_by_name(schema, columns, row_count)
    fields = [field for field in schema.fields if key or not field.is_primary]
    given = [field for field in fields if not field.is_function_output]
    columns_by_name = {field.name: _column(schema, field, sent.get(field.name), row_count) for field in given}
    columns_by_name |= computed(schema, columns_by_name.__getitem__)
    types = [pa.field(field.name, arrow_type(field), nullable=field.nullable) for field in fields]
    return pa.RecordBatch.from_arrays([columns_by_name[field.name] for field in fields], schema=pa.schema(types))


def sent_by_name(schema: CollectionSchema, columns: Sequence[SentColumn], row_count: int) -> dict[str, SentColumn]:
    """Each column by the field it fills. Raises Rejected, ParameterInvalid: no such field, type or number of rows."""
    sent: dict[str, SentColumn] = {}
    for column in columns:
        name = DYNAMIC_FIELD_NAME if column.is_dynamic else column.name
        if name in sent:
            raise ParameterInvalid(f"duplicated field {name} found: invalid parameter")
        if name not in schema.by_name:
            raise Rejected(f"fieldName {name} not exist in collection schema, collection: {schema.name}")
        if schema.by_name[name].is_function_output:
            raise ParameterInvalid(
                f"field {name} is the output of a function and computed from its input: leave it out: invalid parameter"
            )
        _check_fits(schema.by_name[name], column, row_count)
        sent[name] = column
    return sent


def filled_column(schema: CollectionSchema, field: Field, column: SentColumn) -> pa.Array:
    """What was sent for the field, checked, in its storage type, NULL only where it may be. Raises ParameterInvalid."""
    return _without_gaps(field, column.values if column.read_back else checked_column(schema, field, column.values))


def _column(schema: CollectionSchema, field: Field, column: SentColumn | None, row_count: int) -> pa.Array:
    return _missing_column(field, row_count) if column is None else filled_column(schema, field, column)


def _check_fits(field: Field, column: SentColumn, row_count: int) -> None:
    if len(column.values) != row_count:
        raise ParameterInvalid(
            f"the num_rows ({len(column.values)}) of field ({field.name}) is not equal to passed num_rows"
            f" ({row_count}): invalid parameter[expected={row_count}][actual={len(column.values)}]"
        )
    if column.type is not field.type:
        raise ParameterInvalid(
            f"field ({field.name}) has data type {field.type.milvus_name}, but data of type"
            f" {column.type.milvus_name} was sent: invalid parameter"
        )


def _missing_column(field: Field, row_count: int) -> pa.Array:
    if field.may_be_missing:
        return missing(field, row_count)
    raise ParameterInvalid(f"fieldSchema({field.name}) has no corresponding fieldData pass in: invalid parameter")


def _without_gaps(field: Field, values: pa.Array) -> pa.Array:
    """NULL becomes the default; where there is none it must be allowed."""
    if not values.null_count:
        return values
    if field.is_dynamic:
        return pc.fill_null(values, b"{}")
    if field.default is not None:
        return pc.fill_null(values, default_of(field))
    if field.nullable:
        return values
    row = values.is_null().index(True).as_py()
    raise ParameterInvalid(
        f"the field {field.name} is not nullable and has no default value, but row {row} has none: invalid parameter"
    )
