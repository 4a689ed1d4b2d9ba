"""HTTP/1.1 where nothing is served in it: one polite answer."""

from __future__ import annotations

import asyncio

from elanus.doors.http2.guests import Guests

_BODY = b"This port speaks gRPC over HTTP/2; there is nothing here in HTTP/1.1.\n"
_ANSWER = (
    b"HTTP/1.1 426 Upgrade Required\r\n"
    b"Upgrade: h2c\r\n"
    b"Connection: Upgrade, close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class NothingHere(asyncio.Protocol):
    """Answers the first bytes and closes; so it is no guest to take leave of."""

    def __init__(self, _guests: Guests) -> None:
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)
            self._transport.close()
