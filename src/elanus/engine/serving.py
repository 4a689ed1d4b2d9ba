"""The opened index files of one collection: which index serves a search of which segment."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.specs import spec_from_json
from elanus.errors import DataCorrupted
from elanus.index.file import open_index
from elanus.segment.view import SegmentView, ServingIndex
from elanus.storage.catalog import BuildRecord, IndexRecord
from elanus.storage.files import verify_file

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)


class Serving:
    """opened  by build id. Searches under way keep theirs when one is closed."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.opened: dict[int, ServingIndex] = {}

    def of(self, segment: SegmentView) -> dict[int, ServingIndex]:
        """Opened index per field of a loaded segment: the newest definition's that is built. Under the lock."""
        found: dict[int, ServingIndex] = {}
        for definition, build in self._collection.indexes_of.finished(segment.id):
            opened = self.opened.get(build.id) or self._open_or_give_up(definition, build, segment)
            if opened is not None:
                found[definition.field_id] = opened
        return found

    def open(self, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> ServingIndex:
        """The index of a finished build. Its file is trusted. Raises DataCorrupted."""
        assert build.file is not None
        spec = spec_from_json(definition.spec)
        column = self._collection.schema.by_id[definition.field_id].name
        index = open_index(self._directory(segment) / build.file.name, spec, segment.blocks[0].matrix(column))
        return ServingIndex(definition.id, build.id, spec, index)

    def open_new(self, definition: IndexRecord | None, build: BuildRecord) -> ServingIndex | None:
        """The index of a build that just finished, opened before the lock is taken; None when no reader waits."""
        view = self._collection.view
        segment = view.segment(build.segment_id)
        if build.file is None or segment is None or definition is None or view.loaded_partitions is None:
            return None
        try:
            return self.open(definition, build, segment)
        except (DataCorrupted, OSError):  # dropped meanwhile; or damaged, which the next refresh finds and tells
            return None

    def open_ahead(self) -> None:
        """Open what a load will ask for, so that the load itself keeps no writer waiting."""
        for segment in self._collection.view.segments:
            for definition, build in self._collection.indexes_of.finished(segment.id):
                if build.id not in self.opened:
                    with suppress(DataCorrupted):  # found again, and dealt with, by the load
                        self.opened[build.id] = self._verified(definition, build, segment)

    def keep(self, opened: Iterable[ServingIndex]) -> None:
        self.opened.update({serving.build_id: serving for serving in opened})

    def close(self, build_id: int) -> None:
        self.opened.pop(build_id, None)

    def close_unused(self) -> None:
        """Close what the current view does not hold. Under the lock."""
        used = [serving for segment in self._collection.view.segments for serving in segment.indexes.values()]
        self.opened = {serving.build_id: serving for serving in used}

    def _open_or_give_up(
        self, definition: IndexRecord, build: BuildRecord, segment: SegmentView
    ) -> ServingIndex | None:
        """A damaged file is given up: its rows are searched exactly until it is built again."""
        try:
            opened = self._verified(definition, build, segment)
        except DataCorrupted as damage:
            logger.error(
                "index %s of segment %d is damaged, building it again: %s", definition.name, segment.id, damage
            )
            self._collection.indexes_of.ask_again(build, damage.message)
            return None
        self.keep([opened])
        return opened

    def _verified(self, definition: IndexRecord, build: BuildRecord, segment: SegmentView) -> ServingIndex:
        """Reads the whole file first. Raises DataCorrupted."""
        assert build.file is not None
        verify_file(self._directory(segment), build.file)
        return self.open(definition, build, segment)

    def _directory(self, segment: SegmentView) -> Path:
        return self._collection.resources.layout.segment(self._collection.id, segment.id)
