"""Indexes measured on demand: the figures are those that a plain count gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.indexes.measuring import measured, stored_rows, with_index
from elanus.engine.indexes.recent import RecentSearches, Workload
from elanus.engine.requests import IndexRequest
from elanus.errors import CollectionNotLoaded, IndexNotFound, Rejected
from elanus.search.requests import SearchSpec
from elanus.search.run import search
from unit.engine.samples import IVF, QUIET, WIDE, created, indexed, keys, opened, rows, sealed

WEAK = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "64"}
"""Eight of 64 lists are visited: far from perfect on random vectors."""


@pytest.fixture
def collection(engine: Engine) -> Collection:
    """3,000 random rows of 256 dimensions, a weak index over them."""
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, WEAK)
    return collection


def counted_recall(collection: Collection, workload: Workload) -> float:
    """By the plain way: answers with and without the index, compared by id."""
    exact = with_index(collection.view, 101, {})
    shares = []
    for asked in workload.asked:
        found = search(collection.view, asked.spec, asked.queries).ids[workload.skip :]
        truth = search(exact, asked.spec, asked.queries).ids[workload.skip :]
        shares.append(len(set(found.tolist()) & set(truth.tolist())) / len(truth))
    return float(np.mean(shares))


def test_recall_is_what_a_count_gives(collection: Collection) -> None:
    workload = stored_rows(collection.view, "v", 60, seed=3)
    figures = measured(collection.view, workload)
    assert figures.recall == pytest.approx(counted_recall(collection, workload), abs=1e-9)
    assert 0.2 < figures.recall < 0.99
    assert figures.low < figures.recall < figures.high
    assert figures.worst_decile < figures.recall
    assert 0 < figures.p50_us <= figures.p99_us


def test_without_an_index_recall_is_one(collection: Collection) -> None:
    workload = stored_rows(collection.view, "v", 30, seed=3)
    figures = measured(with_index(collection.view, 101, {}), workload)
    assert (figures.recall, figures.worst_decile, figures.queries) == (1.0, 1.0, 30)


def test_a_report_goes_through_every_share_of_rows_and_is_kept(collection: Collection) -> None:
    reports = collection.indexes.reports
    report = reports.report("v")
    assert (report.type, report.role, report.source) == ("IVF_FLAT", "serving", "stored rows")
    assert [figures.kept for figures in report.figures] == [1.0, 0.5, 0.1, 0.01, 0.001]
    assert report.figures[-1].recall == 1.0, "few rows are searched exactly"
    assert report.file_bytes == collection.indexes.statuses()[0].file_bytes
    reports.report("v")
    history = reports.history(collection.indexes.statuses()[0].id)
    assert [one.figures[0].recall for one in history] == [report.figures[0].recall] * 2, "the same queries each time"


def test_indexes_are_compared_with_the_same_queries(collection: Collection) -> None:
    collection.indexes.roles.add(IndexRequest("v", "w", {**WEAK, "nlist": "8"}), "shadow")
    collection.indexes.wait("w", 60)
    first, second = collection.indexes.reports.compare("v")
    assert (first.index, first.role, second.index, second.role) == ("v", "serving", "w", "shadow")
    assert first.figures[0].recall < second.figures[0].recall == 1.0, "all eight lists are visited"


def test_recorded_searches_are_measured_as_they_were_asked(path: Path) -> None:
    engine = opened(path, replace(QUIET, recorded_searches=5))
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, WEAK)
    asked = stored_rows(collection.view, "v", 8, seed=1).asked
    for one in asked:
        collection.recent.record(SearchSpec(k=3, filter="n >= 0", params={"nprobe": 64}), one.queries)
    report = collection.indexes.reports.report("v")
    assert (report.source, report.figures[0].queries, report.figures[0].recall) == ("recorded searches", 5, 1.0)
    engine.close()


def test_only_plain_searches_are_recorded_the_latest_first() -> None:
    recent = RecentSearches(2)
    query = np.zeros((2, 4), np.float32)
    plain = [SearchSpec(k=1), SearchSpec(k=2, field="v"), SearchSpec(k=3)]
    others = [SearchSpec(radius=1.0), SearchSpec(group_by="n"), SearchSpec(iterator_batch=9), SearchSpec(snapshot_ts=1)]
    for spec in (*plain, *others):
        recent.record(spec, query)
    assert [one.spec.k for one in recent.of_field("v", is_only=True)] == [3, 2]
    assert [one.spec.k for one in recent.of_field("v", is_only=False)] == [2]
    assert all(one.queries.shape == (1, 4) for one in recent.of_field("v", is_only=True))


def test_nothing_is_recorded_unless_asked() -> None:
    recent = RecentSearches(0)
    recent.record(SearchSpec(k=1), np.zeros((1, 4), np.float32))
    assert recent.of_field("v", is_only=True) == []


def test_deleted_rows_are_no_neighbours(collection: Collection) -> None:
    collection.delete_keys(keys(range(0, 3000, 2)))
    collection.insert(rows(range(5000, 5050), schema=WIDE))
    workload = stored_rows(collection.view, "v", 40, seed=5)
    assert measured(collection.view, workload).recall == pytest.approx(counted_recall(collection, workload), abs=1e-9)


def test_what_cannot_be_measured(engine: Engine) -> None:
    collection = created(engine)
    reports = collection.indexes.reports
    with pytest.raises(IndexNotFound):
        reports.report("v")
    indexed(collection, IVF)
    with pytest.raises(Rejected, match="empty"):
        reports.report("v")
    collection.insert(rows(range(50)))
    assert reports.report("v").figures[0].recall == 1.0
    collection.release()
    with pytest.raises(CollectionNotLoaded):
        reports.report("v")
    collection.indexes.definitions.create(IndexRequest("n", "n", {"index_type": "INVERTED"}))
    with pytest.raises(Rejected, match="not on a vector field"):
        reports.report("n")


def test_the_history_survives_a_restart(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, WEAK)
    report = collection.indexes.reports.report("v")
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert collection.indexes.reports.history(collection.indexes.statuses()[0].id) == (report,)
    again.close()
