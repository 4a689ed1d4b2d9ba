"""Columns to Arrow and back, packed as pymilvus packs them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from elanus.doors.grpc_v2.columns import sent_columns
from elanus.doors.grpc_v2.messages import schema_pb2
from elanus.doors.grpc_v2.packed import write_floats
from elanus.doors.grpc_v2.results import field_data, write_ids
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.schema.arrow import arrow_type
from elanus.schema.field import Field
from elanus.schema.geometry import wkb_of_texts
from elanus.schema.types import DataType

VALUES = {
    DataType.BOOL: [True, False, True],
    DataType.INT8: [1, -2, 3],
    DataType.INT16: [1, -2, 3],
    DataType.INT32: [1, -(2**31), 3],
    DataType.INT64: [1, -(2**63), 2**63 - 1],
    DataType.FLOAT: [0.5, -1.25, 3.0],
    DataType.DOUBLE: [0.1, -1e300, 3.0],
    DataType.VARCHAR: ["a", "", "é"],
    DataType.JSON: [b"{}", b"1", b'"x"'],
}


def _field(kind: DataType, **more) -> Field:
    return Field(id=100, name="f", type=kind, **more)


@pytest.mark.parametrize("kind", VALUES)
def test_round_trip(kind):
    field = _field(kind)
    message = field_data(field, pa.array(VALUES[kind], arrow_type(field)))
    assert not message.valid_data
    (column,) = sent_columns([message], 3)
    assert (column.name, column.type) == ("f", kind)
    assert column.values.to_pylist() == VALUES[kind]


@pytest.mark.parametrize("kind", VALUES)
def test_reply_is_full_length_where_a_value_is_null(kind):
    field = _field(kind, nullable=True)
    message = field_data(field, pa.array([None, VALUES[kind][1], None], arrow_type(field)))
    assert list(message.valid_data) == [False, True, False]
    assert sent_columns([message], 3)[0].values.to_pylist() == [None, VALUES[kind][1], None]


def test_request_is_packed_where_a_value_is_missing():
    message = schema_pb2.FieldData(type=int(DataType.INT64), field_name="f", valid_data=[False, True, True, False])
    message.scalars.long_data.data.extend([7, 8])
    assert sent_columns([message], 4)[0].values.to_pylist() == [None, 7, 8, None]


def test_request_with_nothing_but_missing_values():
    message = schema_pb2.FieldData(type=int(DataType.VARCHAR), field_name="f", valid_data=[False, False])
    assert sent_columns([message], 2)[0].values.to_pylist() == [None, None]


def test_request_whose_values_do_not_fit():
    message = schema_pb2.FieldData(type=int(DataType.INT64), field_name="f", valid_data=[False, True, True])
    message.scalars.long_data.data.extend([7])
    with pytest.raises(ParameterInvalid, match=r"the length of valid_data \(3\) of field \(f\)"):
        sent_columns([message], 3)


@pytest.mark.parametrize(
    ("element", "rows"),
    [
        (DataType.INT8, [[1, 2], [], [3]]),
        (DataType.VARCHAR, [["a"], ["b", "c"], []]),
        (DataType.DOUBLE, [[], [0.1], []]),
        (DataType.BOOL, [[True], [], [False]]),
    ],
)
def test_arrays_round_trip(element, rows):
    field = _field(DataType.ARRAY, element_type=element, max_capacity=5, max_length=5)
    message = field_data(field, pa.array(rows, arrow_type(field)))
    assert sent_columns([message], 3)[0].values.to_pylist() == rows


def test_arrays_that_do_not_name_their_element_type():
    message = schema_pb2.FieldData(type=int(DataType.ARRAY), field_name="f")
    message.scalars.array_data.data.add()
    message.scalars.array_data.data.add().string_data.data.extend(["x"])
    assert sent_columns([message], 2)[0].values.to_pylist() == [[], ["x"]]


def test_shapes_come_as_text_or_bytes_and_leave_as_text():
    field = _field(DataType.GEOMETRY, nullable=True)
    texts = pa.array(["POINT (1 2)", None], pa.large_string())
    message = field_data(field, wkb_of_texts(texts))
    assert list(message.scalars.geometry_wkt_data.data) == ["POINT (1 2)", ""]
    (column,) = sent_columns([message], 2)
    assert column.values.equals(texts)
    sent = schema_pb2.FieldData(type=int(DataType.GEOMETRY), field_name="f")
    sent.scalars.geometry_data.data.append(wkb_of_texts(texts)[0].as_py())
    (column,) = sent_columns([sent], 1)
    assert column.values.equals(wkb_of_texts(texts)[:1])


def test_type_to_come_is_named():
    message = schema_pb2.FieldData(type=int(DataType.TIMESTAMPTZ), field_name="when")
    with pytest.raises(NotImplementedYet, match=r"Timestamptz.*when"):
        sent_columns([message], 1)


def test_dynamic_column_without_values_is_filled():
    field = _field(DataType.JSON, is_dynamic=True, nullable=True)
    message = field_data(field, pa.array([None, b'{"a":1}'], pa.large_binary()))
    assert message.is_dynamic
    assert list(message.scalars.json_data.data) == [b"{}", b'{"a":1}']


@pytest.mark.parametrize("count", [0, 1, 31, 32, 5000])
def test_floats_are_written_as_one_block(count):
    values = np.arange(count, dtype=np.float32)
    message = schema_pb2.FloatArray()
    write_floats(message, values)
    assert list(message.data) == values.tolist()


def test_ids_of_both_kinds():
    whole, text, numbers = schema_pb2.IDs(), schema_pb2.IDs(), schema_pb2.IDs()
    write_ids(whole, np.array([3, 1]))
    write_ids(text, pa.array(["b", "a"], pa.large_string()))
    write_ids(numbers, pa.array([5], pa.int64()))
    assert list(whole.int_id.data) == [3, 1]
    assert list(text.str_id.data) == ["b", "a"]
    assert list(numbers.int_id.data) == [5]
