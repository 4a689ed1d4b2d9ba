"""The earlier times at which readers still read: an iterator's pages all see the moment of its first."""

from __future__ import annotations

import threading
import time


class ReadTimes:
    """Safe from any thread. A time counts for ``retention_seconds`` after its last use."""

    def __init__(self, retention_seconds: float) -> None:
        self._retention_seconds = retention_seconds
        self._used_at_s: dict[int, float] = {}
        self._lock = threading.Lock()

    def note(self, ts: int) -> None:
        """Somebody reads at this timestamp."""
        with self._lock:
            self._used_at_s[ts] = time.monotonic()

    def oldest(self, now_ts: int) -> int:
        """The earliest timestamp somebody may read at again; ``now_ts`` when there is none."""
        since_s = time.monotonic() - self._retention_seconds
        with self._lock:
            self._used_at_s = {ts: at_s for ts, at_s in self._used_at_s.items() if at_s > since_s}
            return min(self._used_at_s, default=now_ts)
