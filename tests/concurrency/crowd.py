"""Threads that work at once, started together; the first failure of any of them is the test's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


class Crowd:
    """``workers`` end by themselves; ``companions`` are called again and again until the workers have ended."""

    def __init__(self, workers: Sequence[Callable[[], object]], companions: Sequence[Callable[[], object]]) -> None:
        self._failures: list[BaseException] = []
        self._over = threading.Event()
        self._together = threading.Barrier(len(workers) + len(companions))
        self._workers = [threading.Thread(target=self._guarded, args=(worker,)) for worker in workers]
        self._companions = [threading.Thread(target=self._guarded, args=(self._repeated(c),)) for c in companions]

    def run(self) -> None:
        """Returns when all have ended. Raises what the first of them raised."""
        for thread in (*self._workers, *self._companions):
            thread.start()
        for worker in self._workers:
            worker.join()
        self._over.set()
        for companion in self._companions:
            companion.join()
        if self._failures:
            raise self._failures[0]

    def _repeated(self, action: Callable[[], object]) -> Callable[[], None]:
        def repeated() -> None:
            while not self._over.is_set():
                action()

        return repeated

    def _guarded(self, action: Callable[[], object]) -> None:
        self._together.wait()
        try:
            action()
        except BaseException as failure:
            self._failures.append(failure)
            self._over.set()
