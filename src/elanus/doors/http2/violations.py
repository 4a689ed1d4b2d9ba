"""What a peer did against the protocol: internal to this door, told to the peer as an error code."""

from __future__ import annotations

from elanus.doors.http2.frames import Code


class ConnectionViolation(Exception):
    """The connection cannot go on: GOAWAY with this code and reason."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(f"{code.name}: {reason}")
        self.code = code
        self.reason = reason


class StreamViolation(Exception):
    """One stream cannot go on: RST_STREAM with this code."""

    def __init__(self, stream_id: int, code: Code) -> None:
        super().__init__(f"stream {stream_id}: {code.name}")
        self.stream_id = stream_id
        self.code = code


class Malformed(Exception):
    """A header list that is no valid request (RFC 9113, section 8.1.1)."""
