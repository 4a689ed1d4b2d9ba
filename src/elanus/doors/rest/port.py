"""A site as a server on a port of its own, or beside gRPC on that one's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from elanus.doors.http2.server import Http2Server, Options
from elanus.doors.rest.asgi import Application
from elanus.doors.rest.connection import Http1
from elanus.doors.rest.site import Site

_VITAL_THREADS = 2


class Http1Door:
    """Makes the connections of a site (``http1``), and owns the threads that answer them."""

    def __init__(self, site: Site, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="elanus-rest")
        self._vital = ThreadPoolExecutor(_VITAL_THREADS, thread_name_prefix="elanus-vital")
        self.http1 = Http1(Application(site, self._pool, self._vital))

    def close(self) -> None:
        """Returns when the last call has ended; to be called when there are no connections any more."""
        self._pool.shutdown(wait=True)
        self._vital.shutdown(wait=True)


class HttpPort:
    """Serves a site from construction to ``close``. address  ``host:port``; raises NotReady: it cannot be had"""

    def __init__(self, address: str, site: Site, threads: int) -> None:
        self._door = Http1Door(site, threads)
        self._server = Http2Server({}, options=Options(loops=1, http1=self._door.http1))
        try:
            self.port = self._server.bind(address)
        except BaseException:
            self.close(0.0)
            raise
        self._server.start()

    def close(self, grace_s: float) -> None:
        """What runs has this long to end."""
        self._server.stop(grace_s)
        self._door.close()
