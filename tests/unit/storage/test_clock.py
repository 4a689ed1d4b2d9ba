from __future__ import annotations

import threading
from pathlib import Path

from elanus.storage.clock import HybridClock, compose, physical_ms
from elanus.storage.counters import FIRST_ID, Counters
from unit.storage.child import python

DIES_WITH_IDS = """
import os, sys
from pathlib import Path
from elanus.storage.clock import HybridClock
from elanus.storage.counters import Counters
counters = Counters(Path(sys.argv[1]))
clock = HybridClock(counters)
print(counters.allocate_ids(25_000).stop, max(clock.now() for _ in range(1000)), flush=True)
os._exit(1)
"""


def test_ids_are_dense_and_never_repeat_after_a_clean_close(tmp_path: Path) -> None:
    path = tmp_path / "counters.sqlite"
    counters = Counters(path)
    assert counters.allocate_ids(3) == range(FIRST_ID, FIRST_ID + 3)
    assert counters.allocate_ids(30_000) == range(FIRST_ID + 3, FIRST_ID + 30_003)
    counters.close()
    counters = Counters(path)
    assert counters.allocate_ids(1) == range(FIRST_ID + 30_003, FIRST_ID + 30_004)
    counters.close()


def test_ids_and_time_do_not_go_back_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "counters.sqlite"
    used_ids, used_ts = map(int, python(DIES_WITH_IDS, path).stdout.split())
    counters = Counters(path)
    assert counters.allocate_ids(1).start >= used_ids
    assert HybridClock(counters, wall_ms=lambda: 0).now() > used_ts
    counters.close()


def test_threads_never_share_ids_or_timestamps(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.sqlite")
    clock = HybridClock(counters)
    ids: list[int] = []
    stamps: list[list[int]] = []

    def work() -> None:
        for _ in range(50):
            ids.extend(counters.allocate_ids(100))
        stamps.append([clock.now() for _ in range(2000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == len(set(ids)) == 4 * 50 * 100
    assert all(given == sorted(given) for given in stamps)
    assert len({ts for given in stamps for ts in given}) == 4 * 2000
    counters.close()


def test_time_grows_while_the_wall_clock_stands_or_steps_back(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.sqlite")
    wall = iter([1_000, 1_000, 400, 999_999])
    clock = HybridClock(counters, wall_ms=lambda: next(wall))
    assert [clock.now() for _ in range(4)] == [
        compose(1_000),
        compose(1_000, 1),
        compose(1_000, 2),
        compose(999_999),
    ]
    assert physical_ms(counters.clock_ceiling) > 999_999
    counters.close()


def test_clean_restart_skips_no_time(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.sqlite")
    clock = HybridClock(counters, wall_ms=lambda: 1_000)
    last = clock.now()
    clock.close()
    assert HybridClock(counters, wall_ms=lambda: 1_000).now() == last + 1
    counters.close()


def test_physical_and_logical_parts() -> None:
    ts = compose(1_700_000_000_123, 5)
    assert ts == (1_700_000_000_123 << 18) + 5
    assert physical_ms(ts) == 1_700_000_000_123
