"""Named moments to die at: just before the n-th thing this process does to its disk.

Counted are syncs, links, renames, deletions of files and SQL statements (``COMMIT`` is one), in all threads, so that
every boundary of the write path can be hit exactly.
"""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any


def kill_before(step: int) -> None:
    """This process ends by SIGKILL before its ``step``-th step; 0 = never."""
    if step == 0:
        return
    counter = itertools.count(1)

    def reached(*_: object) -> None:
        if next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("fsync", "fdatasync", "link", "replace", "rename", "unlink", "remove", "rmdir"):
        setattr(os, name, _announced(getattr(os, name), reached))
    sqlite3.connect = _traced(sqlite3.connect, reached)


def _announced(call: Callable[..., Any], reached: Callable[..., None]) -> Callable[..., Any]:
    def announced(*arguments: Any, **named: Any) -> Any:
        reached()
        return call(*arguments, **named)

    return announced


def _traced(connect: Callable[..., sqlite3.Connection], reached: Callable[..., None]) -> Callable[..., Any]:
    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(reached)
        return connection

    return traced
