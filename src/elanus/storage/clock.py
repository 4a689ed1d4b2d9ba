"""Hybrid timestamps: milliseconds since 1970 in the upper bits, 18 bits that count within a millisecond.

source  Milvus, "Timestamp": physical milliseconds << 18 | logical counter
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from elanus.storage.counters import Counters

LOGICAL_BITS = 18
CEILING_STEP_MS = 3_000
"""How far ahead the ceiling is promised to the disk: one synced write per so much time; a crash skips as much."""


def compose(ms: int, logical: int = 0) -> int:
    """The timestamp of a millisecond since 1970."""
    return ms << LOGICAL_BITS | logical


def physical_ms(ts: int) -> int:
    """Milliseconds since 1970 of a timestamp."""
    return ts >> LOGICAL_BITS


class HybridClock:
    """Timestamps that only grow: through threads, through steps of the wall clock, through restarts."""

    def __init__(self, counters: Counters, wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._counters = counters
        self._wall_ms = wall_ms
        self._lock = threading.Lock()
        self._ceiling = counters.clock_ceiling
        self._last = self._ceiling - 1

    def now(self) -> int:
        """A timestamp greater than every one before. Safe from any thread."""
        with self._lock:
            ts = max(compose(self._wall_ms()), self._last + 1)
            if ts >= self._ceiling:
                self._promise(compose(physical_ms(ts) + CEILING_STEP_MS))
            self._last = ts
            return ts

    def close(self) -> None:
        """Note the last timestamp, so that a clean restart skips no time. No ``now`` after it."""
        with self._lock:
            self._promise(self._last + 1)

    def _promise(self, ceiling: int) -> None:
        self._counters.set_clock_ceiling(ceiling)
        self._ceiling = ceiling
