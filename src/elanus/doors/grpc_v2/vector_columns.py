"""Columns of vectors: FieldData -> Arrow and back, without a loop over values.

A dense vector travels as one block of little-endian numbers, a sparse one as a run of (index, value) pairs per row.
Both ways are packed: a row that is NULL sends nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.packed import write_floats
from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import dense_type
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.field import Field
from elanus.schema.sparse import PAIR_BYTES, SparseRows, from_wire
from elanus.schema.types import DataType
from elanus.segment.vectors import matrix_of, sparse_column, sparse_rows_of

_SLOTS: dict[DataType, tuple[str, npt.DTypeLike]] = {
    DataType.FLOAT_VECTOR: ("float_vector", np.float32),
    DataType.FLOAT16_VECTOR: ("float16_vector", np.float16),
    DataType.BFLOAT16_VECTOR: ("bfloat16_vector", np.uint16),
    DataType.INT8_VECTOR: ("int8_vector", np.int8),
    DataType.BINARY_VECTOR: ("binary_vector", np.uint8),
    DataType.SPARSE_FLOAT_VECTOR: ("sparse_float_vector", np.float32),
}
"""Where a message holds vectors of each type, and what its bytes are."""

_HALVES = frozenset({DataType.FLOAT16_VECTOR, DataType.BFLOAT16_VECTOR})


def read_vectors(kind: DataType, field: Message) -> pa.Array:
    """The vectors of an insert in the storage type of the dimension sent; float32 sent for halves is rounded.

    Raises ParameterInvalid when they are of another type or no whole number of vectors, Rejected for a sparse one.
    """
    slot, _ = _SLOTS[kind]
    sent = field.vectors.WhichOneof("data")
    if sent not in (slot, None) and not (sent == "float_vector" and kind in _HALVES):
        name = slot.replace("_", " ")
        raise ParameterInvalid(
            f"{name} field '{field.field_name}' is illegal, array type mismatch:"
            f" invalid parameter[expected=need {name}][actual=got {sent.replace('_', ' ')}]"
        )
    return _sparse(field) if kind is DataType.SPARSE_FLOAT_VECTOR else _dense(kind, field)


def write_vectors(message: Message, field: Field, values: pa.Array) -> None:
    """The vectors of a reply. values  in the field's storage type."""
    values = values.drop_null() if values.null_count else values
    if field.type is DataType.SPARSE_FLOAT_VECTOR:
        _write_sparse(message, sparse_rows_of(values))
    else:
        _write_dense(message, field, matrix_of(values))


def _dense(kind: DataType, field: Message) -> pa.Array:
    flat, dim = _numbers(kind, field), field.vectors.dim
    width = dim // 8 if kind is DataType.BINARY_VECTOR else dim
    if width <= 0 or len(flat) % width or (kind is DataType.BINARY_VECTOR and dim % 8):
        raise ParameterInvalid(
            f"the length ({len(flat)}) of field data({field.field_name}) is not a multiple of its dim ({dim}):"
            " invalid parameter"
        )
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), type=dense_type(kind, dim))


def _numbers(kind: DataType, field: Message) -> npt.NDArray[Any]:
    """Every number sent, one vector after the other, in the storage type."""
    if kind is not DataType.FLOAT_VECTOR and field.vectors.WhichOneof("data") != "float_vector":
        return _from_bytes(kind, field)
    floats = np.array(field.vectors.float_vector.data, dtype=np.float32)
    if kind is DataType.FLOAT_VECTOR:
        return floats
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused with its row
        return bfloat16_of(floats) if kind is DataType.BFLOAT16_VECTOR else floats.astype(np.float16)


def _from_bytes(kind: DataType, field: Message) -> npt.NDArray[Any]:
    slot, number = _SLOTS[kind]
    content: bytes = getattr(field.vectors, slot)
    if len(content) % np.dtype(number).itemsize:
        raise ParameterInvalid(
            f"the length ({len(content)} bytes) of field data({field.field_name}) is not a whole number of"
            f" {np.dtype(number).itemsize}-byte values: invalid parameter"
        )
    return np.frombuffer(content, np.dtype(number).newbyteorder("<"))


def _sparse(field: Message) -> pa.Array:
    return sparse_column(sparse_rows(field.vectors.sparse_float_vector.contents))


def sparse_rows(contents: Any) -> SparseRows:
    """Sparse vectors off the wire. Raises Rejected for one that is no run of pairs."""
    rows: list[bytes] = list(contents)
    for length in map(len, rows):
        if length % PAIR_BYTES:
            raise Rejected(f"invalid data length in sparse float vector: {length}")
    return from_wire(rows)


def _write_dense(message: Message, field: Field, rows: npt.NDArray[Any]) -> None:
    message.vectors.dim = field.dim
    if field.type is DataType.FLOAT_VECTOR:
        write_floats(message.vectors.float_vector, rows.reshape(-1))
    else:
        content = rows.astype(rows.dtype.newbyteorder("<"), copy=False).tobytes()
        setattr(message.vectors, _SLOTS[field.type][0], content)


def _write_sparse(message: Message, rows: SparseRows) -> None:
    sparse = message.vectors.sparse_float_vector
    sparse.contents.extend(rows.to_wire())
    packed = rows.packed()
    sparse.dim = message.vectors.dim = int(packed.indices.max()) + 1 if len(packed.indices) else 0
