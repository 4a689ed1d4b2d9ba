"""The columns of an insert: FieldData -> Arrow, without a loop over values.

Numbers are copied as one block out of a message's repeated field (protobuf offers them as a buffer). Requests are
packed: a field with ``valid_data`` sends only the values that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.schemas import data_type
from elanus.doors.grpc_v2.vector_columns import read_vectors
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.schema.types import DataType
from elanus.service.rows.block import SentColumn


def sent_columns(fields_data: Iterable[Message], row_count: int) -> list[SentColumn]:
    """Every column, one value per row, NULL where none was sent."""
    return [_column(field, row_count) for field in fields_data]


def _column(field: Message, row_count: int) -> SentColumn:
    kind = data_type(field.type)
    if kind.is_vector:
        values = read_vectors(kind, field)
    elif kind in _READERS:
        values = _READERS[kind](field)
    else:
        raise NotImplementedYet(
            f"data type {kind.milvus_name} is not implemented by Elanus yet, field: {field.field_name}"
        )
    if len(field.valid_data):
        values = _spread(values, np.array(field.valid_data, bool), field.field_name)
    elif not len(values) and field.is_dynamic:
        values = pa.nulls(row_count, pa.large_binary())
    return SentColumn(field.field_name, kind, values, field.is_dynamic)


def _spread(values: pa.Array, valid: npt.NDArray[np.bool_], name: str) -> pa.Array:
    """Packed values at the rows that have one; values sent for every row only lose those that are not valid."""
    if len(values) == len(valid):
        places = np.arange(len(valid))
    elif len(values) == np.count_nonzero(valid):
        places = np.cumsum(valid) - 1
    else:
        raise ParameterInvalid(
            f"the length of valid_data ({len(valid)}) of field ({name}) does not fit its {len(values)} values:"
            " invalid parameter"
        )
    return values.take(pa.array(places, mask=~valid))


def _numbers(attribute: str, kind: npt.DTypeLike) -> Callable[[Message], pa.Array]:
    def read(field: Message) -> pa.Array:
        return pa.array(np.array(getattr(field.scalars, attribute).data, dtype=kind))

    return read


def _texts(field: Message) -> pa.Array:
    return pa.array(list(field.scalars.string_data.data), pa.large_string())


def _json(field: Message) -> pa.Array:
    return pa.array(list(field.scalars.json_data.data), pa.large_binary())


def _shapes(field: Message) -> pa.Array:
    """Texts (WKT) as clients send them, or bytes (WKB) as a replica would."""
    if field.scalars.WhichOneof("data") == "geometry_data":
        return pa.array(list(field.scalars.geometry_data.data), pa.large_binary())
    return pa.array(list(field.scalars.geometry_wkt_data.data), pa.large_string())


def _arrays(field: Message) -> pa.Array:
    """Each row is a message of its own, so here a loop over rows remains."""
    element = data_type(field.scalars.array_data.element_type)
    if element not in _ELEMENTS:
        element = _element_sent(field)
    attribute, kind = _ELEMENTS[element]
    rows = [getattr(row, attribute).data for row in field.scalars.array_data.data]
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    flat = [value for row in rows for value in row]
    return pa.LargeListArray.from_arrays(pa.array(ends), pa.array(flat, kind))


def _element_sent(field: Message) -> DataType:
    """The element type of arrays that do not name it, from the first row that has elements."""
    sent = {row.WhichOneof("data") for row in field.scalars.array_data.data} - {None}
    for element, (attribute, _) in _ELEMENTS.items():
        if attribute in sent:
            return element
    return DataType.INT64


_READERS: dict[DataType, Callable[[Message], pa.Array]] = {
    DataType.BOOL: _numbers("bool_data", np.bool_),
    DataType.INT8: _numbers("int_data", np.int32),
    DataType.INT16: _numbers("int_data", np.int32),
    DataType.INT32: _numbers("int_data", np.int32),
    DataType.INT64: _numbers("long_data", np.int64),
    DataType.FLOAT: _numbers("float_data", np.float32),
    DataType.DOUBLE: _numbers("double_data", np.float64),
    DataType.VARCHAR: _texts,
    DataType.JSON: _json,
    DataType.GEOMETRY: _shapes,
    DataType.ARRAY: _arrays,
}

_ELEMENTS: dict[DataType, tuple[str, pa.DataType]] = {
    DataType.BOOL: ("bool_data", pa.bool_()),
    DataType.INT8: ("int_data", pa.int32()),
    DataType.INT16: ("int_data", pa.int32()),
    DataType.INT32: ("int_data", pa.int32()),
    DataType.INT64: ("long_data", pa.int64()),
    DataType.FLOAT: ("float_data", pa.float32()),
    DataType.DOUBLE: ("double_data", pa.float64()),
    DataType.VARCHAR: ("string_data", pa.large_string()),
}
