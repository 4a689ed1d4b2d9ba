"""A lock whose holder is not interrupted: what it began on disk it also ends in memory.

In embedded mode calls run on the user's own thread, often the main one, where Ctrl-C raises between any two steps;
most likely right after a slow one such as a sync. Memory would then lack what the disk has. So while the main thread
holds a guard, an interrupt waits until the guard is released.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Guard:
    """A re-entrant lock that puts off SIGINT while the main thread holds it.

    lock  the lock itself, for waits that may well be interrupted
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._holders: list[int] = []

    @property
    def is_held_here(self) -> bool:
        """Whether the calling thread holds it."""
        return threading.get_ident() in self._holders

    def __enter__(self) -> None:
        _put_off.begin()
        try:
            self.lock.acquire()
        except BaseException:
            _put_off.end()
            raise
        self._holders.append(threading.get_ident())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._holders.pop()
        self.lock.release()
        _put_off.end()


class _PutOff:
    """Counts the guards that the main thread holds; the outermost swaps the signal handler and back."""

    def __init__(self) -> None:
        self._held = 0
        self._handler: Any = None
        self._frame: FrameType | None = None
        self._came = False

    def begin(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if self._held == 0:
            handler = signal.getsignal(signal.SIGINT)
            self._handler = handler if callable(handler) else None
            self._came = False
            if self._handler is not None:
                signal.signal(signal.SIGINT, self._note)
        self._held += 1  # last: an interrupt up to here has changed nothing that counts

    def end(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._held -= 1
        if self._held == 0 and self._handler is not None:
            handler, self._handler = self._handler, None
            signal.signal(signal.SIGINT, handler)
            if self._came:
                handler(signal.SIGINT, self._frame)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came, self._frame = True, frame


_put_off = _PutOff()
