"""How far a build is, honestly: counted rows, a measured rate, a time left that knows how the cost grows."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
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
                     While training, from a small part of the work measured before it
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
        self._foreseen_s: float | None = None

    @contextmanager
    def training(self, foreseen: Foreseen | None) -> Iterator[None]:
        """Tells about twice a second, from a thread of its own, that training goes on and how long it may take.

        What a listener raises there is raised here, when training is over.
        """
        self._foreseen_s = None if foreseen is None else foreseen.adding_s
        started, over = time.monotonic(), threading.Event()
        raised: list[BaseException] = []

        def tell() -> None:
            spent = time.monotonic() - started
            left = None if foreseen is None else max(0.0, foreseen.training_s - spent) + foreseen.adding_s
            self._report(self._progress(BuildPhase.TRAINING, left))

        def tick() -> None:
            try:
                while not over.wait(TICK_SECONDS):
                    tell()
            except BaseException as stop:
                raised.append(stop)

        tell()
        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield
        finally:
            over.set()
            ticking.join()
        if raised:
            raise raised[0]

    def start_adding(self, rows_done: int) -> None:
        """Measuring begins; ``rows_done`` came from a checkpoint."""
        self._steps = [(rows_done, time.monotonic())]
        self.tell(BuildPhase.ADDING)

    def added(self, rows: int) -> None:
        self._steps.append((self._done + rows, time.monotonic()))
        self.tell(BuildPhase.ADDING)

    def tell(self, phase: BuildPhase) -> None:
        self._report(self._progress(phase, self._seconds_left() if self._measured else self._foreseen_s))

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
