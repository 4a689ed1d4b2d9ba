"""One call on a connection: what came of its request, what is to be sent of its response."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.doors.http2.frames import MAX_WINDOW, Code
from elanus.doors.http2.head import Head
from elanus.doors.http2.inflow import Inflow
from elanus.doors.http2.violations import StreamViolation


@dataclass(frozen=True, slots=True)
class Response:
    """Header block, body, and trailer block (None: the stream ends with the body, or with the header block)."""

    head: bytes
    body: bytes
    trailers: bytes | None = None


class Stream:
    """Open from its HEADERS until both sides have ended it or one has reset it.

    window     how much DATA the peer takes; may be negative (section 6.9.2)
    ended      the peer has sent its last frame (half-closed, remote)
    discarding what still comes of the request is not wanted
    answered   a response was given; ``pending`` is what of it waits for a window
    """

    __slots__ = ("answered", "body", "discarding", "ended", "head", "id", "inflow", "pending", "received", "trailers",
                 "window")  # fmt: skip

    def __init__(self, stream_id: int, head: Head, window: int, inflow: Inflow) -> None:
        self.id = stream_id
        self.head = head
        self.window = window
        self.inflow = inflow
        self.received = 0
        self.body: list[bytes] = []
        self.ended = False
        self.discarding = False
        self.answered = False
        self.pending: memoryview | None = None
        self.trailers: bytes | None = None

    def discard(self) -> int:
        """Drops the request so far, and what still comes of it. Returns the bytes dropped."""
        self.discarding = True
        dropped = sum(map(len, self.body))
        self.body.clear()
        return dropped

    def whole_body(self) -> bytes:
        """The request's body, once it ended. Raises StreamViolation when its length is not the announced one."""
        if self.head.length not in (-1, self.received):
            raise StreamViolation(self.id, Code.PROTOCOL_ERROR)
        return self.body[0] if len(self.body) == 1 else b"".join(self.body)

    def grant(self, increment: int) -> None:
        """Widens what may be sent, or narrows it when the peer's settings changed. Raises StreamViolation."""
        self.window += increment
        if self.window > MAX_WINDOW:
            raise StreamViolation(self.id, Code.FLOW_CONTROL_ERROR)
