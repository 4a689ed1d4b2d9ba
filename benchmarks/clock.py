"""Seconds by the clock, and seconds of processor: beside other work only the latter compare."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.processes import cpu_s


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float

    @staticmethod
    def of(repeats: Sequence[Cost]) -> Cost:
        """The median of interleaved repeats."""
        return Cost(median(cost.wall for cost in repeats), median(cost.cpu for cost in repeats))

    def shared(self, among: int) -> Cost:
        """What one of so many cost."""
        return Cost(self.wall / among, self.cpu / among)


def timed(work: Callable[[], object]) -> Cost:
    """What this process spends on it."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - begun, time.process_time() - used)


def timed_with_workers(work: Callable[[], object]) -> Cost:
    """What this process and those it started spend, to a hundredth of a second; workers must not have ended."""
    begun, used = time.perf_counter(), cpu_s(os.getpid())
    work()
    return Cost(time.perf_counter() - begun, cpu_s(os.getpid()) - used)
