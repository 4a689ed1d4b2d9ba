"""Vectors of a call as one matrix, without a loop over rows.

A RowRecord is ``float_data`` (packed) or ``binary_data``: a tag, the number of bytes that follow, the bytes. Rows of
one size therefore begin alike, and joined they are a matrix with the same few bytes before every row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from elanus.errors import VectorsInvalid
from elanus.service.v1.rows import Vectors

_FLOATS, _BYTES = 0x0A, 0x12
"""Tags of the two fields: number 1 and 2, length-delimited."""

_BEGINNING = re.compile(rb"[\x0a\x12](?P<size>[\x80-\xff]{0,4}[\x00-\x7f])")
_FLOAT_BYTES = 4
_SEVEN_BITS = 7
_NO_ROWS = np.empty((0, 0), np.float32)


def matrix_of(records: Sequence[bytes]) -> Vectors:
    """(n, dim) float32, or (n, bytes) uint8 of binary rows. Raises VectorsInvalid."""
    if not len(records):
        return _NO_ROWS
    if len({len(record) for record in records}) > 1:
        raise VectorsInvalid("The vector records have different sizes: all vectors of a call must have the same one.")
    rows = np.frombuffer(b"".join(records), np.uint8).reshape(len(records), -1)
    header = _header(records[0])
    if (rows[:, : len(header)] != np.frombuffer(header, np.uint8)).any():
        raise VectorsInvalid("The vector records are of different kinds: send float vectors or binary ones.")
    values = np.ascontiguousarray(rows[:, len(header) :])
    return values.view("<f4") if header[0] == _FLOATS else values


def records_of(vectors: Vectors) -> list[bytes]:
    """A RowRecord for each row."""
    kind = _BYTES if vectors.dtype == np.uint8 else _FLOATS
    header = bytes([kind]) + _varint(vectors.shape[1] * vectors.itemsize)
    return [header + row.tobytes() for row in vectors]


def _header(record: bytes) -> bytes:
    """What stands before the values. Raises VectorsInvalid for a record that is not one whole field of values."""
    begun = _BEGINNING.match(record)
    if begun is None or len(record) - begun.end() != _number(begun["size"]):
        raise VectorsInvalid("A vector record holds neither packed floats nor bytes alone, or nothing at all.")
    if record[0] == _FLOATS and _number(begun["size"]) % _FLOAT_BYTES:
        raise VectorsInvalid(f"A float vector record of {len(record)} bytes is not a whole number of floats.")
    return begun.group()


def _number(varint: bytes) -> int:
    return sum((byte & 0x7F) << _SEVEN_BITS * place for place, byte in enumerate(varint))


def _varint(number: int) -> bytes:
    """A number as protobuf writes it: seven bits a byte, lowest first, the top bit set on all but the last."""
    out = bytearray()
    while number >> _SEVEN_BITS:
        out.append(number & 0x7F | 0x80)
        number >>= _SEVEN_BITS
    out.append(number)
    return bytes(out)
