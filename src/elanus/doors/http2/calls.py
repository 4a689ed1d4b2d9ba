"""One call: from a whole request to its response."""

from __future__ import annotations

from time import monotonic
from typing import Any

from elanus.doors.http2.answers import refused
from elanus.doors.http2.events import Received
from elanus.doors.http2.grpc_framing import Metadata, message_of, timeout_s
from elanus.doors.http2.methods import Method
from elanus.doors.http2.refusal import Refused, Status
from elanus.doors.http2.stream import Response

_NOT_PARSED: Any = object()


class Call:
    """A request and its method. ``run`` may be called on any thread, once.

    deadline   on the monotonic clock, None = no limit
    raises     Refused: the time limit cannot be read
    """

    __slots__ = ("_body_limit", "_received", "_request", "deadline", "method")

    def __init__(self, method: Method, received: Received, body_limit: int) -> None:
        self.method = method
        self._received = received
        self._body_limit = body_limit
        self._request = _NOT_PARSED
        timeout = timeout_s(received.head.timeout)
        self.deadline = None if timeout is None else monotonic() + timeout

    @property
    def size(self) -> int:
        return len(self._received.body)

    @property
    def credentials(self) -> bytes:
        """As sent, unchecked: the first field of that name, which is the one that counts."""
        metadata = self._received.head.metadata
        return next((value for name, value in metadata if name == b"authorization"), b"")

    def request(self) -> Any:
        """The request message, parsed on first use. Raises Refused."""
        if self._request is _NOT_PARSED:
            received = self._received
            self._request = self.method.parse(message_of(received.body, received.head.encoding, self._body_limit))
        return self._request

    def run(self) -> Response:
        """The response, whatever happens."""
        try:
            request = self.request()
        except Refused as refusal:
            return refused(refusal)
        response = self.method.answer(request, Metadata(self._received.head.metadata))
        if self.deadline is not None and monotonic() > self.deadline:
            return EXPIRED
        return response


EXPIRED = refused(Refused(Status.DEADLINE_EXCEEDED, "the time limit of the call has passed"))
"""What a call is told that did not end in time."""
