"""Searches that go on in a thread while something else happens, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from time import perf_counter

import numpy as np

from elanus.cli.demo.embedding import Floats

Search = Callable[[Floats], object]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a searching thread saw; latencies in milliseconds."""

    searches: int
    failures: tuple[str, ...]
    p50_ms: float
    p99_ms: float


class Searching:
    """Searches one vector after the other from ``start`` until ``tally``, without a pause."""

    def __init__(self, search: Search, vectors: Floats, refusals: tuple[type[Exception], ...]) -> None:
        """vectors  (n, dim), searched in turn; refusals  what a failed search raises"""
        self._search = search
        self._refusals = refusals
        self._vectors = vectors
        self._latencies: list[float] = []
        self._failures: list[str] = []
        self._enough = Event()
        self._thread = Thread(target=self._run, name="searching", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tally(self) -> Tally:
        """Ends the thread."""
        self._enough.set()
        self._thread.join()
        p50, p99 = np.percentile(self._latencies or [0.0], [50, 99]) * 1000
        return Tally(len(self._latencies), tuple(self._failures), float(p50), float(p99))

    def _run(self) -> None:
        turn = 0
        while not self._enough.is_set():
            started = perf_counter()
            try:
                self._search(self._vectors[turn % len(self._vectors)])
            except self._refusals as failure:
                self._failures.append(str(failure))
            self._latencies.append(perf_counter() - started)
            turn += 1
