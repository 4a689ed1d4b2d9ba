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
import pyarrow as pa

from elanus.engine.builds import Build
from elanus.engine.indexing import record_of
from elanus.engine.sealed import open_sealed, save_gone, write_sealed
from elanus.errors import BuildFailed, SegmentNotFound
from elanus.schema.arrow import TIMESTAMP_COLUMN
from elanus.segment.block import Block
from elanus.segment.gone import Gone, gone_from_events
from elanus.segment.view import SegmentView, ServingIndex
from elanus.storage.catalog import BuildRecord, SegmentRecord
from elanus.storage.clock import compose, physical_ms

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


def drop_horizon(collection: Collection) -> int:
    """Rows that left after this timestamp are kept: a reader pinned to an earlier view may still want them."""
    now = collection.resources.clock.now()
    return compose(physical_ms(now) - int(collection.resources.settings.retention_seconds * 1000))


class Merge:
    """One merge: from the view at its start to the transaction at its end."""

    def __init__(self, collection: Collection, plan: Sequence[int]) -> None:
        self._collection = collection
        view = collection.view
        self._sources = [s for s in (view.segment(i) for i in plan) if s is not None]
        horizon = drop_horizon(collection)
        self._kept = {s.id: _kept_rows(s, horizon, view.ttl_ms) for s in self._sources}
        self._builds: list[Build] = []

    def run(self) -> int:
        """The id of the merged segment; 0 when no row was left to keep.

        Raises SegmentNotFound when a source was dropped meanwhile, BuildFailed; then nothing has changed.
        """
        collection = self._collection
        batch = self._merged_rows()
        if not batch.num_rows:
            with collection.lock:
                self._swap(None, [])
            return 0
        merged = SegmentView(
            collection.resources.new_id(),
            self._sources[0].partition_id,
            (Block(batch),),
            batch.num_rows,
            is_growing=False,
        )
        try:
            self._write_and_swap(merged)
        finally:
            if merged.id not in collection.sealed:
                self._give_up_builds()
                collection.remove_files([merged.id])
        for build in self._builds:
            if (build.order.index_id, merged.id) not in collection.indexes_of.builds:
                build.order.remove_files()  # its index was dropped meanwhile
        collection.indexes_of.want_builds()
        return merged.id

    def _write_and_swap(self, merged: SegmentView) -> None:
        """Builds are done and open before the lock is taken; an index declared meanwhile asks for one more round."""
        collection = self._collection
        record = write_sealed(collection.resources, collection.id, merged, collection.schema.primary.name)
        sources = [source.id for source in self._sources]
        record = replace(record, parents=tuple(sources))
        mapped = open_sealed(collection.resources.layout, record)
        done: list[tuple[BuildRecord, ServingIndex]] = []
        while True:
            with collection.lock:
                new = collection.indexes_of.build_for(record, sources, (build.index_id for build, _ in done))
                if not new:
                    created = max(s.created_ts for s in self._records_of_sources())
                    self._swap((replace(record, created_ts=created), mapped), done)
                    return
            self._builds += new
            ended = [self._ended(build, mapped) for build in new]
            done += [pair for pair in ended if pair is not None]

    def _ended(self, build: Build, merged: SegmentView) -> tuple[BuildRecord, ServingIndex] | None:
        """The build's record and its index, open; None when the index was dropped meanwhile. Raises BuildFailed."""
        indexes = self._collection.indexes_of
        while not build.over.wait(0.2):
            self._records_of_sources()
            if build.order.index_id not in indexes.definitions:
                self._collection.resources.builds.cancel(build)
        definition = indexes.definitions.get(build.order.index_id)
        if definition is None:
            return None
        record = record_of(build, self._collection.resources.clock.now())
        if record.state != "finished":
            raise BuildFailed(f"index {definition.name} over merged segment: {record.reason}")
        return record, indexes.serving.open(definition, record, merged)

    def _give_up_builds(self) -> None:
        """Their workers have ended when it returns."""
        for build in self._builds:
            self._collection.resources.builds.cancel(build)
        for build in self._builds:
            build.over.wait()

    def _merged_rows(self) -> pa.RecordBatch:
        """The kept rows in order of their timestamps, which an imported segment's rows get here for good."""
        parts = [_stamped(source).take(pa.array(self._kept[source.id])) for source in self._sources]
        if not parts:
            raise SegmentNotFound("every source of the merge was dropped before it began")
        batch = pa.concat_batches(parts)
        order = np.argsort(batch.column(TIMESTAMP_COLUMN).to_numpy(), kind="stable")
        self._position = np.empty(len(order), np.int64)
        self._position[order] = np.arange(len(order))
        return batch if (order[1:] > order[:-1]).all() else batch.take(pa.array(order))

    def _carried(self, sources: Sequence[SegmentView], row_count: int) -> Gone:
        """What has left the sources' kept rows, in the merged segment's row numbers."""
        moved = []
        first = 0
        for source in sources:
            kept = self._kept[source.id]
            new_row = np.full(source.row_count, -1, np.int64)
            new_row[kept] = self._position[first : first + len(kept)]
            first += len(kept)
            events = source.gone.events.copy()
            rows = new_row[events["row"]]
            events = events[rows >= 0]
            events["row"] = rows[rows >= 0]
            moved.append(events)
        events = np.concatenate(moved)
        return gone_from_events(events[np.argsort(events["ts"], kind="stable")], row_count)

    def _records_of_sources(self) -> list[SegmentRecord]:
        """Raises SegmentNotFound when one is gone: dropped with its partition, or truncated."""
        records = [self._collection.sealed.get(source.id) for source in self._sources]
        if self._collection.dropped or None in records:
            raise SegmentNotFound("a source of the merge was dropped meanwhile")
        return [record for record in records if record is not None]

    def _swap(
        self, merged: tuple[SegmentRecord, SegmentView] | None, done: Sequence[tuple[BuildRecord, ServingIndex]]
    ) -> None:
        """The transaction and the next view. Under the lock; what left the sources meanwhile is carried over."""
        collection = self._collection
        records = self._records_of_sources()
        added: list[SegmentRecord] = []
        segments: list[SegmentView] = []
        if merged is not None:
            record, segment = merged
            now = [s for s in (collection.view.segment(source.id) for source in self._sources) if s is not None]
            segment = replace(segment, gone=self._carried(now, segment.row_count))
            directory = collection.resources.layout.segment(collection.id, segment.id)
            added = [replace(record, gone=save_gone(directory, segment.gone))]
            segments = [segment]
        built = [(b, opened) for b, opened in done if b.index_id in collection.indexes_of.definitions]
        with collection.changing() as change:
            for old in records:
                change.delete(old)
            for new in added:
                change.put(new)
            for build, _ in built:
                change.put(build)
        for old in records:
            del collection.sealed[old.id]
        collection.sealed.update({record.id: record for record in added})
        collection.indexes_of.forget_segments([old.id for old in records])
        collection.indexes_of.adopt([b for b, _ in built], [opened for _, opened in built])
        collection.seals.opened(segments)
        collection.replace_segments([old.id for old in records], collection.served(segments))
        collection.indexes_of.serving.close_unused()
        collection.remove_files([old.id for old in records])


def _stamped(segment: SegmentView) -> pa.RecordBatch:
    """The rows of a sealed segment with the timestamps readers see."""
    block = segment.blocks[0]
    position = block.batch.schema.get_field_index(TIMESTAMP_COLUMN)
    return block.batch.set_column(position, block.batch.schema.field(position), pa.array(block.timestamps()))


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
