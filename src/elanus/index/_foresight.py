"""Processor time that a step over all rows will take here, measured on a few before it begins."""

from __future__ import annotations

import time
from collections.abc import Callable

from elanus.index._clustering import FAST_VALUES
from elanus.index.base import Floats

LONG_ENOUGH_S = 0.005
"""A shorter measure says little."""


def seconds_for(row_count: int, step: Callable[[Floats], object], rows: Floats) -> float:
    """Of ``step`` over so many rows, from ever more of ``rows`` until it took long enough.

    rows  one or more, and no more than are taken at once
    """
    count = FAST_VALUES // int(rows.shape[1]) + 1
    while (spent := _again(step, rows[:count])) < LONG_ENOUGH_S and count < len(rows):
        count *= 4
    return spent * row_count / min(count, len(rows))


def _again(step: Callable[[Floats], object], rows: Floats) -> float:
    """Seconds of the step, when it was done before: the first time its memory has to be found."""
    step(rows)
    started = time.process_time()
    step(rows)
    return time.process_time() - started
