"""The meter: rates and time left with a clock that the test moves."""

import math
import time

import numpy as np
import pytest

from elanus.errors import Cancelled
from elanus.index import progress
from elanus.index.base import Foreseen
from elanus.index.progress import BuildPhase, Meter


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress.time, "process_time", lambda: now[0])
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


@pytest.mark.parametrize(
    ("cost", "speed"),
    [
        (lambda n: n * math.log2(n + 2), lambda n: 1.0),
        (lambda n: n**1.25, lambda n: 1.0),
        (float, lambda n: 1.0),
        (lambda n: n * math.log2(n + 2), lambda n: 2.0 if n < 100 else 1.0),
    ],
    ids=["as declared", "dearer than declared", "cheaper than declared", "slow to start"],
)
def test_the_time_left_is_within_a_quarter_over_the_last_four_fifths(clock, cost, speed):
    """Also where the declared work is not quite the real cost."""
    told = []
    rows, slice_rows = 1000, 20
    meter = Meter(rows, lambda p: told.append((clock[0], p.seconds_left)), work=lambda n: n * math.log2(n + 2))
    meter.start_adding(0)
    for done in range(0, rows, slice_rows):
        clock[0] += (cost(done + slice_rows) - cost(done)) * speed(done)
        meter.added(slice_rows)
    end = clock[0]
    late = [(at, left) for at, left in told if left is not None and at - 100.0 >= (end - 100.0) / 5]
    assert len(late) > 30
    assert all(left == pytest.approx(end - at, rel=0.25, abs=1e-6) for at, left in late)


def test_two_passes_are_one_way_to_the_end(clock):
    """Rows done, phase and time left, where the second pass costs three times the first."""
    told = []
    rows, slice_rows, pass_s = 1000, 50, (10.0, 30.0)
    meter = Meter(rows, told.append, lambda n: min(n, rows) + 3.0 * max(0, n - rows), passes=2)
    meter.start_adding(0)
    for spent in pass_s:
        for _ in range(0, rows, slice_rows):
            clock[0] += spent * slice_rows / rows
            meter.added(slice_rows)
    done = [p.rows_done for p in told]
    assert done == sorted(done)
    assert done[len(done) // 2] == rows / 2
    assert (done[-1], told[-1].rows_total, told[-1].passes) == (rows, rows, 2)
    assert told[-1].rows_per_second == pytest.approx(rows / 40)
    phases = [p.phase for p in told]
    assert phases == [BuildPhase.ADDING] * 21 + [BuildPhase.WRITING] * 20
    spent = [*np.arange(1, 21) * 0.5, *(10 + np.arange(1, 21) * 1.5)]
    left = [p.seconds_left for p in told[1:]]
    assert left == pytest.approx([40 - seconds for seconds in spent])


def test_in_the_second_pass_its_own_rows_count(clock):
    """It was thought to cost what the first does, and costs three times as much."""
    told = []
    meter = Meter(100, told.append, float, passes=2)
    meter.start_adding(0)
    clock[0] += 10
    meter.added(100)
    assert told[-1].seconds_left == pytest.approx(10)
    clock[0] += 6
    meter.added(20)
    assert told[-1].seconds_left == pytest.approx(24)


def test_a_checkpoint_of_the_first_of_two_passes_counts_half(clock):
    told = []
    meter = Meter(100, told.append, float, passes=2)
    meter.start_adding(60)
    assert (told[-1].rows_done, told[-1].resumed_rows, told[-1].phase) == (30, 30, BuildPhase.ADDING)
    clock[0] += 7
    meter.added(70)
    assert (told[-1].rows_done, told[-1].phase) == (65, BuildPhase.WRITING)
    assert told[-1].rows_per_second == pytest.approx(5)
    assert told[-1].seconds_left == pytest.approx(7)


def _work(seconds):
    """Of processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_the_time_left_of_training_is_what_was_said_last_less_what_was_spent(monkeypatch):
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(progress.Pace, "now", lambda pace: 1.0)
    told = []

    def steps():
        yield Foreseen(training_s=0.1, adding_s=5.0)
        _work(0.3)
        yield Foreseen(training_s=9.0, adding_s=5.0)
        _work(0.1)

    meter = Meter(100, told.append, work=float)
    meter.train(steps())
    assert {p.phase for p in told} == {BuildPhase.TRAINING}
    left = [p.seconds_left for p in told]
    assert left[0] is None, "nothing is measured before the first step"
    first = [s for s in left[1:] if s < 13]
    assert first == sorted(first, reverse=True)
    assert first[-1] == 5.0, "the step takes longer than was said: the adding is still to come"
    later = left[1 + len(first) :]
    assert later == sorted(later, reverse=True)
    assert later[0] == pytest.approx(14, abs=0.08)
    meter.start_adding(0)
    assert told[-1].seconds_left == pytest.approx(5.0, abs=0.01), "until rows are measured"


def test_a_training_of_which_nothing_is_known_says_so():
    told = []
    Meter(100, told.append, work=float).train(iter(()))
    assert [(p.phase, p.seconds_left) for p in told] == [(BuildPhase.TRAINING, None)]


def test_a_listener_may_end_a_training_between_its_steps(monkeypatch):
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.01)
    told, begun = [], []

    def listener(report):
        told.append(report)
        if len(told) > 1:
            raise Cancelled("stopped by the test")

    def steps():
        for step in range(100):
            begun.append(step)
            time.sleep(0.02)
            yield Foreseen(9.0, 9.0)

    with pytest.raises(Cancelled, match="stopped by the test"):
        Meter(100, listener, work=float).train(steps())
    assert len(told) == 2
    assert len(begun) < 10


def test_the_rate_and_the_time_left_survive_a_slice_at_once(clock):
    told = []
    meter = Meter(10, told.append, work=float)
    meter.start_adding(0)
    meter.added(10)
    assert (told[-1].rows_done, told[-1].seconds_left) == (10, 0)
