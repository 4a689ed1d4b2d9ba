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
from elanus.index.forecast import Forecast, Pace

TICK_SECONDS = 0.5
NOTHING_FORESEEN = Foreseen()


class BuildPhase(StrEnum):
    """In this order; a type without training passes through training at once.

    Of a type that goes through the rows twice, ADDING is the first time, WRITING the second.
    """

    SAMPLING = "sampling"
    TRAINING = "training"
    ADDING = "adding"
    WRITING = "writing"
    VERIFYING = "verifying"


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """One report. Phases and rows_done never go back.

    rows_done        in passes each gives its share of a row: after the first of two it is half of rows_total
    rows_per_second  measured since adding began; 0 before
    seconds_left     until the build is over, None while nothing is known. Of rows by those that were done; while
                     training by its steps, before that by an earlier build or a small part of the work
    resumed_rows     of rows_done what a checkpoint held
    passes           times that the rows are gone through
    resident_bytes   memory of the building process now
    """

    phase: BuildPhase
    rows_done: int
    rows_total: int
    rows_per_second: float
    seconds_left: float | None
    resident_bytes: int
    resumed_rows: int = 0
    passes: int = 1


Report = Callable[[BuildProgress], None]
"""Called by a build about twice a second, by one thread at a time. Raising from it (Cancelled) ends the build."""


class Meter:
    """Counts rows as they are added and tells ``report``.

    The time left follows from the processor time of the later half of what was added so far, at the cost the type's own
    ``work`` gives to the rows to come: what slowed down lately (a fuller graph) is believed, what was slow long ago is
    not. The pace makes seconds of the clock of it.

    work      cost of the first n rows, in any unit, each row counted once a pass (:meth:`IndexBuilder.work`)
    expected  what is known beforehand
    """

    def __init__(
        self,
        rows_total: int,
        report: Report,
        work: Callable[[int], float],
        passes: int = 1,
        expected: Foreseen = NOTHING_FORESEEN,
    ) -> None:
        self._rows_total = rows_total
        self._passes = passes
        self._report = report
        self._work: Callable[[int], float] | None = work
        self._forecast = Forecast(expected)
        self._pace = Pace()
        self._began_s = time.process_time()
        self._telling = threading.Lock()
        self._began_adding_s = time.monotonic()
        self._steps: list[tuple[int, float]] = [(0, self._began_s)]

    def train(self, steps: Iterable[Foreseen]) -> None:
        """Takes the steps of a training, telling about twice a second how long it and the adding may still take.

        What a listener raises is raised here, when the step is over.
        """
        with self.during(BuildPhase.TRAINING) as raised:
            for left in steps:
                self._forecast.heard(left)
                if raised:
                    raise raised[0]

    @contextmanager
    def during(self, phase: BuildPhase) -> Iterator[list[BaseException]]:
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
        """Measuring begins; ``rows_done``, counted once a pass, came from a checkpoint."""
        self._forecast.training_ended()
        self._began_adding_s = time.monotonic()
        self._steps = [(rows_done, time.process_time())]
        self.tell(self._phase)

    def added(self, rows: int) -> None:
        """So many more, in whatever pass."""
        self._steps.append((self._done + rows, time.process_time()))
        if self._done == self._total:
            self._forecast.adding_ended()
        self.tell(self._phase)

    def spent(self) -> Foreseen:
        """Processor seconds until now; nothing of a build that went on from a checkpoint, which is like no other."""
        first, before, after = self._steps[0][0], self._steps[0][1], self._steps[-1][1]
        if first:
            return NOTHING_FORESEEN
        return Foreseen(before - self._began_s, after - before, time.process_time() - after)

    def forget_work(self) -> None:
        """All rows are done: whoever knew their cost may go."""
        self._work = None

    def tell(self, phase: BuildPhase) -> None:
        with self._telling:
            self._report(self._progress(phase, self._seconds_left()))

    def _progress(self, phase: BuildPhase, seconds_left: float | None) -> BuildProgress:
        return BuildProgress(
            phase=phase,
            rows_done=self._done // self._passes,
            rows_total=self._rows_total,
            rows_per_second=self._measured / self._passes / max(time.monotonic() - self._began_adding_s, 1e-9),
            seconds_left=seconds_left,
            resident_bytes=resident_bytes(),
            resumed_rows=self._steps[0][0] // self._passes,
            passes=self._passes,
        )

    @property
    def _phase(self) -> BuildPhase:
        """Of the pass that rows were last counted in."""
        return BuildPhase.ADDING if self._done <= self._rows_total else BuildPhase.WRITING

    @property
    def _total(self) -> int:
        return self._passes * self._rows_total

    @property
    def _measured(self) -> int:
        """Rows added since measuring began."""
        return self._done - self._steps[0][0]

    @property
    def _done(self) -> int:
        return self._steps[-1][0]

    def _seconds_left(self) -> float | None:
        if self._work is not None and self._measured > 0 and self._done < self._total:
            left_s = self._rows_left_s(self._work) + self._forecast.closing_s
        elif self._forecast.is_known:
            left_s = self._forecast.left_s
        else:
            return None
        return left_s * self._pace.now()

    def _rows_left_s(self, work: Callable[[int], float]) -> float:
        """Processor seconds, by what this pass did so far."""
        done, now = self._steps[-1]
        first = max(self._steps[0][0], self._rows_total * ((done - 1) // self._rows_total))
        middle, then = self._steps[bisect_left(self._steps, ((first + done) // 2, 0.0), hi=len(self._steps) - 1)]
        if middle == done:
            middle, then = self._steps[-2]
        return (now - then) * (work(self._total) - work(done)) / (work(done) - work(middle))


def resident_bytes() -> int:
    """Memory this process holds, mapped files not counted; where the system does not tell, its highest so far."""
    try:
        _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import resource

    return (resident - shared) * resource.getpagesize()
