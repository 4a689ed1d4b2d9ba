"""The queue of index builds and the worker processes that do them.

A build never runs in the serving process: it cannot stall a search, and when the system kills it the server lives.
A worker is a Python process of its own at low priority (:mod:`elanus.engine.worker`), started when there is work and
ended when there has been none for a while. Killing it is how a running build is cancelled.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from elanus.engine.requests import BuildState, BuildStatus
from elanus.errors import BuildFailed
from elanus.index.base import IndexSpec

logger = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
"""A worker without work ends after this long and gives its memory back."""
CLOSING = "the engine closes"


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """One index over one segment, as files.

    data        the segment's data file; ``column`` the vector field in it
    output      where the finished index goes; ``checkpoint`` what an interrupted build continues from
    """

    build_id: int
    index_id: int
    segment_id: int
    row_count: int
    spec: IndexSpec
    data: Path
    column: str
    output: Path
    checkpoint: Path
    checkpoint_seconds: float
    threads: int

    def remove_files(self, keep: Path | None = None) -> None:
        """Delete what the build left: index, checkpoint and what a killed worker was writing. Its worker has ended."""
        with suppress(FileNotFoundError):  # the directory went meanwhile
            for path in self.output.parent.glob(f"*index-{self.build_id}.*"):
                if path != keep:
                    path.unlink(missing_ok=True)

    def to_json(self) -> bytes:
        spec = {
            "type": self.spec.type,
            "metric": self.spec.metric.value,
            "dim": self.spec.dim,
            "params": self.spec.params,
        }
        return orjson.dumps(
            {
                "spec": spec,
                "data": str(self.data),
                "column": self.column,
                "output": str(self.output),
                "checkpoint": str(self.checkpoint),
                "checkpoint_seconds": self.checkpoint_seconds,
                "threads": self.threads,
            }
        )


class Build:
    """A build in the queue, running, or ended. Its status only moves forward.

    over  set when it ended and whoever ordered it has heard
    """

    def __init__(self, order: BuildOrder, ended: Callable[[Build], None]) -> None:
        self.order = order
        self.report: Mapping[str, Any] = {}
        self.over = threading.Event()
        self.cancelled = False
        self._ended = ended
        self._status = BuildStatus(order.build_id, order.segment_id, BuildState.QUEUED, "queued", 0, order.row_count)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def status(self) -> BuildStatus:
        return self._status

    def kill(self) -> None:
        """End it within moments if it runs, at its turn if it waits."""
        with self._lock:
            self.cancelled = True
            if self._process is not None:
                self._process.kill()

    def progressed(self, told: Mapping[str, Any], worker: str) -> None:
        self._status = BuildStatus(
            self.order.build_id,
            self.order.segment_id,
            BuildState.RUNNING,
            told["phase"],
            max(told["rows_done"], self._status.rows_done),
            self.order.row_count,
            told["rows_per_second"],
            told["seconds_left"],
            told["resident_bytes"],
            worker,
        )

    def end(self, state: BuildState, reason: str = "") -> None:
        """The last step: the status is final, then whoever ordered the build hears of it."""
        last = self._status
        done = self.order.row_count if state is BuildState.FINISHED else last.rows_done
        self._status = BuildStatus(
            last.build_id, last.segment_id, state, state.value, done, last.rows_total, last.rows_per_second, None, 0,
            last.worker, reason,
        )  # fmt: skip
        try:
            self._ended(self)
        finally:
            self.over.set()

    def run(self, worker: Worker) -> None:
        """Do it in this worker; returns when it ended, one way or the other."""
        state, reason = BuildState.FINISHED, ""
        try:
            self._occupy(worker.started())
            self.report = worker.do(self)
        except BuildFailed as failed:
            state, reason = BuildState.FAILED, failed.message
        except Exception as failed:
            state, reason = BuildState.FAILED, f"{type(failed).__name__}: {failed}"
            logger.exception("build %d failed in the serving process", self.order.build_id)
        finally:
            self._occupy(None)
        if self.cancelled and state is BuildState.FAILED:
            state, reason = BuildState.CANCELLED, "cancelled"
        self.end(state, reason)

    def _occupy(self, process: subprocess.Popen[bytes] | None) -> None:
        """From now on :meth:`kill` ends this process; none when it may be working for another build."""
        with self._lock:
            if self.cancelled and process is not None:
                raise BuildFailed("cancelled")
            self._process = process


class Worker:
    """A worker process, started when needed, and the pipe to it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def started(self) -> subprocess.Popen[bytes]:
        """The process, alive. Raises OSError when the system has none left."""
        if self._process is None or not self.alive:
            self.close()
            self._process = _worker_process()
        return self._process

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def do(self, build: Build) -> Mapping[str, Any]:
        """The report of the finished build. Raises BuildFailed with the reason."""
        process = self._process
        assert process is not None, "started"
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(build.order.to_json() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise BuildFailed(_death(process)) from None
        for line in process.stdout:
            told = orjson.loads(line)
            if "phase" in told:
                build.progressed(told, f"process {process.pid}")
            elif "failed" in told:
                raise BuildFailed(told["failed"])
            else:
                report: Mapping[str, Any] = told["finished"]
                return report
        raise BuildFailed(_death(process))

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # an order that a dead worker never read
                    pipe.close()


def _worker_process() -> subprocess.Popen[bytes]:
    package_root = str(Path(__file__).resolve().parents[2])
    paths = [package_root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "elanus.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )


def _death(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code >= 0:
        return f"worker process {process.pid} ended with exit code {code}"
    usual = "; out of memory is the usual reason" if -code == signal.SIGKILL else ""
    return f"worker process {process.pid} was killed by signal {-code}{usual}"


class BuildQueue:
    """First come, first built, ``workers`` at a time."""

    def __init__(self, workers: int) -> None:
        self._waiting: deque[Build] = deque()
        self._changed = threading.Condition()
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._running: set[Build] = set()
        self._closed = False

    def submit(self, order: BuildOrder, ended: Callable[[Build], None]) -> Build:
        """Queue a build. ``ended`` is called once, mostly from another thread, when it is over one way or the other."""
        build = Build(order, ended)
        with self._changed:
            closed = self._closed
            if not closed:
                self._waiting.append(build)
                self._start_thread()
                self._changed.notify()
        if closed:
            build.end(BuildState.CANCELLED, CLOSING)
        return build

    def cancel(self, build: Build) -> None:
        """End a build: at once when it waits, within moments when it runs."""
        with self._changed:
            waits = build in self._waiting
            if waits:
                self._waiting.remove(build)
        if waits:
            build.end(BuildState.CANCELLED, "cancelled")
        else:
            build.kill()

    def close(self) -> None:
        """Stop building. Who ordered what waits or runs finds :attr:`closed` true and leaves it to the next open."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            for build in self._running:
                build.kill()
            self._changed.notify_all()
        for build in waiting:
            build.end(BuildState.CANCELLED, CLOSING)
        for thread in self._threads:
            thread.join()

    @property
    def closed(self) -> bool:
        return self._closed

    def _start_thread(self) -> None:
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._serve, name="elanus-builds", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self) -> None:
        worker = Worker()
        while True:
            build = self._next(IDLE_SECONDS if worker.alive else None)
            if build is not None:
                self._do(build, worker)
                continue
            worker.close()
            if self._closed:
                return

    def _do(self, build: Build, worker: Worker) -> None:
        try:
            build.run(worker)
        except Exception:
            logger.exception("the end of build %d could not be noted", build.order.build_id)
        finally:
            with self._changed:
                self._running.discard(build)
        if build.cancelled:
            worker.close()

    def _next(self, patience_s: float | None) -> Build | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, patience_s)
            if self._closed or not self._waiting:
                return None
            build = self._waiting.popleft()
            self._running.add(build)
            return build
