"""Verify and repair: every finished index file read again, checked against its segment, and searched.

A file that fails is given up at once: its segment is searched exactly, and the index is built again in the background.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from elanus.engine.indexes.measured import VerifiedIndex
from elanus.errors import DataCorrupted
from elanus.index.file import verify
from elanus.index.probe import measure
from elanus.segment.view import OpenIndex, SegmentView, ServingIndex
from elanus.storage.catalog import BuildRecord, IndexRecord
from elanus.storage.files import verify_file
from elanus.storage.layout import index_file_name

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)
SEED = 0
"""That of the probe after a build: the same queries, so the same recall."""


def verified(collection: Collection, name: str) -> list[VerifiedIndex]:
    """The builds of the index of this name, or of all ("")."""
    definitions = [d for d in list(collection.indexes.definitions.by_id.values()) if name in ("", d.name)]
    found = []
    for definition in definitions:
        for segment in collection.view.segments:
            build = collection.indexes.builds.records.get((definition.id, segment.id))
            if build is not None and build.state == "finished" and build.file is not None:
                found.append(_verified(collection, definition, build, segment))
    return found


def _verified(
    collection: Collection, definition: IndexRecord, build: BuildRecord, segment: SegmentView
) -> VerifiedIndex:
    expected = build.report.get("measured", {})
    recall = problem = None
    try:
        recall = _recall(collection, definition, build, segment)
        if recall is not None and recall < expected.get("recall_low", 0.0):
            problem = f"recall is {recall:.3f}, after the build it was at least {expected['recall_low']:.3f}"
    except (DataCorrupted, OSError) as damage:
        problem = str(damage)
    if problem is not None:
        _give_up(collection, definition, build, problem)
    return VerifiedIndex(definition.name, segment.id, segment.row_count, problem or "", recall, expected.get("recall"))


def _recall(collection: Collection, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> float | None:
    """By the probe; None for a scalar index. Raises DataCorrupted for a file that is not as it was written."""
    assert build.file is not None
    directory = collection.resources.layout.segment(collection.id, segment.id)
    verify_file(directory, build.file)
    verify(directory / index_file_name(build.id))
    opened: OpenIndex = collection.indexes.serving.open(definition, build, segment)
    if not isinstance(opened, ServingIndex):
        return None
    if opened.index.row_count != segment.row_count:
        raise DataCorrupted(f"the index holds {opened.index.row_count} rows, its segment {segment.row_count}")
    column = collection.schema.by_id[definition.field_id].name
    return measure(opened.index, opened.spec, segment.blocks[0].vectors(column), SEED).recall


def _give_up(collection: Collection, definition: IndexRecord, build: BuildRecord, problem: str) -> None:
    logger.error("index %s of segment %d is given up: %s", definition.name, build.segment_id, problem)
    indexes = collection.indexes
    with collection.lock:
        if indexes.builds.records.get((definition.id, build.segment_id)) is not build:
            return  # dropped, merged or built again meanwhile
        indexes.builds.ask_again(build, problem)
        indexes.serving.close(build.id)
        collection.refresh_view()
    indexes.want_builds()
