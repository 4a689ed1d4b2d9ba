"""Bytes as they come -> whole frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from elanus.doors.http2 import frames
from elanus.doors.http2.frames import Code
from elanus.doors.http2.violations import ConnectionViolation

Frame: TypeAlias = tuple[int, int, int, bytes]
"""kind, flags, stream id, payload"""


class FrameReader:
    """Takes off the preface, then cuts frames; what is not whole yet waits."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._unread = b""
        self._preface_seen = False

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames these bytes complete. Raises ConnectionViolation; then nothing more may be fed."""
        if self._unread:
            data = self._unread + data
        position = 0 if self._preface_seen else self._read_preface(data)
        end = len(data)
        while end - position >= frames.HEAD_BYTES and self._preface_seen:
            high, low, kind, flags, stream_id = frames.read_head(data, position)
            size = high << 8 | low
            if size > self._frame_bytes:
                raise ConnectionViolation(Code.FRAME_SIZE_ERROR, f"a frame of {size} bytes is too large")
            start = position + frames.HEAD_BYTES
            if start + size > end:
                break
            position = start + size
            yield kind, flags, stream_id & frames.MAX_STREAM_ID, data[start:position]
        self._unread = data[position:]

    def _read_preface(self, data: bytes) -> int:
        """Bytes taken: none before it is whole."""
        size = len(frames.PREFACE)
        if not frames.PREFACE.startswith(data[:size]):
            raise ConnectionViolation(Code.PROTOCOL_ERROR, "the connection does not begin with HTTP/2's preface")
        self._preface_seen = len(data) >= size
        return size if self._preface_seen else 0
