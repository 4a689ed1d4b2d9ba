"""The streams of a connection, from idle to closed (RFC 9113, section 5.1)."""

from __future__ import annotations

from elanus.doors.http2 import frames
from elanus.doors.http2.events import Cancelled, Event, Opened, Oversized, Received
from elanus.doors.http2.frames import Code
from elanus.doors.http2.head import Head
from elanus.doors.http2.inflow import Inflow
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.outbox import Outbox
from elanus.doors.http2.stream import Response, Stream
from elanus.doors.http2.violations import ConnectionViolation, StreamViolation

_REMEMBERED_CLOSED = 512


class Streams:
    """Open streams by id, and how the last ones closed. What happens to them is appended to ``events``."""

    def __init__(self, limits: Limits, outbox: Outbox) -> None:
        self.events: list[Event] = []
        self.last_id = 0
        self.leaving = False
        self._limits = limits
        self._outbox = outbox
        self._open: dict[int, Stream] = {}
        self._closed: dict[int, bool] = {}
        self._detached = 0
        self._buffered = 0

    def __len__(self) -> int:
        return len(self._open)

    def get(self, stream_id: int) -> Stream | None:
        return self._open.get(stream_id)

    def open(self, stream_id: int, head: Head, window: int) -> Stream:
        """A new stream. Raises StreamViolation: there are too many."""
        if len(self._open) + self._detached >= self._limits.streams:
            raise StreamViolation(stream_id, Code.REFUSED_STREAM)
        stream = Stream(stream_id, head, window, Inflow(self._limits.stream_window))
        self._open[stream_id] = stream
        self.events.append(Opened(stream_id, head))
        return stream

    def add(self, stream: Stream, data: bytes) -> None:
        """A piece of a request."""
        size = len(data)
        stream.received += size
        if stream.discarding:
            return
        stream.body.append(data)
        self._buffered += size
        if stream.received > self._limits.body_bytes or self._buffered > self._limits.buffered_bytes:
            self._buffered -= stream.discard()
            self.events.append(Oversized(stream.id))

    def end(self, stream: Stream) -> None:
        """The peer has sent its last frame on it. Raises StreamViolation: not as long as it announced."""
        body = stream.whole_body()
        stream.ended = True
        if not stream.discarding:
            self.events.append(Received(stream.id, stream.head, body))
            self._buffered -= stream.discard()

    def respond(self, stream_id: int, response: Response) -> None:
        """Answers a stream; nothing happens when its answer is not wanted any more."""
        stream = self._open.get(stream_id)
        if stream is None or stream.answered:
            return
        stream.answered = True
        if not stream.ended:
            self._buffered -= stream.discard()
        self._outbox.respond(stream, response)
        if stream.pending is None:
            self.finish(stream)

    def finish(self, stream: Stream) -> None:
        """Its response is sent. A request still under way is told that nobody listens (section 8.1)."""
        if not stream.ended:
            self._outbox.put(frames.rst_stream(stream.id, Code.NO_ERROR))
        self._close(stream, reset_here=not stream.ended)

    def cancel(self, stream_id: int) -> None:
        """The peer has reset it."""
        stream = self._open.get(stream_id)
        if stream is not None:
            self._close(stream, reset_here=False)
            self.events.append(Cancelled(stream_id))

    def reset(self, stream_id: int, code: Code) -> None:
        """We reset it: the peer did something wrong there, or there are too many."""
        self._outbox.put(frames.rst_stream(stream_id, code))
        stream = self._open.get(stream_id)
        if stream is None:
            self._remember(stream_id, reset_here=True)
        else:
            self._close(stream, reset_here=True)
            self.events.append(Cancelled(stream_id))

    def widen(self, increment: int) -> None:
        """The peer's settings changed the window of every open stream (section 6.9.2). Raises ConnectionViolation."""
        try:
            for stream in self._open.values():
                self._outbox.grant_stream(stream, increment)
        except StreamViolation:
            raise ConnectionViolation(Code.FLOW_CONTROL_ERROR, "a stream's window is wider than 2^31-1") from None

    def detach(self) -> None:
        """A handler runs on without its stream; it counts as one until ``release``."""
        self._detached += 1

    def release(self) -> None:
        self._detached -= 1

    def expect_known(self, stream_id: int) -> None:
        """Raises ConnectionViolation for a frame on a stream that was never opened."""
        if not stream_id or (stream_id > self.last_id and not self.leaving):
            raise ConnectionViolation(Code.PROTOCOL_ERROR, f"stream {stream_id} is idle")

    def expect_late(self, stream_id: int) -> None:
        """Passes over a frame that the peer sent before it knew that its stream is closed; raises for any other."""
        self.expect_known(stream_id)
        if stream_id > self.last_id or self._closed.get(stream_id):
            return
        if stream_id not in self._closed:
            raise ConnectionViolation(Code.PROTOCOL_ERROR, f"stream {stream_id} was passed over")
        raise ConnectionViolation(Code.STREAM_CLOSED, f"stream {stream_id} is closed")

    def _close(self, stream: Stream, *, reset_here: bool) -> None:
        del self._open[stream.id]
        if not stream.ended:
            self._buffered -= stream.discard()
        self._outbox.forget(stream)
        self._remember(stream.id, reset_here=reset_here)

    def _remember(self, stream_id: int, *, reset_here: bool) -> None:
        self._closed[stream_id] = reset_here
        if len(self._closed) > _REMEMBERED_CLOSED:
            del self._closed[next(iter(self._closed))]
