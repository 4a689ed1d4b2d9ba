"""The progress bar's numbers, from index statuses."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from elanus.cli.progress import building, ended, rows_done, watch
from elanus.engine.requests import BuildState, BuildStatus, IndexState, IndexStatus
from elanus.errors import BuildFailed

QUEUED = IndexStatus(
    id=1,
    name="vector",
    field="vector",
    type="HNSW",
    user_params={},
    spec={},
    properties={},
    state=IndexState.IN_PROGRESS,
    reason="",
    total_rows=1000,
    indexed_rows=0,
    pending_rows=1000,
    growing_rows=0,
    file_bytes=0,
    resident_bytes=0,
    builds=(),
    recall={},
    created_ts=0,
)
ADDING = BuildStatus(7, 70, BuildState.RUNNING, "adding", 250, 600)
FINISHED = BuildStatus(6, 60, BuildState.FINISHED, "finished", 400, 400)
BUILDING = replace(QUEUED, indexed_rows=400, builds=(FINISHED, ADDING), phase="adding", rows_per_second=99.0)
BUILT = replace(QUEUED, state=IndexState.FINISHED, indexed_rows=1000, pending_rows=0)


def test_rows_done_are_those_indexed_and_those_of_running_builds() -> None:
    assert [rows_done(status) for status in (QUEUED, BUILDING, BUILT)] == [0, 650, 1000]


def test_switch_goes_on_until_nothing_is_switched_to() -> None:
    switching = replace(BUILT, switching_to="IVF_FLAT", builds=(ADDING,))
    assert rows_done(switching) == 250
    assert building(switching) == "vector HNSW → IVF_FLAT"
    assert not ended(switching)
    assert ended(BUILT)


def test_watch_shows_every_phase_and_gives_the_last_status() -> None:
    answers = iter([QUEUED, BUILDING, BUILT])
    shown = io.StringIO()
    last = watch(lambda: next(answers), Console(file=shown, force_terminal=True, width=200))
    assert last is BUILT
    assert "1,000 / 1,000" in shown.getvalue()


def test_failed_build_is_raised_with_its_reason() -> None:
    failed = replace(QUEUED, state=IndexState.FAILED, reason="disk full")
    with pytest.raises(BuildFailed, match="disk full"):
        watch(lambda: failed, Console(quiet=True))
