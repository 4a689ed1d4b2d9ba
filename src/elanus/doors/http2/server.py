"""The handlers on HTTP/2 without grpcio: one listener or several, TCP or Unix socket, clear or TLS."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle

from elanus.doors.grpc_v2.call import Handler
from elanus.doors.http2.doorway import Http1Factory
from elanus.doors.http2.http1 import NothingHere
from elanus.doors.http2.lanes import Lanes
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.listener import Listener
from elanus.doors.http2.loop_thread import LoopThread
from elanus.doors.http2.methods import Methods

_CORES_TO_SPARE = 4


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen about a server.

    loops   threads that read, write and run short calls; connections are spread over them in turn. Measured on two
            cores with the clients: one gives more at 4 clients, two at 16; so two where there are cores to spare
    tls     of the server's side, see ``tls_context``; None = clear text
    http1   makes the protocol that goes on with a connection that speaks HTTP/1.1
    """

    loops: int = field(default_factory=lambda: 2 if (os.cpu_count() or 1) >= _CORES_TO_SPARE else 1)
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    http1: Http1Factory = NothingHere


class Http2Server:
    """Serves handlers by path. A path outside the Milvus protocol carries plain bytes both ways."""

    def __init__(self, handlers: Mapping[str, Handler], threads: int = 16, options: Options | None = None) -> None:
        options = options or Options()
        methods = Methods(handlers)
        self._tls = options.tls
        self._lanes = Lanes(threads)
        self._listeners: list[Listener] = []
        self._threads = [LoopThread(methods, self._lanes, options.limits, options.http1) for _ in range(options.loops)]
        self._turns = cycle(self._threads)
        self._started = False

    def bind(self, address: str) -> int:
        """Adds a listener (``host:port``, port 0 = any free one; ``unix:/path``); the port. Raises NotReady."""
        listener = Listener(address)
        self._listeners.append(listener)
        return listener.port

    def start(self) -> None:
        self._started = True
        for thread in self._threads:
            thread.start()
        accepting = self._threads[0].loop
        for listener in self._listeners:
            accepting.call_soon_threadsafe(listener.start, accepting, self._adopt)

    def stop(self, grace_s: float) -> None:
        """No new calls; those under way have this long to end. Returns when the last thread has ended."""
        if self._started:
            self._take_leave(grace_s)
        self._lanes.close()
        for thread in self._threads:
            thread.close()
        for listener in self._listeners:
            listener.close()

    def _take_leave(self, grace_s: float) -> None:
        accepting = self._threads[0].loop
        for listener in self._listeners:
            accepting.call_soon_threadsafe(listener.stop, accepting)
        for leaving in [thread.take_leave(grace_s) for thread in self._threads]:
            leaving.result()

    def _adopt(self, connected: socket.socket) -> None:
        next(self._turns).adopt(connected, self._tls)


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    """Of a server with this certificate chain and key (PEM files): TLS 1.2 or newer, HTTP/2 by ALPN (RFC 9113, 9.2)."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
