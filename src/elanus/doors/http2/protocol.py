"""A connection on an asyncio transport: moves bytes and runs calls. Everything here happens on the loop's thread,
except the one method that a thread of the pool runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic

from elanus.doors.http2.answers import NOT_GRPC, refused
from elanus.doors.http2.calls import EXPIRED, Call
from elanus.doors.http2.connection import Connection
from elanus.doors.http2.events import Cancelled, Event, Opened, Oversized, Received
from elanus.doors.http2.grpc_framing import too_large
from elanus.doors.http2.guests import Guests
from elanus.doors.http2.lanes import Lanes
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.methods import Methods
from elanus.doors.http2.refusal import Refused
from elanus.doors.http2.stream import Response

logger = logging.getLogger(__name__)

_GRPC = b"application/grpc"
_LINGER_S = 2.0
"""How long the last bytes may take to leave before a closing connection is cut."""


@dataclass(frozen=True, slots=True)
class Served:
    """What all connections of a loop share."""

    loop: asyncio.AbstractEventLoop
    guests: Guests
    methods: Methods
    lanes: Lanes
    limits: Limits


class Running:
    """A call on the pool. ``wanted`` until the caller gives up or its time is over."""

    __slots__ = ("call", "stream_id", "timer", "wanted")

    def __init__(self, stream_id: int, call: Call) -> None:
        self.stream_id = stream_id
        self.call = call
        self.wanted = True
        self.timer: asyncio.TimerHandle | None = None


class Http2Protocol(asyncio.Protocol):
    """One HTTP/2 connection, from ``connection_made`` to ``connection_lost``."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._connection = Connection(served.limits, monotonic)
        self._running: dict[int, Running] = {}
        self._paused = False
        self._transport: asyncio.Transport
        self._react: dict[type[Event], Callable[..., None]] = {
            Opened: self._opened,
            Received: self._received,
            Oversized: self._oversized,
            Cancelled: self._cancelled,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport
        self._served.guests.add(self)
        self._flush()

    def data_received(self, data: bytes) -> None:
        for event in self._connection.receive(data):
            self._react[type(event)](event)
        self._flush()

    def pause_writing(self) -> None:
        """The peer does not read: nor do we, until it does."""
        self._paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._paused = False
        self._transport.resume_reading()
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        self._served.guests.discard(self)
        for stream_id in list(self._running):
            self._give_up(stream_id)

    def leave(self) -> None:
        """Answers what runs, takes nothing new, closes."""
        self._connection.leave()
        self._flush()

    def abort(self) -> None:
        self._transport.abort()

    def _opened(self, event: Opened) -> None:
        """Who calls what is not there is told at once: a stream of messages may never end."""
        if event.head.content_type.startswith(_GRPC):
            try:
                self._served.methods.get(event.head.path)
            except Refused as refusal:
                self._connection.respond(event.stream_id, refused(refusal))

    def _received(self, event: Received) -> None:
        if not self._connection.awaits(event.stream_id):
            return
        if not event.head.content_type.startswith(_GRPC):
            self._connection.respond(event.stream_id, NOT_GRPC)
            return
        try:
            call = Call(self._served.methods.get(event.head.path), event, self._served.limits.body_bytes)
        except Refused as refusal:
            self._connection.respond(event.stream_id, refused(refusal))
            return
        response = self._served.lanes.run_if_short(call)
        if response is None:
            self._hand_over(Running(event.stream_id, call))
        else:
            self._connection.respond(event.stream_id, response)
            self._flush()

    def _oversized(self, event: Oversized) -> None:
        self._connection.respond(event.stream_id, refused(too_large(self._served.limits.body_bytes)))

    def _cancelled(self, event: Cancelled) -> None:
        self._give_up(event.stream_id)

    def _hand_over(self, running: Running) -> None:
        self._running[running.stream_id] = running
        if running.call.deadline is not None:
            wait_s = running.call.deadline - monotonic()
            running.timer = self._served.loop.call_later(wait_s, self._expire, running.stream_id)
        self._served.lanes.hand_over(running.call, partial(self._run, running))

    def _run(self, running: Running) -> None:
        """On a thread of the pool."""
        response = self._served.lanes.run(running.call) if running.wanted else EXPIRED
        self._served.loop.call_soon_threadsafe(self._ended, running, response)

    def _ended(self, running: Running, response: Response) -> None:
        if not running.wanted:
            self._connection.release()
            return
        del self._running[running.stream_id]
        if running.timer is not None:
            running.timer.cancel()
        self._connection.respond(running.stream_id, response)
        self._flush()

    def _expire(self, stream_id: int) -> None:
        self._give_up(stream_id)
        self._connection.respond(stream_id, EXPIRED)
        self._flush()

    def _give_up(self, stream_id: int) -> None:
        """Nobody waits for this call any more; a handler that runs cannot be stopped, one that waits will not start."""
        running = self._running.pop(stream_id, None)
        if running is not None:
            running.wanted = False
            if running.timer is not None:
                running.timer.cancel()
            self._connection.detach()

    def _flush(self) -> None:
        connection, transport = self._connection, self._transport
        while connection.has_more() and not self._paused and not transport.is_closing():
            transport.write(connection.take())
        if connection.is_over and not transport.is_closing() and (connection.failed or not connection.has_more()):
            self._close()

    def _close(self) -> None:
        failed = self._connection.failed
        if failed is not None:
            logger.debug("connection ended", extra={"fields": {"reason": str(failed)}})
        self._transport.close()
        self._served.loop.call_later(_LINGER_S, self._transport.abort)
