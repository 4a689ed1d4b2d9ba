"""Flush and compact, as Milvus 1.x does them: done when they return."""

from __future__ import annotations

from collections.abc import Sequence

from elanus.errors import Unexpected
from elanus.service.v1.rows import segments_named
from elanus.service.v1.table import Table
from elanus.service.v1.waiting import Waiting

_LOOK_EVERY_S = 0.05


class Upkeep:
    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def flush(self, table: Table) -> None:
        """What is growing is in segment files when it returns."""
        table.collection.flush()

    def compact(self, table: Table) -> None:
        """Small segments are merged, deleted rows gone from the files when it returns. Raises Unexpected, NotReady."""
        collection = table.collection
        request = collection.compact()
        while collection.compaction(request).executing:
            collection.check_open()
            self._waiting.pause(_LOOK_EVERY_S)
        failed = collection.compaction(request).failed
        if failed:
            raise Unexpected(f"{failed} of the merges of collection {collection.name} failed; the log says why")

    def check_segments(self, table: Table, names: Sequence[str]) -> None:
        """Raises SegmentNotFound."""
        segments_named(table.collection.view, names)
