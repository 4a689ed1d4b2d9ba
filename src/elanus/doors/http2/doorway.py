"""The first bytes of a connection decide who goes on with it: HTTP/2 or HTTP/1.1, on one port."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TypeAlias

from elanus.doors.http2.frames import PREFACE
from elanus.doors.http2.guests import Guests

ProtocolFactory: TypeAlias = Callable[[], asyncio.Protocol]
Http1Factory: TypeAlias = Callable[[Guests], asyncio.Protocol]
"""The protocol joins the guests itself, when a transport is handed to it."""

_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]\r?\n")
_LONGEST_LINE = 64 * 1024
_PATIENCE_S = 10.0
"""How long a connection may say nothing that tells what it is."""


class Doorway(asyncio.Protocol):
    """Waits for enough bytes, then hands the transport over and takes no further part."""

    def __init__(self, http2: ProtocolFactory, http1: Http1Factory, guests: Guests) -> None:
        self._http2 = http2
        self._http1 = http1
        self._guests = guests
        self._begun = b""
        self._timer: asyncio.TimerHandle
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport
        self._timer = asyncio.get_running_loop().call_later(_PATIENCE_S, transport.close)
        self._guests.add(self)

    def data_received(self, data: bytes) -> None:
        self._begun += data
        if self._begun.startswith(PREFACE):
            self._hand_over(self._http2())
        elif _REQUEST_LINE.match(self._begun):
            self._hand_over(self._http1(self._guests))
        elif not PREFACE.startswith(self._begun) and not _may_be_request_line(self._begun):
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._go()

    def leave(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def _hand_over(self, protocol: asyncio.Protocol) -> None:
        self._transport.set_protocol(protocol)
        self._go()
        protocol.connection_made(self._transport)
        protocol.data_received(self._begun)

    def _go(self) -> None:
        self._timer.cancel()
        self._guests.discard(self)


def _may_be_request_line(begun: bytes) -> bool:
    return begun[:1].isupper() and b"\n" not in begun and len(begun) <= _LONGEST_LINE
