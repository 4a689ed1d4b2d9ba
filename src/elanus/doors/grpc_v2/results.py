"""The columns of a reply: Arrow -> FieldData, without a loop over values.

Scalars are full length, with a filler and ``valid_data`` where a value is NULL; vectors are packed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.doors.grpc_v2.messages import SCALAR_SLOTS, Message, schema_pb2
from elanus.doors.grpc_v2.packed import write_floats
from elanus.doors.grpc_v2.vector_columns import write_vectors
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.geometry import texts_of
from elanus.schema.types import DataType


def fields_data(schema: CollectionSchema, columns: Mapping[str, pa.Array]) -> list[Message]:
    """One FieldData per column, in order."""
    return [field_data(schema.by_name[name], values) for name, values in columns.items()]


def field_data(field: Field, values: pa.Array) -> Message:
    """A column of a reply. values  in the field's storage type."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    message = schema_pb2.FieldData(
        type=int(field.type), field_name=field.name, field_id=field.id, is_dynamic=field.is_dynamic
    )
    if field.is_dynamic:
        values = pc.fill_null(values, b"{}")
    elif field.may_be_missing:
        message.valid_data.extend(values.is_valid().to_numpy(zero_copy_only=False).tolist())
    write = write_vectors if field.is_vector else _WRITERS[field.type]
    write(message, field, values)
    return message


def int64_column(name: str, values: list[int]) -> Message:
    """A column of a reply that is no field, such as ``count(*)``."""
    message = schema_pb2.FieldData(type=int(DataType.INT64), field_name=name)
    message.scalars.long_data.data.extend(values)
    return message


def write_ids(message: Message, ids: npt.NDArray[np.int64] | pa.Array) -> None:
    """Primary keys into an IDs message."""
    if isinstance(ids, np.ndarray):
        message.int_id.data.extend(ids.tolist())
    elif pa.types.is_integer(ids.type):
        message.int_id.data.extend(ids.to_numpy().tolist())
    else:
        message.str_id.data.extend(ids.to_pylist())


def _plain(attribute: str, filler: Any) -> Callable[[Message, Field, pa.Array], None]:
    def write(message: Message, _field: Field, values: pa.Array) -> None:
        full = pc.fill_null(values, filler) if values.null_count else values
        getattr(message.scalars, attribute).data.extend(full.to_numpy(zero_copy_only=False).tolist())

    return write


def _floats(attribute: str) -> Callable[[Message, Field, pa.Array], None]:
    def write(message: Message, _field: Field, values: pa.Array) -> None:
        full = pc.fill_null(values, 0.0) if values.null_count else values
        write_floats(getattr(message.scalars, attribute), full.to_numpy(zero_copy_only=False))

    return write


def _shapes(message: Message, _field: Field, values: pa.Array) -> None:
    message.scalars.geometry_wkt_data.data.extend(pc.fill_null(texts_of(values), "").to_pylist())


def _arrays(message: Message, field: Field, values: pa.Array) -> None:
    """Each row is a message of its own, so here a loop over rows remains."""
    attribute = SCALAR_SLOTS[field.element_type]
    message.scalars.array_data.element_type = int(field.element_type)
    rows = message.scalars.array_data.data
    for row in values.to_pylist():
        getattr(rows.add(), attribute).data.extend(row or ())


_WRITERS: dict[DataType, Callable[[Message, Field, pa.Array], None]] = {
    DataType.BOOL: _plain("bool_data", False),
    DataType.INT8: _plain("int_data", 0),
    DataType.INT16: _plain("int_data", 0),
    DataType.INT32: _plain("int_data", 0),
    DataType.INT64: _plain("long_data", 0),
    DataType.FLOAT: _floats("float_data"),
    DataType.DOUBLE: _floats("double_data"),
    DataType.VARCHAR: _plain("string_data", ""),
    DataType.JSON: _plain("json_data", b"null"),
    DataType.GEOMETRY: _shapes,
    DataType.ARRAY: _arrays,
}
