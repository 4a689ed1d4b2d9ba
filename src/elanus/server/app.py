"""The server process: what is started in which order, and ended in the other."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import fields
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING

from elanus import __version__
from elanus.config import Settings
from elanus.doors.admin.handlers import admin_handlers
from elanus.doors.embedded.database import SocketListener
from elanus.doors.gate import gated
from elanus.doors.http2.server import Http2Server, Options
from elanus.doors.protocols import handlers
from elanus.doors.rest.port import Http1Door, HttpPort
from elanus.doors.rest.site import Site
from elanus.engine.database import Engine
from elanus.engine.health import PartHealth, health_of
from elanus.engine.settings import EngineSettings
from elanus.errors import NotReady
from elanus.schema.lean import keep_pandas_out, use_system_allocator
from elanus.server.gauges import reading
from elanus.server.metering import Handler, metered
from elanus.server.monitoring import Monitored
from elanus.server.sites import milvus1_site, milvus_site, monitoring_site
from elanus.service import Service
from elanus.telemetry.log import start_logging
from elanus.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from elanus.doors.grpcio_server import GrpcServer

logger = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""How long one thread may keep another from running Python: a search waits for no more of a large insert than this."""


class Server:
    """A data directory served: the Milvus API on a port and on a Unix socket, monitoring on another port.

    Several may run side by side in a process, each on its directory and ports.
    """

    port: int
    metrics_port: int

    def __init__(self, settings: Settings) -> None:
        """Listens when it returns.

        raises  DirectoryInUse, DataCorrupted; NotReady: a port is taken. Then nothing stays open.
        """
        self._settings = settings
        with ExitStack() as opened:
            self._start(opened)
            self._opened = opened.pop_all()

    def warnings(self) -> Iterator[str]:
        """What whoever started it should know."""
        if self._settings.wire == "grpcio":
            yield "no REST on the port of the Milvus API: grpcio cannot share one; --wire http2 serves both"
        if self._access.enforced and self._access.users.root_is_as_delivered():
            yield "root has the password that everybody knows: give it another one"

    def close(self) -> None:
        """No new calls, those running have ``drain_seconds`` to end; then the engine closes and loses nothing."""
        self._opened.close()

    def _start(self, opened: ExitStack) -> None:
        settings = self._settings
        self._engine = Engine.open(settings.data, engine_settings(settings))
        opened.callback(self._engine.close)
        service = Service(self._engine, settings.release_1x, auth=settings.auth == "on")
        self._access = service.access
        metrics = Metrics(lambda: reading(self._engine))
        offered = {**handlers(service), **admin_handlers(service)}
        table = metered(gated(offered, service.access) if service.access.enforced else offered, metrics)

        pages = monitoring_site(Monitored(self._health, metrics.text), table, service.access)
        self.metrics_port = self._open_port(opened, "metrics_port", pages)
        if settings.http_port_1x:
            self._open_port(opened, "http_port_1x", milvus1_site(service, metrics))
        self.port = self._open_milvus_port(opened, table, milvus_site(service, metrics))

        socket = SocketListener(metered(offered, metrics), instead_of=self._engine.lock.left_address)
        opened.callback(socket.close)
        self._engine.lock.publish(socket.address)
        opened.callback(service.v1.waiting.end)

    def _open_port(self, opened: ExitStack, setting: str, site: Site) -> int:
        """The port of this setting, which speaks HTTP/1.1 alone."""
        settings = self._settings
        address = f"{settings.host}:{getattr(settings, setting)}"
        try:
            served = HttpPort(address, site, settings.rpc_threads)
        except NotReady as refused:
            raise NotReady(f"{refused.message} It is the one of --{setting.replace('_', '-')}.") from refused
        opened.callback(served.close, settings.drain_seconds)
        return served.port

    def _open_milvus_port(self, opened: ExitStack, table: Mapping[str, Handler], site: Site) -> int:
        settings = self._settings
        rest = Http1Door(site, settings.rpc_threads)
        opened.callback(rest.close)
        listener = _listener(settings, table, rest)
        opened.callback(listener.stop, settings.drain_seconds)
        port = listener.bind(f"{settings.host}:{settings.port}")
        listener.start()
        return port

    def _health(self) -> list[PartHealth]:
        return health_of(self._engine)


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order; a second signal kills."""
    start_logging(settings.log_level, settings.log_format)
    keep_pandas_out()
    use_system_allocator()
    sys.setswitchinterval(SWITCH_SECONDS)
    started = perf_counter()
    stopping = stop_on_signals()
    server = Server(settings)
    gc.freeze()  # what start-up made stays; looking through it would stop every search for 30 ms now and then
    _log("ready", data=settings.data, address=f"{settings.host}:{server.port}", version=__version__,
         metrics=f"{settings.host}:{server.metrics_port}", seconds=round(perf_counter() - started, 3))  # fmt: skip
    for warning in server.warnings():
        logger.warning(warning)
    stopping.wait()
    _log("stopping", drain_seconds=settings.drain_seconds)
    server.close()
    _log("stopped")


def _listener(settings: Settings, table: Mapping[str, Handler], rest: Http1Door) -> Http2Server | GrpcServer:
    """What speaks gRPC; grpcio cannot have REST on its port."""
    if settings.wire == "grpcio":
        from elanus.doors.grpcio_server import GrpcServer  # 10 MB that our own wire has no use for

        return GrpcServer(table, settings.rpc_threads)
    return Http2Server(table, settings.rpc_threads, Options(http1=rest.http1))


def engine_settings(settings: Settings) -> EngineSettings:
    """The engine's part of the settings: those of the same names."""
    return EngineSettings(**{one.name: getattr(settings, one.name) for one in fields(EngineSettings)})


def stop_on_signals() -> Event:
    """An event that the first SIGTERM or SIGINT sets; the second one has its usual effect."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopper(stopping))
    return stopping


def _stopper(stopping: Event) -> Callable[[int, object], None]:
    def stop(_number: int, _frame: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        stopping.set()

    return stop


def _log(message: str, **values: object) -> None:
    logger.info(message, extra={"fields": values})
