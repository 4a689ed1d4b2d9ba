"""Kill -9 while a snapshot is taken, restored and dropped: what was told is true, nothing is half there.

``ELANUS_CRASH_SEEDS`` sets how many kills there are (``make test-crash``: hundreds); they are spread over all steps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crash.found import check_builds, check_files, rows_of
from crash.harness import SEEDS, Nursery, killed_at_a_step
from crash.model import Row
from crash.snapshotting import AGAIN, NAME, SNAPSHOT, prepare, told
from crash.workload import SETTINGS
from elanus.engine.collection import Collection
from elanus.engine.database import Engine

STEPS = 180
"""A little more than there are from opening the directory to dropping the snapshot."""

ROWS: dict[int, Row] = {row: (2 if row < 20 else 1, "_default", None) for row in range(300)}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    started = Nursery("crash.snapshotting")
    yield started
    started.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("prepared")
    prepare(directory)
    return directory


@pytest.mark.parametrize("seed", range(SEEDS))
def test_snapshots_survive_a_kill(seed: int, nursery: Nursery, prepared: Path, tmp_path: Path) -> None:
    directory = tmp_path / "killed"
    killed_at_a_step(nursery, prepared, directory, seed, STEPS)
    with closing(Engine.open(directory / "data", SETTINGS)) as engine:
        source = engine.collection("", NAME)
        assert rows_of(source) == ROWS
        _check_what_was_told(engine, source, told(directory))
    check_files(directory / "data")


def _check_what_was_told(engine: Engine, source: Collection, lines: list[str]) -> None:
    """A job that is known goes on to its end; a snapshot that is there can be restored."""
    names = [info.name for info in engine.snapshots.of(source)]
    jobs = [job.job_id for job in engine.restores.statuses()]
    assert jobs == [int(line.split()[1]) for line in lines if line.startswith("job")] or "dropping" not in lines
    for job in jobs:
        _check_restored(engine, job, AGAIN)
    if "created" in lines and "dropping" not in lines:
        assert names == [SNAPSHOT]
    if "dropped" in lines:
        assert names == []
    if names:
        _check_restored(engine, engine.restore(source, SNAPSHOT, "", "checked"), "checked")


def _check_restored(engine: Engine, job: int, name: str) -> None:
    deadline = time.monotonic() + 30
    while (status := engine.restores.status(job)).state not in ("completed", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert status.state == "completed", status.reason
    collection = engine.collection("", name)
    assert rows_of(collection) == ROWS
    check_builds(collection, 60)
