"""The end of an import: one transaction that names its segments, then one view that shows them.

Rows with the same keys that are there already are superseded at the same timestamp. Which rows left a sealed segment
is saved in that transaction; of growing rows only the log could say it, so growing rows with such keys are sealed
first. All of this happens on the sealing thread: no seal is under way meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from elanus.engine.imports.repeats import repeated_rows
from elanus.engine.imports.staging import Numbers, Staged, Staging
from elanus.engine.segments.sealed import open_sealed, save_gone
from elanus.segment.gone import NOTHING_GONE, Gone
from elanus.segment.view import SegmentView
from elanus.storage.catalog import ImportRecord, SegmentRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


_NONE: Numbers = np.empty(0, np.int64)


class Naming:
    """The end of one import. Keys are compared, and most are looked up, before any lock is taken."""

    def __init__(self, collection: Collection, staging: Staging) -> None:
        self._collection = collection
        self._staged = tuple(staging.staged)
        self._compared = () if staging.keys_are_new else self._staged
        self._schema = staging.schema
        self._repeated = repeated_rows(self._compared, self._schema.primary.name) or [_NONE] * len(self._staged)
        self._found: dict[tuple[int, int], Numbers] = {}

    def run(self, ended: ImportRecord) -> ImportRecord:
        """Show the rows; the record, with the time of it, is written down in the same transaction.

        Raises CollectionNotFound, NotReady, PartitionNotFound, SchemaMismatch, DataCorrupted, OutOfDisk: then no row
        is there.
        """
        collection = self._collection
        if self._growing_rows_leave():
            collection.seals.flush()
        done = collection.resources.sealing.submit(self._run, ended).result()
        collection.indexes.want_builds()
        return done

    def _run(self, ended: ImportRecord) -> ImportRecord:
        """On the sealing thread."""
        collection = self._collection
        for segment in collection.view.segments:
            self._leaving(segment)
        with collection.lock:
            self._check()
            if self._growing_rows_leave():
                collection.seals.seal_here()
            return self._name(ended)

    def _check(self) -> None:
        collection = self._collection
        collection.check_open()
        collection.view.check_whole()
        collection.check_schema(self._schema)
        collection.check_partitions(one.record.partition_id for one in self._staged)

    def _growing_rows_leave(self) -> bool:
        return any(segment.is_growing and len(self._leaving(segment)) for segment in self._collection.view.segments)

    def _leaving(self, segment: SegmentView) -> Numbers:
        """Rows of the segment that hold a key of the import; remembered, as rows never change."""
        known = (segment.id, segment.row_count)
        if known not in self._found:
            parts = [self._rows_with_keys(segment, one) for one in self._compared]
            self._found[known] = np.unique(np.concatenate([*parts, _NONE]))
        return self._found[known]

    def _rows_with_keys(self, segment: SegmentView, staged: Staged) -> Numbers:
        primary = self._schema.primary.name
        keys = staged.keys(primary)
        codes = np.empty(len(keys.codes), np.int64)
        codes[keys.rows] = keys.codes
        return segment.find_keys(codes, staged.column(primary), primary)[1]

    def _name(self, ended: ImportRecord) -> ImportRecord:
        """The transaction and the next view. Under the lock."""
        collection = self._collection
        ts = collection.resources.clock.now()
        ended = replace(ended, finished_ts=ts)
        left = [replace(segment, gone=gone) for segment, gone in self._superseded(ts)]
        try:
            opened = self._opened(ts)
            records = {one.id: one for one in (*(record for record, _ in opened), *map(self._saved, left))}
            with collection.changing() as change:
                for record in records.values():
                    change.put(record)
                change.put(ended)
            collection.sealed.update(records)
            self._publish(ts, left, [segment for _, segment in opened])
        finally:
            collection.seals.remove_older_gone(left)
        return ended

    def _superseded(self, ts: int) -> Iterable[tuple[SegmentView, Gone]]:
        """Each sealed segment that rows leave now, and what has left it then."""
        for segment in self._collection.view.segments:
            rows = self._leaving(segment)
            if len(rows):
                gone = segment.gone.with_rows(rows, ts, superseded=True, row_count=segment.row_count)
                if gone is not segment.gone:
                    yield segment, gone

    def _saved(self, segment: SegmentView) -> SegmentRecord:
        layout = self._collection.resources.layout
        gone = save_gone(layout.segment(self._collection.id, segment.id), segment.gone)
        return replace(self._collection.sealed[segment.id], gone=gone)

    def _opened(self, ts: int) -> list[tuple[SegmentRecord, SegmentView]]:
        """The new segments as they are from ``ts`` on, without the rows that come again in the import."""
        collection = self._collection
        records = [self._record(one, rows, ts) for one, rows in zip(self._staged, self._repeated, strict=True)]
        return [(record, open_sealed(collection.resources.layout, record, self._schema)) for record in records]

    def _record(self, staged: Staged, repeated: Numbers, ts: int) -> SegmentRecord:
        record = staged.record
        gone = NOTHING_GONE.with_rows(repeated, ts, superseded=True, row_count=record.row_count)
        directory = self._collection.resources.layout.segment(record.collection_id, record.id)
        return replace(record, gone=save_gone(directory, gone), visible_from=ts, min_ts=ts, max_ts=ts)

    def _publish(self, ts: int, left: Sequence[SegmentView], opened: Sequence[SegmentView]) -> None:
        collection = self._collection
        changed = {segment.id: segment for segment in left}
        segments = tuple(changed.get(segment.id, segment) for segment in collection.view.segments)
        collection.view = replace(collection.view, ts=ts, segments=segments)
        collection.replace_segments((), opened)
        collection.seals.opened([*left, *opened])
        collection.seals.note_write()
