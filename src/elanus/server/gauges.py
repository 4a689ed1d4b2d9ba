"""What the gauges are now, read from the engine when somebody scrapes."""

from __future__ import annotations

from collections import defaultdict

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.telemetry import metrics
from elanus.telemetry.metrics import Described, Reading

Values = dict[Described, dict[tuple[str, ...], float]]


def reading(engine: Engine) -> Reading:
    """Every gauge; counts over all databases."""
    values: Values = {described: defaultdict(float) for described in metrics.READ}
    databases = engine.databases()
    values[metrics.DATABASES][()] = len(databases)
    for database in databases:
        collections = engine.collections(database.name)
        values[metrics.COLLECTIONS][(database.name,)] = len(collections)
        for collection in collections:
            _add_collection(values, collection)
    return values


def _add_collection(values: Values, collection: Collection) -> None:
    values[metrics.PARTITIONS][()] += len(collection.partitions)
    for segment in collection.segments():
        state = "Growing" if segment.is_growing else "Flushed"
        values[metrics.SEGMENTS][(state,)] += 1
        values[metrics.BYTES][(state,)] += segment.size_bytes
        values[metrics.ROWS][(collection.name, state)] += segment.row_count
    _add_indexes(values, collection)


def _add_indexes(values: Values, collection: Collection) -> None:
    for index in collection.indexes():
        named = (collection.name, index.name)
        values[metrics.PENDING_ROWS][named] = index.pending_rows
        values[metrics.INDEX_BYTES][named] = index.file_bytes
        for build in index.builds:
            values[metrics.BUILDS][(build.state.value,)] += 1
        if index.recall:
            values[metrics.RECALL][named] = index.recall["recall_at_10"]
