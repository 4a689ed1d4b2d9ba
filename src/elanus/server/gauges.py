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
    values[metrics.GROWING_BYTES][()] = engine.resources.room.taken_bytes
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
    values[metrics.DAMAGED][(collection.name,)] = len(collection.view.damages)
    for segment in collection.segments():
        if segment.damage:
            continue
        state = "Growing" if segment.is_growing else "Flushed"
        values[metrics.SEGMENTS][(state,)] += 1
        values[metrics.BYTES][(state,)] += segment.size_bytes
        values[metrics.ROWS][(collection.name, state)] += segment.row_count
    _add_indexes(values, collection)


def _add_indexes(values: Values, collection: Collection) -> None:
    """Also of those that do not serve; recall is that of the last report, or else of the builds."""
    for index in collection.indexes.every_status():
        named = (collection.name, index.name)
        values[metrics.INDEX_ROWS][named] = index.indexed_rows
        values[metrics.PENDING_ROWS][named] = index.pending_rows
        values[metrics.PENDING_SECONDS][named] = index.pending_seconds
        values[metrics.INDEX_BYTES][named] = index.file_bytes
        values[metrics.INDEX_MEMORY][named] = index.resident_bytes
        values[metrics.BUILD_SECONDS][named] = index.build_seconds
        values[metrics.INDEX_SEARCHES][named] = index.uses
        values[metrics.EXACT_INSTEAD][named] = index.exact_instead
        for build in index.builds:
            values[metrics.BUILDS][(build.state.value,)] += 1
        live = collection.indexes.live_recall.of(index.id)
        if live is not None:
            values[metrics.LIVE_RECALL][named] = live
        reports = collection.indexes.reports.history(index.id)
        if reports:
            values[metrics.RECALL][named] = reports[-1].figures[0].recall
        elif index.recall:
            values[metrics.RECALL][named] = index.recall["recall_at_10"]
