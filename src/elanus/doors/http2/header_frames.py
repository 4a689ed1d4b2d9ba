"""HEADERS and the CONTINUATION frames after it, put together (RFC 9113, sections 6.2 and 6.10)."""

from __future__ import annotations

from typing import NamedTuple

from elanus.doors.http2.frames import END_HEADERS, END_STREAM, HAS_PRIORITY, PADDED, Code, read_word
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.violations import ConnectionViolation


class HeaderBlock(NamedTuple):
    """A complete header block. depends_on: the stream this one depends on (only looked at for being itself), or -1."""

    stream_id: int
    block: bytes
    ends_stream: bool
    depends_on: int


class HeaderFrames:
    """Gathers one block at a time; while ``is_open`` only CONTINUATION frames of the same stream may come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._first: HeaderBlock | None = None
        self._pieces: list[bytes] = []

    @property
    def is_open(self) -> bool:
        return self._first is not None

    def headers(self, flags: int, stream_id: int, payload: bytes) -> HeaderBlock | None:
        """The block, when this frame completes it."""
        payload = unpadded(flags, payload)
        depends_on = -1
        if flags & HAS_PRIORITY:
            if len(payload) < 5:
                raise ConnectionViolation(Code.FRAME_SIZE_ERROR, "HEADERS is too short for its priority")
            depends_on = read_word(payload)
            payload = payload[5:]
        block = HeaderBlock(stream_id, payload, bool(flags & END_STREAM), depends_on)
        if flags & END_HEADERS:
            return block
        self._first = block
        self._pieces = [payload]
        return None

    def continuation(self, flags: int, stream_id: int, payload: bytes) -> HeaderBlock | None:
        first = self._first
        if first is None or first.stream_id != stream_id:
            raise ConnectionViolation(Code.PROTOCOL_ERROR, "CONTINUATION without its HEADERS")
        self._pieces.append(payload)
        too_many = len(self._pieces) > self._limits.continuations + 1
        if too_many or sum(map(len, self._pieces)) > self._limits.header_block_bytes:
            raise ConnectionViolation(Code.ENHANCE_YOUR_CALM, "the header block is too long")
        if not flags & END_HEADERS:
            return None
        self._first = None
        return first._replace(block=b"".join(self._pieces))


def unpadded(flags: int, payload: bytes) -> bytes:
    """The payload of a DATA or HEADERS frame without its padding. Raises ConnectionViolation."""
    if not flags & PADDED:
        return payload
    if not payload:
        raise ConnectionViolation(Code.FRAME_SIZE_ERROR, "a padded frame has no length of its padding")
    padding = payload[0]
    if padding >= len(payload):
        raise ConnectionViolation(Code.PROTOCOL_ERROR, "the padding is longer than the frame")
    return payload[1 : len(payload) - padding]
