"""Everything on one core: this process, its threads, and the processes it starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from elanus.index._faiss import machine_threads


@contextmanager
def one_core() -> Iterator[None]:
    """Where the system can bind a process to a core (Linux); elsewhere native threads alone are one.

    numpy's products are on one thread too: two on one core wait for each other, at the cost of half the core.
    """
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if before:
        os.sched_setaffinity(0, {max(before)})
    machine_threads.cache_clear()
    try:
        with threadpool_limits(1):
            yield
    finally:
        if before:
            os.sched_setaffinity(0, before)
        machine_threads.cache_clear()
