"""Live searches measured again, within a budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from elanus.engine.collection import Collection
from elanus.engine.indexes import live_recall
from elanus.engine.maintenance import tend
from elanus.search.requests import SearchSpec
from unit.engine.samples import QUIET, WIDE, indexed, opened, sealed

WEAK = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "64"}
PLENTY = replace(QUIET, recorded_searches=50, live_recall_share=1.0, merge_quiet_seconds=1e9)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    engine = opened(tmp_path / "db", PLENTY)
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, WEAK)
    collection.indexes.live_recall._since_s -= 1000.0
    yield collection
    engine.close()


def ask(collection: Collection, seed: int, nprobe: int) -> None:
    query = np.random.default_rng(seed).standard_normal((1, 256)).astype(np.float32)
    collection.recent.record(SearchSpec(k=10, params={"nprobe": nprobe}), query)


def test_recall_falls_with_the_effort_of_the_searches(collection: Collection) -> None:
    live, index = collection.indexes.live_recall, collection.indexes.statuses()[0].id
    assert live.of(index) is None
    for seed in range(5):
        ask(collection, seed, nprobe=64)
        tend(collection, PLENTY)
    assert live.of(index) == 1.0
    for seed in range(5):
        ask(collection, seed, nprobe=1)
        tend(collection, PLENTY)
    assert 0.4 < (live.of(index) or 0) < 0.8


def test_a_search_is_measured_once(collection: Collection) -> None:
    ask(collection, 1, nprobe=64)
    for _ in range(3):
        tend(collection, PLENTY)
    [seen] = collection.indexes.live_recall._seen.values()
    assert len(seen) == 1


def test_the_budget_is_kept(collection: Collection) -> None:
    live = collection.indexes.live_recall
    live._since_s += 1000.0
    live._spent_s = 1000.0
    ask(collection, 1, nprobe=64)
    tend(collection, PLENTY)
    assert live.of(collection.indexes.statuses()[0].id) is None


def test_a_released_collection_is_not_measured(collection: Collection) -> None:
    ask(collection, 1, nprobe=64)
    collection.release()
    tend(collection, PLENTY)
    assert collection.indexes.live_recall.of(collection.indexes.statuses()[0].id) is None


def test_what_was_seen_is_noted_in_the_history(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_recall, "NOTED_AT_ONCE", 3)
    for seed in range(7):
        ask(collection, seed, nprobe=1)
        tend(collection, PLENTY)
    index = collection.indexes.statuses()[0].id
    noted = collection.indexes.reports.history(index)
    assert [(one.source, one.figures[0].queries) for one in noted] == [("live searches", 3)] * 2
    figures = noted[0].figures[0]
    assert figures.low < figures.recall < figures.high
    assert figures.worst_decile <= figures.recall < 1
