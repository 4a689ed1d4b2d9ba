"""Kill, reopen, compare: one round of the crash test."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from crash.found import check_answers, check_builds, check_files, state_of
from crash.journal import Journal
from crash.model import State
from crash.workload import LANES, SETTINGS, journal
from elanus.engine.database import Engine

BUILD_TIMEOUT_S = 60.0
SEEDS = int(os.environ.get("ELANUS_CRASH_SEEDS", "10"))


@dataclass(frozen=True)
class Moment:
    """When to kill: before a step of the disk (:mod:`crash.steps`), or after a time when ``step`` is 0."""

    step: int = 0
    after_s: float = 0.0

    @staticmethod
    def chosen(choose: random.Random) -> Moment:
        """Early steps fall into recovery, later ones into work; times are late enough for builds and merges."""
        kind = choose.choices(("early", "step", "time"), (2, 4, 5))[0]
        if kind == "early":
            return Moment(step=choose.randint(1, 60))
        if kind == "step":
            return Moment(step=int(choose.triangular(60, 1200, 150)))
        return Moment(after_s=choose.triangular(0.01, 3.0, 0.3))


class Nursery:
    """The process that forks workloads."""

    def __init__(self, workload: str = "crash.workload") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "crash.nursery", workload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def run_and_kill(self, directory: Path, seed: int, moment: Moment) -> None:
        """A workload from its start to its violent end."""
        self._write(f"{directory} {seed} {moment.step}")
        pid = int(self._read())
        if moment.step == 0:
            time.sleep(moment.after_s)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        status = int(self._read())
        assert status == -signal.SIGKILL, f"the workload ended by itself with status {status}"

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def killed_at_a_step(nursery: Nursery, prepared: Path, directory: Path, seed: int, steps: int) -> None:
    """A copy of what was prepared, whose workload was killed: seed after seed, later among so many steps."""
    shutil.copytree(prepared, directory)
    step = steps * seed // SEEDS + random.Random(seed).randint(1, max(1, steps // SEEDS))
    nursery.run_and_kill(directory, seed, Moment(step=step))


def check_reopened(directory: Path) -> None:
    """Opens what the kill left and compares every lane with its journal, which can go on from there."""
    with closing(Engine.open(directory / "data", SETTINGS)) as engine:
        for lane in LANES:
            _check_lane(engine, journal(directory, lane), lane)
    check_files(directory / "data")


def check_builds_resume(directory: Path) -> None:
    """Opens it once more and waits until every index is finished."""
    with closing(Engine.open(directory / "data", SETTINGS)) as engine:
        for collection in engine.collections(""):
            check_builds(collection, BUILD_TIMEOUT_S)
            if (state := state_of(engine, collection.name)).loaded:
                check_answers(collection, state)
    check_files(directory / "data")


def _check_lane(engine: Engine, lines: Journal, lane: str) -> None:
    told = lines.read()
    found = state_of(engine, lane)
    assert found in told.allowed, f"{lane}: {_difference(found, told.allowed)}, last: {told.open_intent}"
    if told.open_intent is not None:
        lines.settle(happened=found != told.state)
    if found.loaded:
        check_answers(engine.collection("", lane), found)


def _difference(found: State, allowed: list[State]) -> str:
    """What is wrong, against each state that would have been right, in a few words."""
    return "; or ".join(_against(found, state) for state in allowed)


def _against(found: State, right: State) -> str:
    lost = sorted(right.rows.keys() - found.rows.keys())
    extra = sorted(found.rows.keys() - right.rows.keys())
    stale = sorted(row for row in right.rows.keys() & found.rows.keys() if right.rows[row] != found.rows[row])
    others = [
        f"{name} is {getattr(found, name)!r}, not {getattr(right, name)!r}"
        for name in ("exists", "extra", "partitions", "index", "loaded")
        if getattr(found, name) != getattr(right, name)
    ]
    differing = {"lost": lost, "extra": extra, "stale": stale}
    rows = [f"{word} {len(ids)} rows {ids[:5]}" for word, ids in differing.items() if ids]
    return ", ".join([*rows, *others])
