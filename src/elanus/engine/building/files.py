"""Where a build's files are: the order that names them, and the record of what came of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.indexes.specs import spec_from_json
from elanus.engine.requests import BuildState
from elanus.engine.settings import EngineSettings
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord
from elanus.storage.files import file_entry
from elanus.storage.layout import index_checkpoint_name, index_file_name

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


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
        output=directory / index_file_name(build.id),
        checkpoint=directory / index_checkpoint_name(build.id),
        checkpoint_seconds=settings.checkpoint_seconds,
        threads=threads_of_a_build(settings),
        attempt=build.attempts,
        earlier=build.reason,
    )


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
