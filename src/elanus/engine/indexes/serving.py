"""The opened index files of one collection: which index serves a search of which segment."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.indexes.specs import place_of, spec_from_json
from elanus.errors import DataCorrupted
from elanus.filter.field_index import Place
from elanus.index.base import IndexSpec, VectorIndex
from elanus.index.curve import CurvePoint
from elanus.index.file import open_index
from elanus.index.partial import PartialIndex
from elanus.index.scalar.base import ScalarSpec
from elanus.index.scalar.file import open_scalar_index
from elanus.schema.field import Field
from elanus.segment.block import Block
from elanus.segment.vectors import follow_one_another, present_rows, present_vectors
from elanus.segment.view import OpenIndex, SegmentView, ServingIndex, ServingScalar
from elanus.storage.catalog import BuildRecord, IndexRecord
from elanus.storage.files import verify_file

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)


class Serving:
    """opened  by build id. Searches under way keep theirs when one is closed."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.opened: dict[int, OpenIndex] = {}

    def of(self, segment: SegmentView) -> SegmentView:
        """A loaded segment with its opened indexes: the newest definitions' that are built. Under the lock."""
        indexes: dict[int, ServingIndex] = {}
        scalars: dict[Place, ServingScalar] = {}
        for definition, build in self._collection.indexes.finished(segment.id):
            opened = self.opened.get(build.id) or self._open_or_give_up(definition, build, segment)
            if isinstance(opened, ServingIndex):
                indexes[definition.field_id] = opened
            elif opened is not None:
                scalars[place_of(opened.spec, self._field(definition))] = opened
        if (indexes, scalars) == (segment.indexes, segment.scalars):
            return segment
        return replace(segment, indexes=indexes, scalars=scalars)

    def open(self, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> OpenIndex:
        """The index of a finished build. Its file is trusted. Raises DataCorrupted."""
        assert build.file is not None
        path = self._directory(segment) / build.file.name
        spec = spec_from_json(definition.spec)
        if isinstance(spec, ScalarSpec):
            return ServingScalar(definition.id, build.id, spec, open_scalar_index(path, spec, segment.row_count))
        index = _opened(path, spec, segment.blocks[0], self._field(definition).name)
        curve = tuple(CurvePoint(**point) for point in build.report.get("curve", ()))
        return ServingIndex(definition.id, build.id, spec, index, curve)

    def open_new(self, definition: IndexRecord | None, build: BuildRecord) -> OpenIndex | None:
        """The index of a build that just finished, opened before the lock is taken; None when no reader waits."""
        view = self._collection.view
        segment = view.segment(build.segment_id)
        if build.file is None or segment is None or view.loaded_partitions is None:
            return None
        if definition is None or definition.state == "hidden":
            return None
        try:
            return self.open(definition, build, segment)
        except (DataCorrupted, OSError, KeyError):  # dropped, it or its field; or damaged: the next refresh finds it
            return None

    def open_ahead(self) -> None:
        """Open what a load will ask for, so that the load itself keeps no writer waiting."""
        for segment in self._collection.view.segments:
            for definition, build in self._collection.indexes.finished(segment.id):
                if build.id not in self.opened:
                    with suppress(DataCorrupted):  # found again, and dealt with, by the load
                        self.opened[build.id] = self._verified(definition, build, segment)

    def open_definition(self, definition: IndexRecord) -> None:
        """Open all its finished builds, verified, before it is asked for. A damaged one is built again."""
        records = self._collection.indexes.builds.records
        for segment in self._collection.view.segments:
            build = records.get((definition.id, segment.id))
            if build is not None and build.state == "finished" and build.id not in self.opened:
                self._open_or_give_up(definition, build, segment)

    def of_definition(self, definition: IndexRecord) -> Mapping[int, OpenIndex]:
        """What is open of a definition, by segment."""
        records = self._collection.indexes.builds.records
        segments = {
            build.id: segment_id for (index_id, segment_id), build in records.items() if index_id == definition.id
        }
        return {segments[i]: opened for i, opened in list(self.opened.items()) if i in segments}

    def keep(self, opened: Iterable[OpenIndex]) -> None:
        self.opened.update({serving.build_id: serving for serving in opened})

    def close(self, build_id: int) -> None:
        self.opened.pop(build_id, None)

    def close_unused(self) -> None:
        """Close what the current view does not hold, but shadows of what is loaded. Under the lock."""
        view, definitions = self._collection.view, self._collection.indexes.definitions.by_id
        used = {serving.build_id for segment in view.segments for serving in segment.open_indexes}
        if view.loaded_partitions is not None:
            used |= {o.build_id for o in self.opened.values() if _is_kept_open(definitions.get(o.index_id))}
        self.opened = {build_id: opened for build_id, opened in self.opened.items() if build_id in used}

    def _open_or_give_up(self, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> OpenIndex | None:
        """A damaged file is given up: its rows are searched exactly until it is built again."""
        try:
            opened = self._verified(definition, build, segment)
        except DataCorrupted as damage:
            logger.error(
                "index %s of segment %d is damaged, building it again: %s", definition.name, segment.id, damage
            )
            with self._collection.lock:
                self._collection.indexes.builds.ask_again(build, damage.message)
            return None
        self.keep([opened])
        return opened

    def _verified(self, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> OpenIndex:
        """Reads the whole file first. Raises DataCorrupted."""
        assert build.file is not None
        verify_file(self._directory(segment), build.file)
        return self.open(definition, build, segment)

    def _field(self, definition: IndexRecord) -> Field:
        return self._collection.schema.by_id[definition.field_id]

    def _directory(self, segment: SegmentView) -> Path:
        return self._collection.resources.layout.segment(self._collection.id, segment.id)


def _is_kept_open(definition: IndexRecord | None) -> bool:
    return definition is not None and definition.state in ("shadow", "former")


def _opened(path: Path, spec: IndexSpec, block: Block, name: str) -> VectorIndex:
    """The index of a sealed segment's vectors; over a copy in memory where NULLs lie among them."""
    column = block.column(name)
    if not column.null_count:
        return open_index(path, spec, block.vectors(name))
    rows, vectors = present_rows(column), present_vectors(column)
    copied_bytes = 0 if follow_one_another(rows) else vectors.nbytes
    return PartialIndex(open_index(path, spec, vectors), rows, block.row_count, copied_bytes)
