"""What is left besides counted rows, in processor time, and the pace that makes seconds of the clock of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from elanus.index import forecast
from elanus.index.base import Foreseen
from elanus.index.forecast import Forecast, Pace

EARLIER = Foreseen(training_s=10.0, adding_s=20.0, closing_s=3.0)


@dataclass
class Machine:
    """Its clock, and what the process got of it."""

    clock_s: float = 100.0
    spent_s: float = 50.0

    def run(self, seconds: float, share: float = 1.0) -> None:
        self.clock_s += seconds
        self.spent_s += seconds * share


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(forecast.time, "monotonic", lambda: machine.clock_s)
    monkeypatch.setattr(forecast.time, "process_time", lambda: machine.spent_s)
    return machine


@pytest.mark.parametrize("share", [2.0, 1.0, 0.25], ids=["two threads", "one thread", "a busy machine"])
def test_the_pace_is_what_the_process_gets(machine: Machine, share: float) -> None:
    pace = Pace()
    for _ in range(20):
        machine.run(0.5, share)
        now = pace.now()
    assert now == pytest.approx(1 / share, rel=0.1)


def test_the_pace_is_that_of_lately(machine: Machine) -> None:
    pace = Pace()
    for share in (1.0, 0.2):
        for _ in range(40):
            machine.run(0.5, share)
            now = pace.now()
    assert now == pytest.approx(5.0, rel=0.1)


def test_a_pace_over_a_moment_says_little(machine: Machine) -> None:
    pace = Pace()
    machine.run(0.002, share=0.0)
    assert pace.now() == pytest.approx(1.0, rel=0.05)


def test_an_earlier_build_tells_the_whole_way(machine: Machine) -> None:
    left = Forecast(EARLIER)
    assert (left.is_known, left.left_s) == (True, 33.0)
    machine.run(4.0)
    left.heard(Foreseen(training_s=90.0, adding_s=90.0))
    assert left.left_s == 29.0, "better than what is only rehearsed"
    left.training_ended()
    machine.run(5.0)
    assert left.left_s == 18.0
    left.adding_ended()
    machine.run(2.0)
    assert left.left_s == pytest.approx(1.0)
    machine.run(2.0)
    assert left.left_s == 0.0


def test_a_training_that_outlasts_the_earlier_one_is_believed(machine: Machine) -> None:
    left = Forecast(EARLIER)
    machine.run(12.0)
    assert left.left_s == 23.0
    left.heard(Foreseen(training_s=6.0, adding_s=90.0))
    assert left.left_s == 29.0


def test_without_an_earlier_build_the_steps_of_training_tell(machine: Machine) -> None:
    left = Forecast(Foreseen(closing_s=2.0))
    assert not left.is_known
    left.heard(Foreseen(training_s=8.0, adding_s=5.0))
    machine.run(3.0, share=0.5)
    assert (left.is_known, left.left_s) == (True, 13.5)
    left.heard(Foreseen(training_s=4.0, adding_s=6.0))
    assert left.left_s == 12.0
    left.training_ended()
    assert left.left_s == 8.0


def test_when_all_rows_are_in_what_comes_last_is_known(machine: Machine) -> None:
    left = Forecast(Foreseen(closing_s=2.0))
    left.training_ended()
    assert not left.is_known
    left.adding_ended()
    assert (left.is_known, left.left_s) == (True, 2.0)
