"""The gauges of an index are what its status says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest
from elanus.server.gauges import reading
from elanus.telemetry import metrics
from unit.engine.samples import IVF, indexed, opened, rows, sealed


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = opened(tmp_path / "db")
    yield engine
    engine.close()


def values(engine: Engine, collection: Collection, name: str = "v") -> dict[str, float]:
    read = reading(engine)
    return {one.name: read[one][(collection.name, name)] for one in metrics.OF_AN_INDEX}


def test_every_series_of_an_index(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    found = values(engine, collection)
    [status] = collection.indexes.statuses()
    assert found["elanus_index_rows"] == 60
    assert (found["elanus_index_pending_rows"], found["elanus_index_pending_seconds"]) == (0, 0)
    assert found["elanus_index_bytes"] == status.file_bytes > 0
    assert found["elanus_index_resident_bytes"] == status.resident_bytes > 0
    assert found["elanus_index_build_seconds"] == status.build_seconds > 0
    assert found["elanus_index_recall_at_10"] == status.recall["recall_at_10"]


def test_lag_shows_in_rows_and_seconds(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.definitions.pause("v")
    collection.insert(rows(range(100, 160)))
    collection.flush()
    first = values(engine, collection)
    assert first["elanus_index_pending_rows"] == 60
    assert values(engine, collection)["elanus_index_pending_seconds"] >= first["elanus_index_pending_seconds"] >= 0


def test_recall_is_that_of_the_last_report_and_shadows_have_series_too(engine: Engine) -> None:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.roles.add(IndexRequest("v", "w", IVF), "shadow")
    collection.indexes.wait("w", 60)
    report = collection.indexes.reports.report("w")
    assert values(engine, collection, "w")["elanus_index_recall_at_10"] == report.figures[0].recall
    assert values(engine, collection, "w")["elanus_index_rows"] == 60
