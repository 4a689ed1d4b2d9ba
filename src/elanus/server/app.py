"""The server process: what is started in which order, and ended in the other."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import fields
from threading import Event
from time import perf_counter

from elanus import __version__
from elanus.config import Settings
from elanus.doors.admin.handlers import admin_handlers
from elanus.doors.embedded.database import SocketListener
from elanus.doors.grpc_v2.server import GrpcServer
from elanus.doors.grpc_v2.table import handlers
from elanus.doors.http2.server import Http2Server
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.schema.lean import keep_pandas_out
from elanus.server.gauges import reading
from elanus.server.metering import metered
from elanus.server.monitoring import Monitor, Monitored
from elanus.service import Service
from elanus.telemetry.log import start_logging
from elanus.telemetry.metrics import Metrics

logger = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""How long one thread may keep another from running Python: a search waits for no more of a large insert than this."""

_WIRES: Mapping[str, type[GrpcServer | Http2Server]] = {"http2": Http2Server, "grpcio": GrpcServer}


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

    def close(self) -> None:
        """No new calls, those running have ``drain_seconds`` to end; then the engine closes and loses nothing."""
        self._opened.close()

    def _start(self, opened: ExitStack) -> None:
        settings = self._settings
        self._engine = Engine.open(settings.data, engine_settings(settings))
        opened.callback(self._engine.close)
        service = Service(self._engine)
        metrics = Metrics(lambda: reading(self._engine))
        table = metered({**handlers(service), **admin_handlers(service)}, metrics)

        monitor = Monitor(settings.host, settings.metrics_port, Monitored(self._health, metrics.text))
        opened.callback(monitor.close)
        listener = _WIRES[settings.wire](table, settings.rpc_threads)
        opened.callback(listener.stop, settings.drain_seconds)
        self.port = listener.bind(f"{settings.host}:{settings.port}")
        self.metrics_port = monitor.port
        listener.start()

        socket = SocketListener(table)
        opened.callback(socket.close)
        self._engine.lock.publish(socket.address)

    def _health(self) -> Mapping[str, bool]:
        return {"data directory": self._engine.lock.held}


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order; a second signal kills."""
    start_logging(settings.log_level, settings.log_format)
    keep_pandas_out()
    sys.setswitchinterval(SWITCH_SECONDS)
    started = perf_counter()
    stopping = stop_on_signals()
    server = Server(settings)
    _log("ready", data=settings.data, address=f"{settings.host}:{server.port}", version=__version__,
         metrics=f"{settings.host}:{server.metrics_port}", seconds=round(perf_counter() - started, 3))  # fmt: skip
    stopping.wait()
    _log("stopping", drain_seconds=settings.drain_seconds)
    server.close()
    _log("stopped")


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
