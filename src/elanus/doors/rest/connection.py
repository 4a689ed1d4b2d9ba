"""HTTP/1.1 connections: uvicorn's protocol, with bounds on what a peer may send before it has asked anything."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from elanus.doors.http2.guests import Guests
from elanus.doors.rest.asgi import Application

HEAD_BYTES: Final = 64 * 1024
HEAD_S: Final = 30.0
"""Bounds of a request's line and headers: size, and how long they may take to arrive."""
_KEEP_ALIVE_S = 75

# What it warns of is the peer's doing: a broken request is answered, and no news here.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class Http1:
    """Makes the protocol that goes on with a connection once it is known to speak HTTP/1.1."""

    def __init__(self, application: Application) -> None:
        self._config = Config(
            application,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        self._config.load()

    def __call__(self, guests: Guests) -> asyncio.Protocol:
        return Connection(self._config, guests)


class Connection(HttpToolsProtocol):
    """One connection; a guest of its loop from ``connection_made`` to ``connection_lost``."""

    def __init__(self, config: Config, guests: Guests) -> None:
        super().__init__(config, ServerState(), {}, asyncio.get_running_loop())
        self._guests = guests
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._guests.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_ended()
        self._guests.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._head_ended()
            self.send_400_response(f"the head of a request may have {HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_S, self.abort)

    def on_headers_complete(self) -> None:
        self._head_ended()
        super().on_headers_complete()

    def leave(self) -> None:
        """What runs is answered, nothing new begins."""
        self.shutdown()

    def abort(self) -> None:
        self.transport.abort()

    def _head_ended(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
