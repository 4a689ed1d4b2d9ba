"""The data directories this process has open. Channels to one directory share its engine; the last one closes it.

Whoever has a directory open also answers on a Unix socket, whose address stands in the directory's LOCK file: so a
second process is served by the first.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from elanus.doors.admin.handlers import admin_handlers
from elanus.doors.grpc_v2.call import Handler
from elanus.doors.http2.server import Http2Server, Options
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service

_STOP_GRACE_S = 5.0
_FOLDER_PREFIX = "elanus-"


class OpenDatabase:
    """A data directory open in this process, with its handlers by path.

    raises  DirectoryInUse when another process has it open
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.users = 0
        self._engine = Engine.open(path, EngineSettings())
        self._service = service = Service(self._engine)
        self.handlers: Mapping[str, Handler] = {**handlers(service), **admin_handlers(service)}
        self._socket = SocketListener(self.handlers, instead_of=self._engine.lock.left_address)
        self._engine.lock.publish(self._socket.address)

    def close(self) -> None:
        self._service.v1.waiting.end()
        self._socket.close()
        self._engine.close()


class SocketListener:
    """Handlers on a Unix socket in a folder that only this user can enter.

    instead_of  the address of an owner that was killed, whose socket is tidied away; "" = there is none
    """

    def __init__(self, handlers: Mapping[str, Handler], *, instead_of: str) -> None:
        _tidy_away(Path(instead_of.removeprefix("unix:")))
        self._folder = tempfile.mkdtemp(prefix=_FOLDER_PREFIX)
        self.address = f"unix:{self._folder}/s"
        self._server = Http2Server(handlers, threads=4, options=Options(loops=1))
        self._server.bind(self.address)
        self._server.start()

    def close(self) -> None:
        self._server.stop(_STOP_GRACE_S)
        shutil.rmtree(self._folder, ignore_errors=True)


def _tidy_away(socket: Path) -> None:
    """Nothing but a socket, and its folder when that is empty then: the address is only what a file says."""
    if socket.parent.name.startswith(_FOLDER_PREFIX) and socket.is_socket():
        with suppress(OSError):
            socket.unlink()
            socket.parent.rmdir()


_open: dict[Path, OpenDatabase] = {}
_lock = threading.Lock()


def take(path: Path) -> OpenDatabase:
    """The database at this absolute path, opened if it is not yet. Give it back with :func:`give_back`."""
    with _lock:
        database = _open.get(path)
        if database is None:
            database = _open[path] = OpenDatabase(path)
        database.users += 1
        return database


def give_back(database: OpenDatabase) -> None:
    """One user less; without any it is closed."""
    with _lock:
        database.users -= 1
        if database.users <= 0 and _open.get(database.path) is database:
            del _open[database.path]
            database.close()


def close_all() -> None:
    """Closes whatever clients left open."""
    with _lock:
        for database in _open.values():
            database.close()
        _open.clear()


def _forget_in_child() -> None:
    """A forked child has none of the threads: the directories stay the parent's."""
    global _lock
    _lock = threading.Lock()
    _open.clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget_in_child)
