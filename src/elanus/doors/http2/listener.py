"""Sockets that wait for connections."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable

from elanus.errors import NotReady

logger = logging.getLogger(__name__)

_BACKLOG = 512
_AT_ONCE = 64
_RETRY_S = 0.5


class Listener:
    """A bound address. Connections wait in the system's queue until ``start``.

    address   ``host:port`` (port 0 = any free one, ``[::]`` = every interface, both families) or ``unix:/path``
    raises    NotReady: it cannot be had
    """

    def __init__(self, address: str) -> None:
        try:
            self._socket, self._path = _bound(address)
        except (OSError, ValueError) as error:
            raise NotReady(
                f"cannot listen on {address}: is it in use by another process? Choose another address. ({error})"
            ) from error
        self._socket.setblocking(False)
        self.port: int = 1 if self._path else self._socket.getsockname()[1]

    def start(self, loop: asyncio.AbstractEventLoop, adopt: Callable[[socket.socket], None]) -> None:
        """Accepts on this loop from now on; ``adopt`` is given each connection. To be called on the loop's thread."""
        loop.add_reader(self._socket, self._accept, loop, adopt)

    def stop(self, loop: asyncio.AbstractEventLoop) -> None:
        """No connection is accepted any more, nor waits to be. To be called on the loop's thread."""
        loop.remove_reader(self._socket)
        self.close()

    def close(self) -> None:
        self._socket.close()
        if self._path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)

    def _accept(self, loop: asyncio.AbstractEventLoop, adopt: Callable[[socket.socket], None]) -> None:
        for _ in range(_AT_ONCE):
            try:
                connected, _address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                logger.warning("cannot accept connections for a moment", extra={"fields": {"reason": str(error)}})
                loop.remove_reader(self._socket)
                loop.call_later(_RETRY_S, self._resume, loop, adopt)
                return
            adopt(_prepared(connected))

    def _resume(self, loop: asyncio.AbstractEventLoop, adopt: Callable[[socket.socket], None]) -> None:
        if self._socket.fileno() >= 0:
            self.start(loop, adopt)


def _prepared(connected: socket.socket) -> socket.socket:
    """asyncio would set TCP_NODELAY too, but only on sockets that were made with the number of the protocol."""
    connected.setblocking(False)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if connected.family != socket.AF_UNIX:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _bound(address: str) -> tuple[socket.socket, str]:
    """The listening socket, and its path when it is a Unix one."""
    if address.startswith("unix:"):
        path = address.removeprefix("unix:")
        listening = socket.socket(socket.AF_UNIX)
        try:
            listening.bind(path)
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
        return listening, path
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, int(port)), family=family, backlog=_BACKLOG, dualstack_ipv6=both), ""
