"""How far a build is, honestly: counted rows, a measured rate, a time left that knows how the cost grows."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from elanus.index.base import Foreseen

TICK_SECONDS = 0.5


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
    seconds_left     until all rows are added, None while nothing is measured; writing and verifying come on top.
                     While training, by the steps that were done, before that by a small part of the work
    resumed_rows     rows that a checkpoint held
    resident_bytes   memory of the building process now
    """

    phase: BuildPhase
    rows_done: int
    rows_total: int
    rows_per_second: float
    seconds_left: float | None
    resident_bytes: int
    resumed_rows: int = 0


Report = Callable[[BuildProgress], None]
"""Called by a build about twice a second while it trains and adds. Raising from it (Cancelled) ends the build."""


class Meter:
    """Counts rows as they are added and tells ``report``.

    The time left follows from the later half of what was added so far, at the cost the type's own ``work`` gives to the
    rows to come: what slowed down lately (a fuller graph, a busier machine) is believed, what was slow long ago is not.

    work  cost of the first n rows, in any unit (:meth:`IndexBuilder.work`)
    """

    def __init__(self, rows_total: int, report: Report, work: Callable[[int], float]) -> None:
        self._total = rows_total
        self._report = report
        self._work = work
        self._steps: list[tuple[int, float]] = [(0, time.monotonic())]
        self._foreseen: tuple[Foreseen, float] | None = None

    def train(self, steps: Iterable[Foreseen]) -> None:
        """Takes the steps of a training, telling about twice a second how long it and the adding may still take.

        What a listener raises is raised here, when the step is over.
        """
        with self._telling(BuildPhase.TRAINING) as raised:
            for left in steps:
                self._foreseen = left, time.monotonic()
                if raised:
                    raise raised[0]

    @contextmanager
    def _telling(self, phase: BuildPhase) -> Iterator[list[BaseException]]:
        """Tells from a thread of its own; what a listener raised there comes in the list, and ends the telling."""
        over, raised = threading.Event(), list[BaseException]()

        def tick() -> None:
            try:
                while not over.wait(TICK_SECONDS):
                    self.tell(phase)
            except BaseException as stop:
                raised.append(stop)

        self.tell(phase)
        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield raised
        finally:
            over.set()
            ticking.join()
        if raised:
            raise raised[0]

    def start_adding(self, rows_done: int) -> None:
        """Measuring begins; ``rows_done`` came from a checkpoint."""
        self._steps = [(rows_done, time.monotonic())]
        if self._foreseen is not None:
            self._foreseen = Foreseen(0.0, self._foreseen[0].adding_s), time.monotonic()
        self.tell(BuildPhase.ADDING)

    def added(self, rows: int) -> None:
        self._steps.append((self._done + rows, time.monotonic()))
        self.tell(BuildPhase.ADDING)

    def tell(self, phase: BuildPhase) -> None:
        self._report(self._progress(phase, self._seconds_left() if self._measured else self._foreseen_s()))

    def _progress(self, phase: BuildPhase, seconds_left: float | None) -> BuildProgress:
        return BuildProgress(
            phase=phase,
            rows_done=self._done,
            rows_total=self._total,
            rows_per_second=self._measured / max(time.monotonic() - self._steps[0][1], 1e-9),
            seconds_left=seconds_left,
            resident_bytes=resident_bytes(),
            resumed_rows=self._steps[0][0],
        )

    @property
    def _measured(self) -> int:
        """Rows added since measuring began."""
        return self._done - self._steps[0][0]

    @property
    def _done(self) -> int:
        return self._steps[-1][0]

    def _foreseen_s(self) -> float | None:
        if self._foreseen is None:
            return None
        left, said = self._foreseen
        return max(0.0, left.training_s - (time.monotonic() - said)) + left.adding_s

    def _seconds_left(self) -> float:
        first, (done, now) = self._steps[0][0], self._steps[-1]
        middle, then = self._steps[bisect_left(self._steps, ((first + done) // 2, 0.0), hi=len(self._steps) - 1)]
        if middle == done:
            middle, then = self._steps[-2]
        return (now - then) * (self._work(self._total) - self._work(done)) / (self._work(done) - self._work(middle))


def resident_bytes() -> int:
    """Memory this process holds, mapped files not counted; where the system does not tell, its highest so far."""
    try:
        _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import resource

    return (resident - shared) * resource.getpagesize()
