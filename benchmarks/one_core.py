"""Everything on one core: this process, its threads, and the processes it starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import faiss

from elanus.index._faiss import machine_threads


@contextmanager
def one_core() -> Iterator[None]:
    """Where the system can bind a process to a core (Linux); elsewhere native threads alone are one."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if before:
        os.sched_setaffinity(0, {max(before)})
    machine_threads.cache_clear()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)
        machine_threads.cache_clear()
