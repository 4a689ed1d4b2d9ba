"""A worker process as the serving process sees it: started when needed, told what to build, killed to stop.

A build never runs in the serving process: it cannot stall a search, and when the system kills it the server lives.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from elanus.engine.building.build import Build
from elanus.errors import BuildFailed

ALLOCATION = {"MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
"""For the allocator of glibc: an array of this size goes back to the system when it goes. By itself that learns from
the first that go to keep the next, and a worker would grow from build to build."""


class Worker:
    """A process and the pipe to it. One thread gives it work; any thread may stop what it does."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._doing: Build | None = None
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def do(self, build: Build) -> Mapping[str, Any]:
        """The report of the finished build. Raises BuildFailed with the reason, OSError when no process can start."""
        with self._lock:
            if build.cancelled:
                raise BuildFailed("cancelled")
            process = self._started()
            self._doing = build
        try:
            return _report(process, build)
        finally:
            with self._lock:
                self._doing = None

    def stop(self, build: Build) -> None:
        """End this build within moments, if it is what the process does; mark it, so that it is not begun."""
        with self._lock:
            build.cancelled = True
            if self._doing is build and self._process is not None:
                self._process.kill()

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

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or not self.alive:
            self.close()
            self._process = _worker_process()
        return self._process


def _report(process: subprocess.Popen[bytes], build: Build) -> Mapping[str, Any]:
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


def _worker_process() -> subprocess.Popen[bytes]:
    package_root = str(Path(__file__).resolve().parents[2])
    paths = [package_root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "elanus.engine.building.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ALLOCATION, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )


def _death(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code >= 0:
        return f"worker process {process.pid} ended with exit code {code}"
    usual = "; out of memory is the usual reason" if -code == signal.SIGKILL else ""
    return f"worker process {process.pid} was killed by signal {-code}{usual}"
