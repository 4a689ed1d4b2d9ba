"""What gRPC puts into HTTP/2: prefixed messages, time limits, metadata.

source  grpc.io, "gRPC over HTTP2"
"""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from typing import Final

from elanus.doors.http2.head import Field
from elanus.doors.http2.refusal import Refused, Status

ENCODINGS: Final = b"identity,deflate,gzip"
_COMPRESSED = (b"gzip", b"deflate")
_PREFIX = struct.Struct(">BL")
_TIMEOUT = re.compile(rb"([0-9]{1,8})([HMSmun])")
_UNIT_S = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def framed(message: bytes) -> bytes:
    return _PREFIX.pack(0, len(message)) + message


def message_of(body: bytes, encoding: bytes, limit: int) -> bytes:
    """The one message of a request's body.

    limit   bytes a compressed message may become
    raises  Refused: none, several (client streaming), cut off, or in an unknown encoding
    """
    if len(body) < _PREFIX.size:
        raise Refused(Status.INTERNAL, "the request carries no message")
    compressed, size = _PREFIX.unpack_from(body)
    rest = len(body) - _PREFIX.size
    if rest < size:
        raise Refused(Status.INTERNAL, f"the message is cut off: {size:,} bytes announced, {rest:,} came")
    if rest > size:
        raise Refused(Status.UNIMPLEMENTED, "streaming is not implemented: send one message a call")
    message = body[_PREFIX.size :]
    return _decompressed(message, encoding, limit) if compressed else message


def _decompressed(message: bytes, encoding: bytes, limit: int) -> bytes:
    if encoding not in _COMPRESSED:
        known = ENCODINGS.decode()
        raise Refused(Status.UNIMPLEMENTED, f"message encoding {encoding.decode('latin-1')!r}; known are {known}")
    reader = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        data = reader.decompress(message, limit)
    except zlib.error as error:
        raise Refused(Status.INTERNAL, f"the compressed message cannot be read: {error}") from error
    if reader.unconsumed_tail:
        raise too_large(limit)
    if not reader.eof:
        raise Refused(Status.INTERNAL, "the compressed message is cut off")
    return data


def too_large(limit: int) -> Refused:
    return Refused(Status.RESOURCE_EXHAUSTED, f"the request is larger than {limit:,} bytes: send it in parts")


def timeout_s(value: bytes) -> float | None:
    """Seconds of a ``grpc-timeout``; None = no limit. Raises Refused."""
    if not value:
        return None
    found = _TIMEOUT.fullmatch(value)
    if found is None:
        raise Refused(Status.INTERNAL, f"grpc-timeout {value.decode('latin-1')!r} is not up to 8 digits and a unit")
    return int(found[1]) * _UNIT_S[found[2]]


class Metadata:
    """The fields of a request as gRPC's metadata, decoded when somebody looks first."""

    __slots__ = ("_decoded", "_fields")

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields = fields
        self._decoded: list[tuple[str, str | bytes]] | None = None

    def __iter__(self) -> Iterator[tuple[str, str | bytes]]:
        """Names with their values: bytes where the name ends in -bin, else text."""
        if self._decoded is None:
            self._decoded = [
                (name.decode(), _binary(value) if name.endswith(b"-bin") else value.decode("utf-8", "replace"))
                for name, value in self._fields
                if not name.startswith(b"grpc-")
            ]
        return iter(self._decoded)


def _binary(value: bytes) -> bytes:
    """Base64 with or without padding; what is no base64 stays as it is."""
    try:
        return b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except NotBase64:
        return value
