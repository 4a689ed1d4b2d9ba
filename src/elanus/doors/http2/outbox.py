"""What is to be sent: frames at once, bodies as far as the peer's windows allow, in turns."""

from __future__ import annotations

from elanus.doors.http2.frames import (
    DATA,
    DEFAULT_FRAME_BYTES,
    DEFAULT_WINDOW,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    MAX_WINDOW,
    Code,
    head,
)
from elanus.doors.http2.stream import Response, Stream
from elanus.doors.http2.violations import ConnectionViolation

_TURN_BYTES = 2**20
"""Bodies are cut off for sending in portions of about this size, so that a slow reader's wait here uncopied."""
_NO_TABLE = b"\x20"
"""Sets the dynamic table to size 0 (RFC 7541, section 6.3); our header blocks never use it."""


class Outbox:
    """Outgoing side of a connection. ``frame_bytes`` is the peer's limit, ``window`` the connection's."""

    def __init__(self) -> None:
        self.window = DEFAULT_WINDOW
        self.frame_bytes = DEFAULT_FRAME_BYTES
        self._frames: list[bytes | memoryview] = []
        self._sendable: dict[int, Stream] = {}
        self._table_announcement = b""

    def put(self, frame: bytes) -> None:
        self._frames.append(frame)

    def respond(self, stream: Stream, response: Response) -> None:
        """Queues a response; all of it in one piece when the windows allow."""
        block = self._table_announcement + response.head
        self._table_announcement = b""
        body, trailers, size = response.body, response.trailers, len(response.body)
        ends = END_STREAM if not size and trailers is None else 0
        self._frames.append(head(len(block), HEADERS, END_HEADERS | ends, stream.id) + block)
        if not size or (size <= min(self.frame_bytes, stream.window, self.window) and not self._sendable):
            self._send_data(stream, body, trailers is None)
            self._send_trailers(stream, trailers)
        else:
            stream.pending = memoryview(body)
            stream.trailers = trailers
            self._queue(stream)

    def forget(self, stream: Stream) -> None:
        """Drops what is left of a body."""
        stream.pending = None
        self._sendable.pop(stream.id, None)

    def grant(self, increment: int) -> None:
        """Widens the connection's window. Raises ConnectionViolation."""
        self.window += increment
        if self.window > MAX_WINDOW:
            raise ConnectionViolation(Code.FLOW_CONTROL_ERROR, "the connection's window is wider than 2^31-1")

    def grant_stream(self, stream: Stream, increment: int) -> None:
        """Widens a stream's window. Raises StreamViolation."""
        stream.grant(increment)
        self._queue(stream)

    def announce_empty_table(self) -> None:
        """The next header block says that we use no dynamic table: the peer has made its own smaller."""
        self._table_announcement = _NO_TABLE

    def has_more(self) -> bool:
        return bool(self._frames) or (self.window > 0 and bool(self._sendable))

    def take(self) -> tuple[bytes, list[Stream]]:
        """Bytes to send now, and the streams whose response ends with them."""
        finished: list[Stream] = []
        budget = _TURN_BYTES
        while self._sendable and self.window > 0 and budget > 0:
            stream = next(iter(self._sendable.values()))
            budget -= self._send_some(stream)
            if stream.pending is None:
                finished.append(stream)
        frames, self._frames = self._frames, []
        return b"".join(frames), finished

    def _send_some(self, stream: Stream) -> int:
        """One frame of a body; the stream goes to the end of the queue, or out of it. Returns the size."""
        del self._sendable[stream.id]
        pending: memoryview = stream.pending  # type: ignore[assignment]  # it has one while it is in the queue
        size = min(len(pending), stream.window, self.window, self.frame_bytes)
        stream.pending = pending[size:] if size < len(pending) else None
        self._send_data(stream, pending[:size], stream.pending is None and stream.trailers is None)
        if stream.pending is None:
            self._send_trailers(stream, stream.trailers)
        self._queue(stream)
        return size

    def _send_data(self, stream: Stream, data: bytes | memoryview, ends: bool) -> None:
        size = len(data)
        if size:
            self.window -= size
            stream.window -= size
            self._frames += (head(size, DATA, END_STREAM if ends else 0, stream.id), data)

    def _send_trailers(self, stream: Stream, block: bytes | None) -> None:
        if block is not None:
            self._frames += (head(len(block), HEADERS, END_HEADERS | END_STREAM, stream.id), block)

    def _queue(self, stream: Stream) -> None:
        """In the queue exactly while something waits that the stream's own window lets through."""
        if stream.pending is not None and stream.window > 0:
            self._sendable[stream.id] = stream
        else:
            self._sendable.pop(stream.id, None)
