"""Blocks of numbers handed to protobuf as bytes: a packed repeated float is exactly the little-endian array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.doors.grpc_v2.messages import Message

_LENGTH_DELIMITED_FIELD_1 = b"\x0a"


def write_floats(message: Message, values: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> None:
    """Appends floats to a FloatArray (or doubles to a DoubleArray) as one block of bytes."""
    block = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
    message.MergeFromString(_LENGTH_DELIMITED_FIELD_1 + _varint(len(block)) + block)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
