"""One analyzer is used by every thread of a server at once."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from elanus.text.threads import OfEachThread

TEXT = " ".join(f"w{number}" for number in range(50))


@contextmanager
def switching() -> Iterator[None]:
    """Threads change places whenever a collection of garbage begins, and one begins at every list that is made."""
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()

    def give_way(*_: object) -> None:
        time.sleep(0)

    gc.freeze()
    gc.callbacks.append(give_way)
    gc.set_threshold(1, 1000, 1000)
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(give_way)
        gc.unfreeze()


@pytest.mark.parametrize("filters", [[], [("stemmer", ("english",))]], ids=["tokenizer", "filter"])
def test_threads_cut_texts_at_the_same_time(filters: list[tuple[str, tuple[str, ...]]]) -> None:
    made = OfEachThread("simple", *filters)

    def cut(_: int) -> list[list[str]]:
        return [words for _ in range(5) for words in map(made.analyzer.analyze, [TEXT] * 100)]

    with switching(), ThreadPoolExecutor(4) as pool:
        found = list(pool.map(cut, range(4)))
    assert all(words == TEXT.split() for some in found for words in some)
