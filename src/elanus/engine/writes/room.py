"""How much may grow in memory before it is sealed: writers that find no room wait a while, then are told to retry."""

from __future__ import annotations

import threading
import time

from elanus.errors import RateLimited


class Room:
    """The bytes of all growing rows of a data directory, bounded. Safe from any thread.

    limit_bytes   what may grow at once; one write always may, however large
    wait_seconds  how long a writer waits for room
    """

    def __init__(self, limit_bytes: int, wait_seconds: float) -> None:
        self._limit_bytes = limit_bytes
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()
        self._taken_bytes = 0
        self._waiting = 0

    @property
    def taken_bytes(self) -> int:
        return self._taken_bytes

    @property
    def is_wanted(self) -> bool:
        """Writers wait: whatever has grown is to be sealed now."""
        return self._waiting > 0

    def enter(self, size_bytes: int) -> None:
        """Take so much, once it is free. Raises RateLimited when it does not become free in time."""
        with self._changed:
            if not self._fits(size_bytes):
                self._wait_for(size_bytes)
            self._taken_bytes += size_bytes

    def take(self, size_bytes: int) -> None:
        """Take so much, free or not: of rows that are there already, or of a writer that must not wait."""
        with self._changed:
            self._taken_bytes += size_bytes

    def leave(self, size_bytes: int) -> None:
        """It is sealed, dropped, or never came to be."""
        with self._changed:
            self._taken_bytes -= size_bytes
            self._changed.notify_all()

    def _fits(self, size_bytes: int) -> bool:
        return not self._taken_bytes or self._taken_bytes + size_bytes <= self._limit_bytes

    def _wait_for(self, size_bytes: int) -> None:
        deadline = time.monotonic() + self._wait_seconds
        self._waiting += 1
        try:
            while not self._fits(size_bytes):
                if not self._changed.wait(max(deadline - time.monotonic(), 0)):
                    raise RateLimited(
                        "request is rejected because rows arrive faster than they can be sealed, please retry later: "
                        f"{self._taken_bytes:,} bytes are growing, growing_bytes allows {self._limit_bytes:,}: "
                        "rate limit exceeded[rate=0]"
                    )
        finally:
            self._waiting -= 1
