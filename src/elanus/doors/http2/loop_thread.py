"""An event loop on a thread of its own, and the connections it serves."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from concurrent.futures import Future
from threading import Thread

from elanus.doors.http2.doorway import Doorway, Http1Factory
from elanus.doors.http2.guests import Guests
from elanus.doors.http2.lanes import Lanes
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.methods import Methods
from elanus.doors.http2.protocol import Http2Protocol, Served

logger = logging.getLogger(__name__)

_LOOK_S = 0.005


class LoopThread:
    """Connections come by ``adopt``; ``take_leave`` of them before ``close``. The methods may be called anywhere."""

    def __init__(self, methods: Methods, lanes: Lanes, limits: Limits, http1: Http1Factory) -> None:
        self.loop = asyncio.new_event_loop()
        self._guests: Guests = set()
        self._served = Served(self.loop, self._guests, methods, lanes, limits)
        self._http1 = http1
        self._thread = Thread(target=self.loop.run_forever, name="elanus-wire", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def adopt(self, connected: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serves an accepted connection."""
        asyncio.run_coroutine_threadsafe(self._adopted(connected, tls), self.loop)

    def take_leave(self, grace_s: float) -> Future[None]:
        """Lets every connection end in order; those that have not after this time are cut."""
        return asyncio.run_coroutine_threadsafe(self._taken_leave(grace_s), self.loop)

    def close(self) -> None:
        """Ends the thread. Nothing may be handed over any more."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._cleared(), self.loop).result()
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
        self.loop.close()

    async def _adopted(self, connected: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            await self.loop.connect_accepted_socket(self._doorway, connected, ssl=tls)
        except OSError as error:  # a failed TLS handshake is one
            logger.debug("connection refused", extra={"fields": {"reason": str(error)}})

    def _doorway(self) -> Doorway:
        return Doorway(lambda: Http2Protocol(self._served), self._http1, self._guests)

    async def _taken_leave(self, grace_s: float) -> None:
        for guest in list(self._guests):
            guest.leave()
        until = self.loop.time() + grace_s
        while self._guests and self.loop.time() < until:
            await asyncio.sleep(_LOOK_S)
        for guest in list(self._guests):
            guest.abort()

    async def _cleared(self) -> None:
        """Ends what is still being adopted, and lets aborted connections tell their end."""
        adopting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in adopting:
            task.cancel()
        await asyncio.gather(*adopting, return_exceptions=True)
        await asyncio.sleep(0)
