"""Vector columns to Arrow and back, packed as pymilvus packs them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from elanus.doors.grpc_v2.columns import sent_columns
from elanus.doors.grpc_v2.messages import schema_pb2
from elanus.doors.grpc_v2.results import field_data
from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import arrow_type
from elanus.schema.bfloat16 import bfloat16_of, floats_of
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.segment.vectors import sparse_column, vectors_of

SLOTS = {
    DataType.FLOAT_VECTOR: ("float_vector", np.float32),
    DataType.FLOAT16_VECTOR: ("float16_vector", np.float16),
    DataType.BFLOAT16_VECTOR: ("bfloat16_vector", np.uint16),
    DataType.INT8_VECTOR: ("int8_vector", np.int8),
    DataType.BINARY_VECTOR: ("binary_vector", np.uint8),
}
PAIRS = np.dtype([("index", "<u4"), ("value", "<f4")])


def _field(kind, **more):
    return Field(id=100, name="f", type=kind, **more)


def _column(field, matrix):
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), type=arrow_type(field))


def _sent(kind, dim, slot, content, rows=1):
    message = schema_pb2.FieldData(type=int(kind), field_name="f")
    message.vectors.dim = dim
    if slot == "float_vector":
        message.vectors.float_vector.data.extend(content)
    else:
        setattr(message.vectors, slot, content)
    return sent_columns([message], rows)[0].values


@pytest.mark.parametrize("kind", SLOTS)
def test_dense_vectors_round_trip_bit_for_bit(kind):
    slot, numbers = SLOTS[kind]
    field = _field(kind, dim=16)
    width = 2 if kind is DataType.BINARY_VECTOR else 16
    matrix = np.random.default_rng(0).integers(0, 100, (5, width)).astype(numbers)
    values = _column(field, matrix)
    message = field_data(field, values)
    assert message.vectors.dim == 16
    assert message.vectors.WhichOneof("data") == slot
    (column,) = sent_columns([message], 5)
    assert column.values.equals(values)
    (sliced,) = sent_columns([field_data(field, values.slice(2, 2))], 2)
    assert np.array_equal(vectors_of(sliced.values), matrix[2:4])


def test_bytes_are_those_of_the_protocol():
    message = field_data(_field(DataType.FLOAT16_VECTOR, dim=2), pa.array([[1.5, -2]], arrow_type(_field(102, dim=2))))
    assert message.vectors.float16_vector == np.array([1.5, -2], "<f2").tobytes()


def test_sparse_vectors_round_trip():
    rows = [[(1, 0.5), (7, 2.0)], [], [(0, 1.0)]]
    contents = [np.array(row, PAIRS).tobytes() for row in rows]
    message = schema_pb2.FieldData(type=int(DataType.SPARSE_FLOAT_VECTOR), field_name="f")
    message.vectors.sparse_float_vector.contents.extend(contents)
    (column,) = sent_columns([message], 3)
    assert [[(e["index"], e["value"]) for e in row] for row in column.values.to_pylist()] == rows
    field = _field(DataType.SPARSE_FLOAT_VECTOR)
    assert column.values.type == arrow_type(field)
    reply = field_data(field, column.values).vectors
    assert list(reply.sparse_float_vector.contents) == contents
    assert (reply.dim, reply.sparse_float_vector.dim) == (8, 8)
    sliced = field_data(field, column.values.slice(1, 2)).vectors.sparse_float_vector
    assert list(sliced.contents) == contents[1:]
    assert sliced.dim == 1


def test_sparse_rows_without_entries_have_no_dimension():
    empty = sparse_column(vectors_of(pa.array([[]], arrow_type(_field(DataType.SPARSE_FLOAT_VECTOR)))))
    assert field_data(_field(DataType.SPARSE_FLOAT_VECTOR), empty).vectors.sparse_float_vector.dim == 0


@pytest.mark.parametrize("kind", [DataType.FLOAT16_VECTOR, DataType.BFLOAT16_VECTOR])
def test_float32_for_halves_is_rounded(kind):
    numbers = np.array([[1.0, 1 / 3], [65519.0, 1e6]], np.float32)
    found = vectors_of(_sent(kind, 2, "float_vector", numbers.reshape(-1).tolist(), 2))
    if kind is DataType.FLOAT16_VECTOR:
        with np.errstate(over="ignore"):
            assert np.array_equal(found, numbers.astype(np.float16))
    else:
        assert np.array_equal(found, bfloat16_of(numbers))
        assert np.allclose(floats_of(found), numbers, rtol=2**-8)


def test_vectors_of_a_broken_length():
    with pytest.raises(ParameterInvalid, match=r"length \(2\) of field data\(f\) is not a multiple of its dim \(3\)"):
        _sent(DataType.FLOAT_VECTOR, 3, "float_vector", [1, 2])
    with pytest.raises(ParameterInvalid, match=r"length \(3\) .* multiple of its dim \(4\)"):
        _sent(DataType.INT8_VECTOR, 4, "int8_vector", bytes(3))
    with pytest.raises(ParameterInvalid, match=r"3 bytes\) of field data\(f\) is not a whole number of 2-byte values"):
        _sent(DataType.FLOAT16_VECTOR, 1, "float16_vector", bytes(3))
    with pytest.raises(ParameterInvalid, match=r"multiple of its dim \(12\)"):
        _sent(DataType.BINARY_VECTOR, 12, "binary_vector", bytes(3))
    message = schema_pb2.FieldData(type=int(DataType.SPARSE_FLOAT_VECTOR), field_name="f")
    message.vectors.sparse_float_vector.contents.append(bytes(7))
    with pytest.raises(Rejected, match=r"^invalid data length in sparse float vector: 7$"):
        sent_columns([message], 1)


def test_vectors_of_another_type_than_said():
    text = r"^int8 vector field 'f' is illegal, array type mismatch: .*need int8 vector.*got float vector"
    with pytest.raises(ParameterInvalid, match=text):
        _sent(DataType.INT8_VECTOR, 2, "float_vector", [1, 2])
