"""The meter: rates and time left with a clock that the test moves."""

import pytest

from elanus.index import progress
from elanus.index.progress import BuildPhase, Meter


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_time_left_follows_the_cost_not_the_count(clock):
    told = []
    meter = Meter(100, told.append, work=lambda rows: rows * rows)
    meter.start_adding(0)
    clock[0] += 10
    meter.added(50)
    assert told[-1].rows_per_second == pytest.approx(5)
    assert told[-1].seconds_left == pytest.approx(30)  # half the rows, a quarter of the work
    clock[0] += 30
    meter.added(50)
    assert told[-1].seconds_left == 0
    assert told[-1].rows_done == told[-1].rows_total == 100


def test_rows_of_a_checkpoint_count_as_done_but_not_as_speed(clock):
    told = []
    meter = Meter(100, told.append, work=float)
    meter.tell(BuildPhase.SAMPLING)
    meter.start_adding(40)
    assert (told[-1].rows_done, told[-1].rows_per_second, told[-1].seconds_left) == (40, 0, None)
    clock[0] += 2
    meter.added(20)
    assert (told[-1].rows_done, told[-1].rows_per_second) == (60, pytest.approx(10))
    assert told[-1].seconds_left == pytest.approx(4)
