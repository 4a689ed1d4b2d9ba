"""What a connection tells about its peer. Tuples, because they are made per call."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from elanus.doors.http2.head import Head


class Opened(NamedTuple):
    """A request's head has come; it may be answered now or when it is whole."""

    stream_id: int
    head: Head


class Received(NamedTuple):
    """A request is whole."""

    stream_id: int
    head: Head
    body: bytes


class Oversized(NamedTuple):
    """A request is larger than allowed; what came of it is dropped. To be answered."""

    stream_id: int


class Cancelled(NamedTuple):
    """The peer does not want the answer any more."""

    stream_id: int


Event: TypeAlias = Opened | Received | Oversized | Cancelled
