"""Against a plain list of events."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from elanus.segment.gone import NOTHING_GONE, Gone, gone_from_events

ROWS = 8
Step = tuple[list[int], bool]
steps = st.lists(st.tuples(st.lists(st.integers(0, ROWS - 1), unique=True), st.booleans()), max_size=6)


def replayed(taken: list[Step]) -> Gone:
    gone = NOTHING_GONE
    for ts, (rows, superseded) in enumerate(taken, start=1):
        gone = gone.with_rows(np.array(sorted(rows), np.int64), ts, superseded=superseded, row_count=ROWS)
    return gone


def expected(taken: list[Step], ts: int) -> tuple[list[bool], list[bool]]:
    live, present = [True] * ROWS, [True] * ROWS
    for at, (rows, superseded) in enumerate(taken, start=1):
        for row in rows if at <= ts else []:
            live[row] = False
            present[row] = present[row] and superseded
    return live, present


def as_list(mask: np.ndarray | None) -> list[bool]:
    return [True] * ROWS if mask is None else mask.tolist()


@given(steps)
def test_masks_now_and_at_every_earlier_time(taken: list[Step]) -> None:
    gone = replayed(taken)
    assert (as_list(gone.live), as_list(gone.present)) == expected(taken, len(taken))
    for ts in range(len(taken) + 1):
        assert (as_list(gone.live_at(ts, ROWS)), as_list(gone.present_at(ts, ROWS))) == expected(taken, ts)


@given(steps)
def test_a_checkpoint_is_the_same_state(taken: list[Step]) -> None:
    gone = replayed(taken)
    again = gone_from_events(gone.events, ROWS)
    assert as_list(again.live) == as_list(gone.live)
    assert as_list(again.present) == as_list(gone.present)
    assert again.deleted_count == gone.deleted_count == as_list(gone.present).count(False)


@given(steps)
def test_the_same_again_is_the_same_object(taken: list[Step]) -> None:
    gone = replayed(taken)
    for rows, superseded in taken:
        assert gone.with_rows(np.array(rows, np.int64), 99, superseded=superseded, row_count=ROWS) is gone


def test_rows_that_come_later_are_live() -> None:
    gone = NOTHING_GONE.with_rows(np.array([0]), 1, superseded=False, row_count=2)
    gone = gone.with_rows(np.array([3]), 2, superseded=False, row_count=4)
    assert gone.live is not None
    assert gone.live.tolist() == [False, True, True, False]
