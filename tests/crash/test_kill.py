"""Kill -9 at random moments, reopen, compare: everything acknowledged is there, and nothing is half there.

``ELANUS_CRASH_SEEDS`` sets how many seeds are run (a few by default, hundreds by ``make test-crash``). A seed is
``KILLS`` kills on one data directory, each followed by a comparison and then by more work on what was found.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.harness import SEEDS, Moment, Nursery, check_builds_resume, check_reopened
from crash.model import Operation
from crash.workload import LANES, journal

KILLS = 4


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    started = Nursery()
    yield started
    started.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_killed_workload_keeps_what_it_acknowledged(seed: int, nursery: Nursery, tmp_path: Path) -> None:
    choose = random.Random(seed)
    for _ in range(KILLS):
        nursery.run_and_kill(tmp_path, seed, Moment.chosen(choose))
        check_reopened(tmp_path)
    check_builds_resume(tmp_path)


def test_row_that_is_not_there_is_noticed(nursery: Nursery, tmp_path: Path) -> None:
    nursery.run_and_kill(tmp_path, 0, Moment(step=200))
    check_reopened(tmp_path)
    lines = journal(tmp_path, LANES[0])
    lines.intend(Operation("insert", first=7_000_001, count=2))
    lines.acknowledge()
    with pytest.raises(AssertionError, match="lost 2 rows"):
        check_reopened(tmp_path)
