"""How far a build is, honestly: counted rows, a measured rate, a time left that knows how the cost grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class BuildPhase(StrEnum):
    """In this order; a type without training passes through training at once."""

    SAMPLING = "sampling"
    TRAINING = "training"
    ADDING = "adding"
    WRITING = "writing"
    VERIFYING = "verifying"


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """One report. Phases and rows_done never go back.

    rows_per_second  measured since adding began; 0 before
    seconds_left     until all rows are added, None while nothing is measured; writing and verifying come on top
    resident_bytes   memory of the building process now
    """

    phase: BuildPhase
    rows_done: int
    rows_total: int
    rows_per_second: float
    seconds_left: float | None
    resident_bytes: int


Report = Callable[[BuildProgress], None]
"""Called by a build about twice a second while it adds. Raising from it (Cancelled) ends the build."""


class Meter:
    """Counts rows as they are added and tells ``report``.

    work  cost of the first n rows, in any unit (:meth:`IndexBuilder.work`)
    """

    def __init__(self, rows_total: int, report: Report, work: Callable[[int], float]) -> None:
        self._total = rows_total
        self._report = report
        self._work = work
        self._first = self._done = 0
        self._since = time.monotonic()

    def start_adding(self, rows_done: int) -> None:
        """Measuring begins; ``rows_done`` came from a checkpoint."""
        self._first = self._done = rows_done
        self._since = time.monotonic()
        self.tell(BuildPhase.ADDING)

    def added(self, rows: int) -> None:
        self._done += rows
        self.tell(BuildPhase.ADDING)

    def tell(self, phase: BuildPhase) -> None:
        elapsed = max(time.monotonic() - self._since, 1e-9)
        measured = self._done - self._first
        self._report(
            BuildProgress(
                phase=phase,
                rows_done=self._done,
                rows_total=self._total,
                rows_per_second=measured / elapsed,
                seconds_left=self._seconds_left(elapsed) if measured else None,
                resident_bytes=resident_bytes(),
            )
        )

    def _seconds_left(self, elapsed: float) -> float:
        work_done = self._work(self._done) - self._work(self._first)
        return elapsed * (self._work(self._total) - self._work(self._done)) / work_done


def resident_bytes() -> int:
    """Resident memory of this process; its highest so far where the system does not tell the present."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import resource

    return pages * resource.getpagesize()
