"""A merge: segments become one, rows that left long enough ago are dropped.

The merged segment is written, and every index built over it, before anyone can read it: then one transaction puts it
in the place of its sources. Searches never meet a merged segment without the index its sources had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from elanus.engine.building.build import Build
from elanus.engine.building.files import record_of
from elanus.engine.segments.damaged import remembered, set_segment_apart
from elanus.engine.segments.merged_rows import MergedRows, Source
from elanus.engine.segments.sealed import NewSegment, open_sealed, save_gone, write_sealed
from elanus.errors import BuildFailed, DataCorrupted, SegmentNotFound
from elanus.segment.gone import Gone, gone_from_events
from elanus.segment.view import OpenIndex, SegmentView
from elanus.storage.catalog import BuildRecord, CollectionRecord, SegmentRecord
from elanus.storage.clock import compose, physical_ms
from elanus.storage.files import verify_file

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


def drop_horizon(collection: Collection) -> int:
    """Rows that left after this timestamp are kept: a reader of an earlier time may still want them."""
    now = collection.resources.clock.now()
    oldest = compose(physical_ms(now) - int(collection.resources.settings.retention_seconds * 1000))
    return min(oldest, collection.read_times.oldest(now))


class Merge:
    """One merge: from the view at its start to the transaction at its end."""

    def __init__(self, collection: Collection, plan: Sequence[int]) -> None:
        self._collection = collection
        view = collection.view
        self._horizon = drop_horizon(collection)
        self._sources = [s for s in (view.segment(i) for i in plan) if s is not None]
        if not self._sources:
            raise SegmentNotFound("every source of the merge was dropped before it began")
        self._schema = view.schema
        sources = [Source(s, _kept_rows(s, self._horizon, view.ttl_ms)) for s in self._sources]
        self._rows = MergedRows(sources, self._schema)
        self._builds: list[Build] = []

    def run(self) -> int:
        """The id of the merged segment; 0 when no row was left to keep.

        Raises SegmentNotFound when a source was dropped meanwhile, BuildFailed, DataCorrupted; then nothing was merged.
        """
        collection = self._collection
        self._check_sources()
        if not len(self._rows):
            with collection.lock:
                self._swap(None, [])
            return 0
        merged_id = collection.resources.new_id()
        try:
            self._write_and_swap(merged_id)
        finally:
            if merged_id not in collection.sealed:
                self._give_up_builds()
                collection.remove_files([merged_id])
        for build in self._builds:
            if (build.order.index_id, merged_id) not in collection.indexes.builds.records:
                build.order.remove_files()  # its index was dropped meanwhile
        collection.indexes.want_builds()
        return merged_id

    def _check_sources(self) -> None:
        """A damaged source is set apart: a merge would give its damage a valid checksum. Raises DataCorrupted."""
        collection = self._collection
        for record in self._records_of_sources():
            try:
                verify_file(collection.resources.layout.segment(collection.id, record.id), record.data)
            except DataCorrupted as damage:
                with collection.lock:
                    self._records_of_sources()
                    set_segment_apart(collection, remembered(collection, record, damage.message), damage.message)
                raise

    def _write_and_swap(self, merged_id: int) -> None:
        """Builds are done and open before the lock is taken; an index declared meanwhile asks for one more round."""
        collection = self._collection
        merged = NewSegment(merged_id, collection.id, self._sources[0].partition_id, self._rows, self._schema)
        record = write_sealed(collection.resources, merged)
        record = replace(record, parents=tuple(self._source_ids))
        mapped = open_sealed(collection.resources.layout, record, self._schema)
        done: list[tuple[BuildRecord, OpenIndex]] = []
        while True:
            with collection.lock:
                new = collection.indexes.builds.build_for(
                    record, self._source_ids, (build.index_id for build, _ in done)
                )
                if not new:
                    created = max(s.created_ts for s in self._records_of_sources())
                    self._swap((replace(record, created_ts=created), mapped), done)
                    return
            self._builds += new
            ended = [self._ended(build, mapped) for build in new]
            done += [pair for pair in ended if pair is not None]

    def _ended(self, build: Build, merged: SegmentView) -> tuple[BuildRecord, OpenIndex] | None:
        """The build's record and its index, open; None when the index was dropped meanwhile. Raises BuildFailed."""
        indexes = self._collection.indexes
        while not build.over.wait(0.2):
            self._records_of_sources()
            if build.order.index_id not in indexes.definitions.by_id:
                self._collection.resources.builds.cancel(build)
        definition = indexes.definitions.by_id.get(build.order.index_id)
        if definition is None:
            return None
        record = record_of(build, self._collection.resources.clock.now())
        if record.state != "finished":
            raise BuildFailed(f"index {definition.name} over merged segment: {record.reason}")
        fitting = merged.under(self._collection.schema, self._schema)  # the field may have come meanwhile
        return record, indexes.serving.open(definition, record, fitting)

    def _give_up_builds(self) -> None:
        """Their workers have ended when it returns."""
        for build in self._builds:
            self._collection.resources.builds.cancel(build)
        for build in self._builds:
            build.over.wait()

    def _carried(self, sources: Sequence[SegmentView]) -> Gone:
        """What has left the sources' kept rows, in the merged segment's row numbers."""
        moved = []
        for number, source in enumerate(sources):
            rows = self._rows.new_numbers(number)[source.gone.events["row"]]
            events = source.gone.events[rows >= 0]
            events["row"] = rows[rows >= 0]
            moved.append(events)
        events = np.concatenate(moved)
        return gone_from_events(events[np.argsort(events["ts"], kind="stable")], len(self._rows))

    def _records_of_sources(self) -> list[SegmentRecord]:
        """Raises SegmentNotFound when one is gone: dropped with its partition, or truncated."""
        records = [self._collection.sealed.get(source.id) for source in self._sources]
        if self._collection.dropped or None in records:
            raise SegmentNotFound("a source of the merge was dropped meanwhile")
        return [record for record in records if record is not None]

    def _swap(
        self, merged: tuple[SegmentRecord, SegmentView] | None, done: Sequence[tuple[BuildRecord, OpenIndex]]
    ) -> None:
        """The transaction and the next view. Under the lock; what left the sources meanwhile is carried over."""
        collection = self._collection
        old = self._records_of_sources()
        added = [self._caught_up(*merged)] if merged is not None else []
        built = [(b, opened) for b, opened in done if b.index_id in collection.indexes.definitions.by_id]
        definition = self._definition()
        with collection.changing() as change:
            for record in old:
                change.delete(record)
            for new, _ in added:
                change.put(new)
            for build, _ in built:
                change.put(build)
            change.put(definition)
        collection.record = definition
        for record in old:
            del collection.sealed[record.id]
        collection.sealed.update({record.id: record for record, _ in added})
        collection.indexes.builds.forget_segments(self._source_ids)
        collection.indexes.builds.adopt([b for b, _ in built], [opened for _, opened in built])
        self._publish([segment for _, segment in added])

    def _caught_up(self, record: SegmentRecord, segment: SegmentView) -> tuple[SegmentRecord, SegmentView]:
        """The merged segment without what left the sources meanwhile."""
        collection = self._collection
        sources = (collection.view.segment(source) for source in self._source_ids)
        gone = self._carried([source for source in sources if source is not None])
        directory = collection.resources.layout.segment(collection.id, segment.id)
        return replace(record, gone=save_gone(directory, gone)), replace(segment, gone=gone)

    def _publish(self, segments: Sequence[SegmentView]) -> None:
        """The view with these in the place of the sources, whose files go."""
        collection = self._collection
        collection.seals.opened(segments)
        collection.view = replace(
            collection.view, ts=collection.resources.clock.now(), whole_since_ts=collection.record.truncated_ts
        )
        collection.replace_segments(self._source_ids, collection.served(segments))
        collection.indexes.serving.close_unused()
        collection.remove_files(self._source_ids)

    @property
    def _source_ids(self) -> list[int]:
        return [source.id for source in self._sources]

    def _definition(self) -> CollectionRecord:
        """Of the collection; when rows were dropped nobody can go back before the horizon any more."""
        record = self._collection.record
        if len(self._rows) == sum(source.row_count for source in self._sources):
            return record
        return replace(record, truncated_ts=max(record.truncated_ts, self._horizon))


def _expired_rows(segment: SegmentView, horizon: int, ttl_ms: int) -> int:
    """How many rows, the first ones, are older than the collection keeps them."""
    if not ttl_ms:
        return 0
    oldest = compose(max(physical_ms(horizon) - ttl_ms, 0))
    return int(np.searchsorted(segment.blocks[0].timestamps(), np.uint64(oldest)))


def _kept_rows(segment: SegmentView, horizon: int, ttl_ms: int) -> npt.NDArray[np.int64]:
    """Rows a merge keeps: not deleted before the horizon, not expired."""
    present = segment.gone.present_at(horizon, segment.row_count)
    kept = np.arange(segment.row_count) if present is None else np.flatnonzero(present)
    return kept[kept >= _expired_rows(segment, horizon, ttl_ms)]


def dead_rows(segment: SegmentView, horizon: int, ttl_ms: int) -> int:
    """How many rows a merge would drop. Cheap where none have left: it is asked again and again."""
    if not len(segment.gone.events):
        return _expired_rows(segment, horizon, ttl_ms)
    return segment.row_count - len(_kept_rows(segment, horizon, ttl_ms))
