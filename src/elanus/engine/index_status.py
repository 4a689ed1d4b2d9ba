"""What can be said of an index at this moment, derived from its builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from elanus.engine.requests import BuildState, BuildStatus, IndexState, IndexStatus
from elanus.index.registry import index_type
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


def status(collection: Collection, definition: IndexRecord, before_ts: int) -> IndexStatus:
    """The index as clients see it; ``before_ts`` > 0 counts only segments sealed before. Under the lock."""
    sealed = [s for s in collection.sealed.values() if not before_ts or s.created_ts < before_ts]
    pending = [s for s in sealed if is_pending(collection, definition, s)]
    sealing_rows = 0 if before_ts else _sealing_rows(collection)
    total = sum(s.row_count for s in sealed) + sealing_rows
    pending_rows = sum(s.row_count for s in pending) + sealing_rows
    successor = _successor(collection, definition)
    builds = _builds(collection, successor or definition)
    running = next((b for b in builds if b.state is BuildState.RUNNING), None)
    failed = [b for b in builds if b.state in (BuildState.FAILED, BuildState.CANCELLED)]
    records = [b for key, b in collection.indexes_of.builds.items() if key[0] == definition.id]
    finished = [b for b in records if b.state == "finished"]
    return IndexStatus(
        id=definition.id,
        name=definition.name,
        field=collection.schema.by_id[definition.field_id].name,
        type=definition.type,
        user_params=definition.user_params,
        spec=definition.spec,
        properties=definition.properties,
        state=_state(collection, definition, pending_rows),
        reason="; ".join(f"{b.segment_id}: {b.reason}" for b in failed),
        total_rows=total,
        indexed_rows=total - pending_rows,
        pending_rows=pending_rows,
        growing_rows=sum(s.row_count for s in collection.view.segments if s.is_growing) - _sealing_rows(collection),
        file_bytes=sum(b.file.size_bytes for b in finished if b.file),
        resident_bytes=_resident_bytes(collection, definition),
        builds=builds,
        recall=_recall(finished),
        created_ts=definition.created_ts,
        switching_to=successor.type if successor else "",
        rows_per_second=running.rows_per_second if running else 0.0,
        seconds_left=running.seconds_left if running else None,
        phase=running.phase if running else "",
    )


def is_pending(collection: Collection, definition: IndexRecord, segment: SegmentRecord) -> bool:
    """Whether a sealed segment should have an index of this definition and has none yet."""
    if index_type(definition.spec["type"]).builder is None:
        return False
    if segment.row_count < collection.resources.settings.small_segment_rows:
        return False
    build = collection.indexes_of.builds.get((definition.id, segment.id))
    return build is None or build.state != "finished"


def is_settled(collection: Collection, definition: IndexRecord) -> bool:
    """Nothing is being built or will be tried again, for the index or for what replaces it. Under the lock."""
    indexes = collection.indexes_of
    successor = _successor(collection, definition)
    if _sealing_rows(collection) or (successor is not None and not pending_segments(collection, successor)):
        return False
    return all(
        indexes.is_given_up((d.id, segment.id))
        for d in (definition, successor)
        if d is not None
        for segment in pending_segments(collection, d)
    )


def pending_segments(collection: Collection, definition: IndexRecord) -> list[SegmentRecord]:
    """What is left to build: none when the definition could serve everything that is sealed."""
    return [s for s in collection.sealed.values() if is_pending(collection, definition, s)]


def _sealing_rows(collection: Collection) -> int:
    """Rows that stopped growing and are on their way to a segment file."""
    growing = set(collection.journal.growing.values())
    return sum(s.row_count for s in collection.view.segments if s.is_growing and s.id not in growing)


def _successor(collection: Collection, definition: IndexRecord) -> IndexRecord | None:
    return next((d for d in collection.indexes_of.definitions.values() if d.replaces == definition.id), None)


def _state(collection: Collection, definition: IndexRecord, pending_rows: int) -> IndexState:
    indexes = collection.indexes_of
    if any(indexes.is_given_up((definition.id, segment_id)) for segment_id in collection.sealed):
        return IndexState.FAILED
    return IndexState.IN_PROGRESS if pending_rows else IndexState.FINISHED


def _builds(collection: Collection, definition: IndexRecord) -> tuple[BuildStatus, ...]:
    """Live status of the builds under way, recorded status of the others, by segment."""
    indexes = collection.indexes_of
    keys = sorted(key for key in {*indexes.builds, *indexes.running} if key[0] == definition.id)
    return tuple(
        indexes.running[key].status if key in indexes.running else _recorded(collection, indexes.builds[key])
        for key in keys
    )


def _recorded(collection: Collection, build: BuildRecord) -> BuildStatus:
    segment = collection.sealed.get(build.segment_id)
    rows = segment.row_count if segment else 0
    done = rows if build.state == "finished" else 0
    state = BuildState(build.state)
    return BuildStatus(build.id, build.segment_id, state, build.state, done, rows, reason=build.reason)


def _resident_bytes(collection: Collection, definition: IndexRecord) -> int:
    opened = (s.indexes.get(definition.field_id) for s in collection.view.segments)
    return sum(o.index.resident_bytes for o in opened if o is not None and o.index_id == definition.id)


def _recall(finished: Sequence[BuildRecord]) -> Mapping[str, float]:
    """Recall measured after the builds, weighted by rows; the interval and latencies likewise."""
    reports = [b.report for b in finished if b.report.get("measured", {}).get("queries")]
    rows = sum(report["row_count"] for report in reports)
    if not rows:
        return {}

    def weighted(key: str) -> float:
        return float(sum(report["measured"][key] * report["row_count"] for report in reports) / rows)

    return {
        "recall_at_10": weighted("recall"),
        "low": weighted("recall_low"),
        "high": weighted("recall_high"),
        "queries": float(sum(report["measured"]["queries"] for report in reports)),
        "p50_us": weighted("p50_us"),
        "p99_us": weighted("p99_us"),
    }
