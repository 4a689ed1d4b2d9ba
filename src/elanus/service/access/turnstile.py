"""The way to the slow hash for callers who are not known yet: one goes through at a time, and few may stand in line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Final

from elanus.errors import SignInsBusy

IN_LINE: Final = 3
"""Each keeps a thread from calls of known callers, of which a server has 16."""


class Turnstile:
    """So wrong passwords, however many are sent, cost one core at most and stall nobody who has signed in."""

    def __init__(self) -> None:
        self._places = BoundedSemaphore(1 + IN_LINE)
        self._one = Lock()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Waits for those before. Raises SignInsBusy when too many do."""
        if not self._places.acquire(blocking=False):
            raise SignInsBusy("too many callers are signing in, try again in a moment")
        try:
            with self._one:
                yield
        finally:
            self._places.release()
