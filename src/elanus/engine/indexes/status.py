"""What can be said of an index at this moment, derived from its builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elanus.engine.indexes.family import EXTENDS, public_name
from elanus.engine.indexes.specs import has_build, over, shown_field, spec_from_json
from elanus.engine.indexes.wanted import is_paused
from elanus.engine.requests import BuildState, BuildStatus, IndexState, IndexStatus
from elanus.index.base import IndexSpec
from elanus.index.curve import TARGET_RECALL, CurvePoint, chosen, effort_of
from elanus.segment.view import OpenIndex, ServingIndex
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord
from elanus.storage.clock import physical_ms

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

_UNSUCCESSFUL = (BuildState.FAILED, BuildState.CANCELLED, BuildState.REFUSED)


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
    failed = [b for b in builds if b.state in _UNSUCCESSFUL]
    records = [b for key, b in collection.indexes.builds.records.items() if key[0] == definition.id]
    finished = [b for b in records if b.state == "finished"]
    return IndexStatus(
        id=definition.id,
        name=definition.name,
        field=shown_field(definition, collection.schema.by_id[definition.field_id]),
        over=over(spec_from_json(definition.spec), collection.schema.by_id[definition.field_id]),
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
        resident_bytes=sum(opened.index.resident_bytes for opened in _opened(collection, definition)),
        uses=sum(opened.index.uses for opened in _opened(collection, definition)),
        exact_instead=sum(
            o.index.exact_instead for o in _opened(collection, definition) if isinstance(o, ServingIndex)
        ),
        pending_seconds=_seconds_since(collection, [s.created_ts for s in pending]),
        build_seconds=sum(float(b.report.get("seconds", 0)) for b in finished),
        role=definition.state,
        chosen=_chosen(definition, finished),
        builds=builds,
        recall=_recall(finished),
        created_ts=definition.created_ts,
        switching_to=successor.type if successor else "",
        rows_per_second=running.rows_per_second if running else 0.0,
        seconds_left=running.seconds_left if running else None,
        phase=_phase(successor or definition, running, pending_rows),
    )


def _seconds_since(collection: Collection, moments: Sequence[int]) -> float:
    """From the first of these timestamps to now; 0 for none."""
    if not moments:
        return 0.0
    return (physical_ms(collection.resources.clock.now()) - physical_ms(min(moments))) / 1000


def public_status(collection: Collection, definition: IndexRecord, before_ts: int) -> IndexStatus:
    """The same, under the name Milvus's clients know, without a word of other indexes on the field."""
    found = status(collection, definition, before_ts)
    properties = {key: value for key, value in found.properties.items() if key != EXTENDS}
    return replace(found, name=public_name(definition), properties=properties)


def _phase(definition: IndexRecord, running: BuildStatus | None, pending_rows: int) -> str:
    if running is not None:
        return running.phase
    return BuildState.PAUSED.value if pending_rows and is_paused(definition) else ""


def is_pending(collection: Collection, definition: IndexRecord, segment: SegmentRecord) -> bool:
    """Whether a sealed segment should have an index of this definition and has none yet."""
    if not has_build(definition.spec):
        return False
    if segment.row_count < collection.resources.settings.small_segment_rows:
        return False
    build = collection.indexes.builds.records.get((definition.id, segment.id))
    return build is None or build.state != "finished"


def is_settled(collection: Collection, definition: IndexRecord) -> bool:
    """Nothing is being built or will be tried again, for the index or for what replaces it. Under the lock."""
    indexes = collection.indexes
    successor = _successor(collection, definition)
    if _sealing_rows(collection) or (successor is not None and not pending_segments(collection, successor)):
        return False
    return all(
        indexes.builds.is_given_up((d.id, segment.id)) or is_paused(d)
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
    return next((d for d in collection.indexes.definitions.by_id.values() if d.replaces == definition.id), None)


def _state(collection: Collection, definition: IndexRecord, pending_rows: int) -> IndexState:
    indexes = collection.indexes
    if any(indexes.builds.is_given_up((definition.id, segment_id)) for segment_id in collection.sealed):
        return IndexState.FAILED
    return IndexState.IN_PROGRESS if pending_rows else IndexState.FINISHED


def _builds(collection: Collection, definition: IndexRecord) -> tuple[BuildStatus, ...]:
    """Live status of the builds under way, recorded status of the others, by segment."""
    builds = collection.indexes.builds
    keys = sorted(key for key in {*builds.records, *builds.running} if key[0] == definition.id)
    return tuple(
        builds.running[key].status if key in builds.running else _recorded(collection, definition, builds.records[key])
        for key in keys
    )


def _recorded(collection: Collection, definition: IndexRecord, build: BuildRecord) -> BuildStatus:
    segment = collection.sealed.get(build.segment_id)
    rows = segment.row_count if segment else 0
    done = rows if build.state == "finished" else 0
    state = BuildState.PAUSED if build.state == "queued" and is_paused(definition) else BuildState(build.state)
    return BuildStatus(
        build.id,
        build.segment_id,
        state,
        state.value,
        done,
        rows,
        reason=build.reason,
        attempt=build.attempts,
        passes=int(build.report.get("passes", 1)),
    )


def _opened(collection: Collection, definition: IndexRecord) -> list[OpenIndex]:
    """What is open of it now."""
    return [o for o in collection.indexes.serving.opened.values() if o.index_id == definition.id]


def _chosen(definition: IndexRecord, finished: Sequence[BuildRecord]) -> str:
    """The effort of a search that gives none, from the curves of the builds, where the index is to reach a recall."""
    target = definition.spec["params"].get(TARGET_RECALL)
    spec = spec_from_json(definition.spec)
    param = effort_of(spec) if isinstance(spec, IndexSpec) and target is not None else None
    curves = [[CurvePoint(**point) for point in build.report.get("curve", ())] for build in finished]
    points = [point for point in (chosen(curve, float(target or 1)) for curve in curves) if point is not None]
    if param is None or not points:
        return ""
    efforts = sorted({point.effort for point in points})
    between = f"{efforts[0]}" if len(efforts) == 1 else f"{efforts[0]} to {efforts[-1]}"
    promised = min(point.safe_recall for point in points)
    said = (
        "the least that promises it"
        if promised >= float(target or 1)
        else f"the most measured, promising {promised:.3f}"
    )
    return f"{param.name} {between} for recall {target}: {said} by the curve measured after the build"


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
