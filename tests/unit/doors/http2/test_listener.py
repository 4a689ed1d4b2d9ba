"""Sockets as connections get them."""

from __future__ import annotations

import asyncio
import socket

from elanus.doors.http2.listener import Listener


def test_accepted_connections_send_at_once_and_are_kept_alive() -> None:
    """A response that waits for the acknowledgement of a window update costs 40 ms."""
    loop = asyncio.new_event_loop()
    listener = Listener("127.0.0.1:0")
    accepted: asyncio.Future[socket.socket] = loop.create_future()
    listener.start(loop, accepted.set_result)
    client = socket.create_connection(("127.0.0.1", listener.port))
    with client, loop.run_until_complete(asyncio.wait_for(accepted, 5)) as connected:
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert not connected.getblocking()
    listener.stop(loop)
    loop.close()
