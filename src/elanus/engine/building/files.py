"""Where a build's files are: the order that names them, and the record of what came of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.indexes.specs import spec_from_json
from elanus.engine.requests import BuildState
from elanus.engine.settings import EngineSettings
from elanus.index.base import Foreseen
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord
from elanus.storage.files import file_entry
from elanus.storage.layout import index_checkpoint_name, index_file_name

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

LIKE_ROWS = 2.0
"""Up to so many times the rows take so many times as long, near enough: training may see a sample of the same size."""


def order_of(collection: Collection, definition: IndexRecord, segment: SegmentRecord, build: BuildRecord) -> BuildOrder:
    """What to build, with the share of the machine it may use."""
    settings = collection.resources.settings
    directory = collection.resources.layout.segment(collection.id, segment.id)
    return BuildOrder(
        build_id=build.id,
        index_id=definition.id,
        segment_id=segment.id,
        collection_id=collection.id,
        row_count=segment.row_count,
        spec=spec_from_json(definition.spec),
        data=directory / segment.data.name,
        field=collection.schema.by_id[definition.field_id],
        schema=collection.schema,
        output=directory / index_file_name(build.id),
        checkpoint=directory / index_checkpoint_name(build.id),
        checkpoint_seconds=settings.checkpoint_seconds,
        threads=threads_of_a_build(settings),
        expected=expected(collection, definition, segment.row_count),
        attempt=build.attempts,
        earlier=build.reason,
    )


def expected(collection: Collection, definition: IndexRecord, row_count: int) -> Foreseen | None:
    """What a build will take, going by the finished one of an equal index over about as many rows; None without one."""
    alike = [
        (report["row_count"], Foreseen(**report["spent"]))
        for record in collection.indexes.builds.records.values()
        if (report := record.report).get("spent") and _is_equal(collection, record, definition)
    ]
    rows, spent = min(alike, key=lambda one: abs(one[0] - row_count), default=(0, Foreseen()))
    share = row_count / rows if rows else 0.0
    return spent.times(share) if spent.adding_s and 1 / LIKE_ROWS <= share <= LIKE_ROWS else None


def _is_equal(collection: Collection, record: BuildRecord, definition: IndexRecord) -> bool:
    built = collection.indexes.definitions.by_id.get(record.index_id)
    return built is not None and built.spec == definition.spec


def threads_of_a_build(settings: EngineSettings) -> int:
    """An equal share of the threads for each worker."""
    threads = settings.build_threads or len(os.sched_getaffinity(0))
    return max(1, threads // settings.build_workers)


def files_of(collection: Collection, build: BuildRecord) -> tuple[Path, Path]:
    """The index and the checkpoint."""
    directory = collection.resources.layout.segment(collection.id, build.segment_id)
    return directory / index_file_name(build.id), directory / index_checkpoint_name(build.id)


def record_of(build: Build, now: int) -> BuildRecord:
    """The record of a build that ended; reads a finished one's file for the checksum."""
    order, state, reason = build.order, build.status.state, build.status.reason
    file = None
    if state is BuildState.FINISHED:
        try:
            file = file_entry(order.output)
        except OSError as error:
            state, reason = BuildState.FAILED, f"the finished index cannot be read: {error}"
    return BuildRecord(
        order.build_id,
        order.index_id,
        order.segment_id,
        state=state.value,  # type: ignore[arg-type]  # a build ends in no other state than those of a record
        file=file,
        attempts=order.attempt,
        reason=reason,
        report=dict(build.report),
        finished_ts=now,
    )
