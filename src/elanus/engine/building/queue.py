"""The queue of index builds of a data directory, and the threads that take from it, each with a worker process.

A worker is started when there is work and ended when there has been none for a while. Killing it is how a running
build is cancelled.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.building.choice import Scene, next_build, shortfall
from elanus.engine.building.worker_process import Worker
from elanus.engine.requests import BuildState
from elanus.errors import BuildFailed

logger = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
"""A worker without work ends after this long and gives its memory back."""
LOOK_SECONDS = 1.0
"""How often waiting builds are looked at again: what is asked for and what ages changes their order."""
CLOSING = "the engine closes"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BuildBudget:
    """workers at once; memory of all builds together, bytes."""

    workers: int
    memory_bytes: int


class BuildQueue:
    """Safe to use from many threads."""

    def __init__(self, budget: BuildBudget) -> None:
        self._budget = budget
        self._waiting: list[Build] = []
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._running: dict[Build, Worker] = {}
        self._served: dict[int, int] = {}
        self._turns = count(1)
        self._closed = False

    def submit(self, order: BuildOrder, ended: Callable[[Build], None]) -> Build:
        """Queue a build. ``ended`` is called once, mostly from another thread, when it is over one way or the other."""
        build = Build(order, ended)
        with self._changed:
            closed = self._closed
            if not closed:
                self._waiting.append(build)
                self._start_thread()
                self._changed.notify_all()
        if closed:
            build.end(BuildState.CANCELLED, CLOSING)
        return build

    def cancel(self, build: Build) -> None:
        """End a build: at once when it waits, within moments when it runs."""
        with self._changed:
            waits = build in self._waiting
            if waits:
                self._waiting.remove(build)
            worker = self._running.get(build)
        if waits:
            build.end(BuildState.CANCELLED, CANCELLED)
        elif worker is not None:
            worker.stop(build)

    def close(self) -> None:
        """Stop building. Who ordered what waits or runs finds :attr:`closed` true and leaves it to the next open."""
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            for build, worker in self._running.items():
                worker.stop(build)
            self._changed.notify_all()
        for build in waiting:
            build.end(BuildState.CANCELLED, CLOSING)
        for thread in self._threads:
            thread.join()

    @property
    def closed(self) -> bool:
        return self._closed

    def _start_thread(self) -> None:
        if len(self._threads) < self._budget.workers:
            thread = threading.Thread(target=self._serve, name="elanus-builds", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self) -> None:
        worker = Worker()
        while True:
            build = self._next(worker)
            if build is not None:
                self._do(build, worker)
                continue
            worker.close()
            if self._closed:
                return

    def _do(self, build: Build, worker: Worker) -> None:
        try:
            build.end(*self._outcome(build, worker))
        except Exception:
            logger.exception("the end of build %d could not be noted", build.order.build_id)
        finally:
            with self._changed:
                del self._running[build]
                self._changed.notify_all()
        if build.cancelled:
            worker.close()

    def _outcome(self, build: Build, worker: Worker) -> tuple[BuildState, str]:
        """Build it; how it ended, and why."""
        try:
            refused = shortfall(build, self._budget.memory_bytes, _free_disk_bytes(build))
            if refused:
                return BuildState.REFUSED, refused
            build.report = worker.do(build)
        except BuildFailed as failed:
            return (BuildState.CANCELLED, CANCELLED) if build.cancelled else (BuildState.FAILED, failed.message)
        except Exception as failed:
            logger.exception("build %d failed in the serving process", build.order.build_id)
            return BuildState.FAILED, f"{type(failed).__name__}: {failed}"
        return BuildState.FINISHED, ""

    def _next(self, worker: Worker) -> Build | None:
        """The build to do; None when the worker may rest or the queue is closed."""
        deadline = time.monotonic() + IDLE_SECONDS
        with self._changed:
            while not self._closed:
                build = next_build(self._scene())
                if build is not None:
                    self._begin(build, worker)
                    return build
                left = deadline - time.monotonic()
                if worker.alive and left <= 0:
                    return None
                self._changed.wait(LOOK_SECONDS if self._waiting else left if worker.alive else None)
        return None

    def _scene(self) -> Scene:
        return Scene(self._waiting, self._running, self._served, self._budget.memory_bytes, time.monotonic())

    def _begin(self, build: Build, worker: Worker) -> None:
        self._waiting.remove(build)
        self._running[build] = worker
        self._served[build.order.collection_id] = next(self._turns)


def _free_disk_bytes(build: Build) -> int:
    """Where its file goes; its segment may have been dropped meanwhile, with the directory."""
    for directory in build.order.output.parents:
        with suppress(FileNotFoundError):
            return shutil.disk_usage(directory).free
    return 0
