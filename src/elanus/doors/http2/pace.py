"""How often something may happen: at once, and in the long run."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """Allows ``burst`` times at once and ``per_second`` in the long run."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float]) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._clock = clock
        self._left = self._burst
        self._at = clock()

    def allows(self) -> bool:
        """Counts one; False when it is too many."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        self._left -= 1.0
        return self._left >= 0.0
