"""The monitoring port: ``/healthz``, ``/livez`` and ``/metrics``, as Milvus answers them on 9091."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson

from elanus.errors import NotReady

logger = logging.getLogger(__name__)

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    status: HTTPStatus
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Monitored:
    """What is shown. health: the parts of the server and whether each works; metrics: Prometheus text."""

    health: Callable[[], Mapping[str, bool]]
    metrics: Callable[[], bytes]

    def page(self, path: str, content_type: str) -> Page:
        match path.partition("?")[0]:
            case "/healthz":
                return health_page(self.health(), content_type)
            case "/livez":
                return Page(HTTPStatus.OK, "text/plain", b"OK")
            case "/metrics" | "/metrics_default":
                return Page(HTTPStatus.OK, PROMETHEUS_TEXT, self.metrics())
            case _:
                return Page(HTTPStatus.NOT_FOUND, "text/plain", b"known are /healthz, /livez and /metrics\n")


def health_page(parts: Mapping[str, bool], content_type: str) -> Page:
    """Text for a probe, JSON for who asks with that content type.

    source  Milvus, management port: 500 and "Not all components are healthy, a/b" when one is not
    """
    well = sum(parts.values())
    status = HTTPStatus.OK if well == len(parts) else HTTPStatus.INTERNAL_SERVER_ERROR
    said = "OK" if status is HTTPStatus.OK else f"Not all components are healthy, {well}/{len(parts)}"
    if not content_type.startswith("application/json"):
        return Page(status, "text/plain", said.encode())
    detail = [{"name": name, "code": 1 if works else 2} for name, works in parts.items()]
    return Page(status, "application/json", orjson.dumps({"state": said, "detail": detail}))


class Monitor:
    """Serves the pages from a thread of its own, from construction to ``close``."""

    def __init__(self, host: str, port: int, monitored: Monitored) -> None:
        """raises  NotReady: the port is taken"""
        try:
            self._server = _Listener((host, port), _handler(monitored))
        except OSError as refused:
            raise NotReady(
                f"cannot listen on {host}:{port} for metrics: {refused.strerror}; "
                f"stop who uses it, or choose another port (--metrics-port, 0 = any free one)"
            ) from refused
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="monitoring")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        logger.warning("a monitoring request failed", exc_info=True, extra={"fields": {"client": client_address}})


def _handler(monitored: Monitored) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = monitored.page(self.path, self.headers.get("Content-Type", ""))
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """A scrape is no news."""

    return Handler
