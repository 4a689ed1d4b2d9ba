"""Calls of Milvus 1.x that wait for work in the background, and how they end when the server does."""

from __future__ import annotations

from threading import Event

from elanus.errors import NotReady


class Waiting:
    """Shared by all calls that wait: each looks at it now and then."""

    def __init__(self) -> None:
        self._ended = Event()

    def end(self) -> None:
        """Whoever waits stops waiting; the work itself goes on when the data directory is opened again."""
        self._ended.set()

    def pause(self, seconds: float) -> None:
        """Waits this long. Raises NotReady when the waiting is over."""
        if self._ended.wait(seconds):
            raise NotReady("the server is stopping; what this call waited for goes on when it starts again")
