"""The first signal stops in order; the second one finds its usual handler again."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from elanus.server.app import stop_on_signals


@pytest.fixture(autouse=True)
def restored_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_sets_the_event_and_gives_the_second_its_usual_effect(number: signal.Signals) -> None:
    stopping = stop_on_signals()
    assert not stopping.is_set()
    signal.raise_signal(number)
    assert stopping.wait(1)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
