"""Kill -9 while rows are imported: each job has brought all of its rows, or none and begins anew.

``ELANUS_CRASH_SEEDS`` sets how many kills there are, spread over the steps of two jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crash.found import check_files
from crash.harness import SEEDS, Nursery, killed_at_a_step
from crash.importing import BROUGHT, GROWING, NAME, SEALED, SETTINGS, prepare, read, wait
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.search.query import query
from elanus.search.requests import QuerySpec

STEPS = 250
"""A little more than there are in two jobs."""

BEFORE = dict.fromkeys(SEALED, 0) | dict.fromkeys(GROWING, 1)
BETWEEN = range(290, 310)
"""Rows that are inserted between two jobs."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    started = Nursery("crash.importing")
    yield started
    started.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("prepared")
    prepare(directory)
    return directory


@pytest.mark.parametrize("seed", range(SEEDS))
def test_imports_survive_a_kill(seed: int, nursery: Nursery, prepared: Path, tmp_path: Path) -> None:
    directory = tmp_path / "killed"
    killed_at_a_step(nursery, prepared, directory, seed, STEPS)
    with closing(Engine.open(directory / "data", SETTINGS)) as engine:
        _check(engine)
        _check_the_rest_ends(engine)
    check_files(directory / "data")


def _check(engine: Engine) -> None:
    """What the jobs that are completed brought is there, all of it; of the others nothing."""
    done = [one.record.id for one in engine.imports.statuses() if one.state == "completed"]
    found = _contents(engine.collection("", NAME))
    newest = BEFORE | (dict.fromkeys(BROUGHT, done[-1]) if done else {})
    inserted_first = dict.fromkeys(BETWEEN, 2) | (dict.fromkeys(BROUGHT, done[-1]) if done else {})
    assert found in (newest, newest | dict.fromkeys(BETWEEN, 2), BEFORE | inserted_first)


def _check_the_rest_ends(engine: Engine) -> None:
    """Whatever had not ended does, as if it had not been interrupted."""
    left = [one.record.id for one in engine.imports.statuses() if one.state != "completed"]
    engine.imports.read_by(read)
    for job in left:
        wait(engine, job)
        assert engine.imports.status(job).state == "completed"
    if left:
        _check(engine)


def _contents(collection: Collection) -> dict[int, int]:
    """id -> n of every row; no id comes twice."""
    found = query(collection.view, QuerySpec(filter="n >= 0", output_fields=("id", "n")))
    ids, numbers = (found.columns[name].to_pylist() for name in ("id", "n"))
    assert len(ids) == len(set(ids))
    return dict(zip(ids, numbers, strict=True))
