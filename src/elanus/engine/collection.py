"""One collection: its rows, its current view, and the ways to change them.

Rows change only through ``commit``. Everything else that changes what a reader sees (a segment sealed, merged or
dropped, an index finished, a load) is one catalog transaction, then one published view, under the collection's lock.
Readers take ``view`` and never lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from elanus.engine import removal
from elanus.engine.definition import Definition
from elanus.engine.fields import Fields
from elanus.engine.indexes.indexing import Indexes
from elanus.engine.indexes.recent import RecentSearches
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.read_times import ReadTimes
from elanus.engine.requests import CompactionStatus, Deleted, Flushed, Inserted, SegmentInfo
from elanus.engine.resources import Resources
from elanus.engine.segments.bulk import import_rows
from elanus.engine.segments.compact import Compactions
from elanus.engine.segments.infos import segment_infos
from elanus.engine.segments.seal import Seals
from elanus.engine.writes.commit import Commits, Committed
from elanus.engine.writes.intake import deleted_keys, placed, with_generated_keys
from elanus.engine.writes.journal import Journal
from elanus.engine.writes.write import Write
from elanus.errors import PartitionNotFound, SchemaMismatch
from elanus.filter import Predicate
from elanus.schema.arrow import row_schema
from elanus.schema.collection import CollectionSchema
from elanus.segment.view import SegmentView, View
from elanus.storage.catalog import CollectionRecord, LoadRecord, PartitionRecord, SegmentRecord

DEFAULT_PARTITION = "_default"


class Collection(Definition):
    """Safe to use from many threads.

    view     what readers see now
    sealed   the durable record of every sealed segment that can be read, by id
    damaged  ... of every other
    """

    def __init__(self, resources: Resources, record: CollectionRecord, database: str, partitions: list[PartitionRecord],
                 next_epoch: int = 1) -> None:  # fmt: skip
        super().__init__(resources, record, database, partitions)
        self.journal = Journal(resources, record.id, next_epoch)
        self.sealed: dict[int, SegmentRecord] = {}
        self.damaged: dict[int, SegmentRecord] = {}
        self.indexes = Indexes(self)
        self.seals = Seals(self)
        self.compactions = Compactions(self)
        self.fields = Fields(self)
        self.recent = RecentSearches(resources.settings.recorded_searches)
        self.commits = Commits(self)
        self.read_times = ReadTimes(resources.settings.retention_seconds)
        self.view = View(resources.clock.now(), record.id, record.schema, (), {}, None)
        self.refresh_view()

    # ---- rows -------------------------------------------------------------------------------------------------

    def insert(self, rows: pa.RecordBatch, partition: str = "") -> Inserted:
        """Add rows (all stored fields but a generated primary key and ``$ts``). Durable when it returns."""
        primary = self.schema.primary
        if primary.auto_id and primary.name not in rows.schema.names:
            rows = with_generated_keys(rows, self.schema, self.resources.counters)
            keys_are_new = True
        else:
            keys_are_new = False
        keys, parts = rows.column(primary.name), self.placed_rows(rows, partition)
        if rows.nbytes >= self.resources.settings.import_bytes:
            imported = import_rows(self, parts, keys)
            if imported is not None:
                return imported
        done = self.commit(Write(inserts=parts, keys_are_new=keys_are_new))
        return Inserted(keys, done.ts)

    def upsert(self, rows: pa.RecordBatch, partition: str = "") -> Inserted:
        """Replace the rows that have these primary keys, in one step; with auto id the new rows get new keys."""
        primary = self.schema.primary
        old_keys = rows.column(primary.name)
        if primary.auto_id:
            rows = with_generated_keys(rows.drop_columns([primary.name]), self.schema, self.resources.counters)
        done = self.commit(Write(old_keys, inserts=self.placed_rows(rows, partition), keys_are_new=primary.auto_id))
        return Inserted(rows.column(primary.name), done.ts, done.deleted)

    def delete_keys(self, keys: pa.Array, partition: str = "") -> Deleted:
        """Delete by primary key; a key that is not there is no error. ``count`` is the number of keys named."""
        scope = frozenset([self.partition(partition).id]) if partition else frozenset[int]()
        done = self.commit(Write(keys, scope))
        return Deleted(len(keys), done.ts, keys)

    def delete_where(self, predicate: Predicate, partitions: Sequence[str] = ()) -> Deleted:
        """Delete the rows a filter keeps now, not those that come meanwhile; ``count`` is how many rows left.

        Raises SchemaMismatch when a field it asks for was dropped since it was compiled.
        """
        scope = frozenset(self.partition(name).id for name in partitions)
        view = self.view
        view.check_whole()
        if not predicate.fields <= view.schema.by_name.keys():
            raise self.mismatch
        keys = deleted_keys(view, predicate, scope)
        if not len(keys):
            return Deleted(0, self.resources.clock.now())
        done = self.commit(Write(keys, scope, seen_ts=view.ts))
        return Deleted(done.deleted, done.ts)

    def commit(self, write: Write) -> Committed:
        """Make a write durable and visible, together with all that wait at this moment (one sync for the group)."""
        return self.commits.commit(write)

    def row_count(self) -> int:
        return self.view.row_count

    def partition_row_count(self, name: str) -> int:
        partition = self.partition(name).id
        readable = sum(s.row_count for s in self.view.segments if s.partition_id == partition)
        return readable + sum(d.row_count for d in self.view.damages if d.partition_id == partition)

    # ---- segments ---------------------------------------------------------------------------------------------

    def segments(self) -> list[SegmentInfo]:
        """The readable ones, then the damaged."""
        return segment_infos(self)

    def flush(self) -> Flushed:
        """Seal what is growing; returns when it is in segment files."""
        return self.seals.flush()

    def compact(self) -> int:
        """Merge small segments and drop rows that left; the id to ask about, or -1 when there is nothing to do."""
        self.view.check_whole()
        return self.compactions.request()

    def compaction(self, compaction_id: int) -> CompactionStatus:
        """Of an id that was not given here: no merges at all."""
        return self.compactions.status(compaction_id)

    def truncate(self) -> None:
        """Every row goes; schema, indexes, aliases and load state stay."""
        removal.truncate(self)

    def drop_partition(self, name: str) -> None:
        """Drop a partition with its rows; a missing one is no error."""
        removal.drop_partition(self, name)

    def drop(self) -> None:
        """Out of the catalog, with all that belongs to it; then its files are deleted."""
        removal.drop(self)

    # ---- load -------------------------------------------------------------------------------------------------

    def load(self, partitions: Sequence[str] = (), fields: Sequence[str] = (), replicas: int = 1) -> None:
        """Make the collection, or some of its partitions, searchable; remembered across restarts."""
        self.indexes.serving.open_ahead()
        with self.lock:
            self._set_load(self._with_loaded(partitions, fields, replicas))

    def release(self, partitions: Sequence[str] = ()) -> None:
        """Not loaded = nothing happens."""
        with self.lock:
            if self.record.load_state.loaded:
                self._set_load(self._without_loaded(partitions))

    # ---- for the other parts of the engine --------------------------------------------------------------------

    def placed_rows(self, rows: pa.RecordBatch, partition: str) -> tuple[tuple[int, pa.RecordBatch], ...]:
        """The rows by partition id: the named partition ("" = the default one), or those the partition key chooses."""
        if self.schema.partition_key is not None:
            return placed(rows, self.schema.partition_key, self.partitions, self.num_partitions)
        return ((self.partition(partition or DEFAULT_PARTITION).id, rows),)

    def check_partitions(self, partition_ids: Iterable[int]) -> None:
        """Raises PartitionNotFound when one was dropped since its id was looked up. Under the lock."""
        for partition_id in partition_ids:
            if partition_id not in self.view.partition_ids.values():
                raise PartitionNotFound(f"partition not found[partition={partition_id}]: it was dropped meanwhile")

    @property
    def mismatch(self) -> SchemaMismatch:
        return SchemaMismatch(f"collection schema mismatch[collection={self.name}]")

    def check_schema(self, schema: CollectionSchema) -> None:
        """Raises SchemaMismatch when the schema is another one by now. Under the lock."""
        if schema.version != self.schema.version:
            raise self.mismatch

    def check_columns(self, sent: pa.Schema) -> None:
        """Raises SchemaMismatch when rows with these columns do not fit the schema, which may have changed."""
        if (sent.names, sent.types) != self._columns:
            raise self.mismatch

    def replace_segments(self, old: Sequence[int], new: Sequence[SegmentView]) -> None:
        """Publish a view with some sealed segments in the place of others. Under the lock."""
        kept = [segment for segment in self.view.segments if segment.id not in old]
        fitting = [segment.under(self.schema, self.schema) for segment in new]
        ordered = sorted([*kept, *fitting], key=lambda segment: (segment.is_growing, segment.id))
        self.view = replace(self.view, segments=tuple(ordered))

    def refresh_view(self) -> None:
        """Publish a view with the current definition: schema, partitions, load state, indexes declared and serving."""
        with self.lock:
            self._columns = _columns_of(self.schema)
            self.view = replace(
                self.view,
                schema=self.schema,
                partition_ids=self.partitions,
                loaded_partitions=self.loaded_partitions(),
                declared=self.indexes.definitions.declared(),
                ttl_ms=_ttl_ms(self.properties),
                whole_since_ts=self.record.truncated_ts,
                segments=self.served(self._fitting(self.view)),
            )

    def _fitting(self, view: View) -> Iterable[SegmentView]:
        """The segments of the view with the fields there are now."""
        if view.schema.by_id.keys() == self.schema.by_id.keys():
            return view.segments
        return [segment.under(self.schema, view.schema) for segment in view.segments]

    def served(self, segments: Iterable[SegmentView]) -> tuple[SegmentView, ...]:
        """The segments with the indexes that serve them now. Under the lock."""
        loaded = self.loaded_partitions() or frozenset()
        return tuple(self.indexes.serving.of(s) if s.partition_id in loaded else s.without_indexes for s in segments)

    def remove_files(self, segment_ids: Iterable[int]) -> None:
        """Delete the directories of segments no record names; readers that still map them are not disturbed."""
        remove_leftovers(self.resources.layout.segment(self.id, segment_id) for segment_id in segment_ids)

    def close(self) -> None:
        with self.lock:
            self.closed = True
            self.journal.close()

    # ---- inside -----------------------------------------------------------------------------------------------

    def _set_load(self, load: LoadRecord) -> None:
        self._redefine(replace(self.record, load_state=load))
        self.indexes.serving.close_unused()


def _columns_of(schema: CollectionSchema) -> tuple[list[str], list[pa.DataType]]:
    """Names and types of what is sent of a row."""
    stored = row_schema(schema)
    return stored.names[:-1], stored.types[:-1]


def _ttl_ms(properties: Mapping[str, str]) -> int:
    seconds = int(properties.get("collection.ttl.seconds", "0") or 0)
    return max(seconds, 0) * 1000
