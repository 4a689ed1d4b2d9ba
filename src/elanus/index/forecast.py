"""How long the rest of a build takes: its work in processor time, told in seconds of the clock.

What work costs in processor time does not change when the machine is busy; how long that takes does. So the two are
measured apart: the cost over all that was done, the pace lately.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace

from elanus.index.base import Foreseen

LATELY_SECONDS = (2.0, 30.0)
"""The pace is that of the last quarter of the build, within these bounds."""
UNKNOWN_SECONDS = 0.05
"""So much at a pace of 1 is thought to lie before the build: a pace over some milliseconds says nothing."""


class Pace:
    """Seconds of the clock that one of this process takes, on all its threads together."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._moments = deque([(self._began_s, time.process_time())])

    def now(self) -> float:
        """As it was lately; to be asked about twice a second."""
        clock_s, spent_s = time.monotonic(), time.process_time()
        shortest, longest = LATELY_SECONDS
        lately_s = clock_s - min(max((clock_s - self._began_s) / 4, shortest), longest)
        while len(self._moments) > 1 and self._moments[1][0] <= lately_s:
            self._moments.popleft()
        then_s, before_s = self._moments[0]
        self._moments.append((clock_s, spent_s))
        return (clock_s - then_s + UNKNOWN_SECONDS) / (spent_s - before_s + UNKNOWN_SECONDS)


class Forecast:
    """What is left of a build besides rows that are counted, in processor seconds.

    expected  of the whole build, from an earlier one like it; without one of what comes last alone
    """

    def __init__(self, expected: Foreseen) -> None:
        self._expected = expected
        self.is_known = self._is_like_another = expected.training_s + expected.adding_s > 0
        self._begin(expected.training_s, expected.adding_s + expected.closing_s)

    @property
    def closing_s(self) -> float:
        """From the last row on."""
        return self._expected.closing_s

    @property
    def left_s(self) -> float:
        """What is under way may take longer than was said: all that comes after it is still to come."""
        return self._under_way_left_s + self._later_s

    def heard(self, left: Foreseen) -> None:
        """What a step of training says is left; an earlier build knows better, until it is outlasted."""
        if self._is_like_another and self._under_way_left_s > 0:
            return
        adding_s = self._expected.adding_s if self._is_like_another else left.adding_s
        self._expected = replace(self._expected, adding_s=adding_s)
        self._begin(left.training_s, adding_s + self.closing_s)
        self.is_known = True

    def training_ended(self) -> None:
        self._begin(self._expected.adding_s, self.closing_s)

    def adding_ended(self) -> None:
        self._begin(self.closing_s, 0.0)
        self.is_known = True

    @property
    def _under_way_left_s(self) -> float:
        return max(0.0, self._under_way_s - (time.process_time() - self._since_s))

    def _begin(self, under_way_s: float, later_s: float) -> None:
        self._under_way_s, self._later_s, self._since_s = under_way_s, later_s, time.process_time()
