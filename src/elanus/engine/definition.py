"""What a collection is, besides its rows: name, schema, properties, partitions, what is loaded. Durable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from elanus.engine.guard import Guard
from elanus.engine.requests import LoadState
from elanus.engine.resources import Resources
from elanus.errors import CollectionNotFound, NotReady, PartitionNotFound
from elanus.schema.collection import CollectionSchema
from elanus.storage.catalog import Change, CollectionRecord, LoadRecord, PartitionRecord


class Definition(ABC):
    """Every change is one catalog transaction, then one step in memory, under one lock.

    lock  held by whoever changes the collection, never by who reads it; taken before the catalog's own lock
    """

    def __init__(
        self, resources: Resources, record: CollectionRecord, database: str, partitions: Sequence[PartitionRecord]
    ) -> None:
        self.resources = resources
        self.record = record
        self.database = database
        self.aliases: tuple[str, ...] = ()
        self.dropped = False
        self.closed = False
        self.lock = Guard()
        self._partitions = {p.name: p for p in sorted(partitions, key=lambda p: p.id)}

    @abstractmethod
    def refresh_view(self) -> None:
        """Publish a view with the current definition."""

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def schema(self) -> CollectionSchema:
        return self.record.schema

    @property
    def properties(self) -> Mapping[str, str]:
        return self.record.properties

    @property
    def consistency_level(self) -> int:
        return self.record.consistency_level

    @property
    def shards(self) -> int:
        return self.record.shards

    @property
    def num_partitions(self) -> int:
        return self.record.num_partitions

    @property
    def created_ts(self) -> int:
        return self.record.created_ts

    @property
    def updated_ts(self) -> int:
        return self.record.updated_ts

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """The lock and one catalog transaction. Memory changes after it ended: it may fail until then.

        Raises CollectionNotFound when the collection was dropped, NotReady when it is closed.
        """
        with self.lock:
            self.check_open()
            with self.resources.catalog.change() as change:
                yield change

    def check_open(self) -> None:
        """Raises CollectionNotFound, NotReady."""
        if self.closed:
            raise NotReady("the data directory is closed; open it again")
        if self.dropped:
            raise CollectionNotFound(f"collection not found[collection={self.name}]")

    # ---- name, schema, properties -----------------------------------------------------------------------------

    def alter_properties(self, set: Mapping[str, str], delete: Sequence[str] = ()) -> None:
        with self.lock:
            kept = {key: value for key, value in {**self.record.properties, **set}.items() if key not in delete}
            self._redefine(replace(self.record, properties=kept, updated_ts=self.resources.clock.now()))

    def rename(self, name: str, database: str, database_id: int) -> None:
        """Take a name that is free."""
        with self.lock:
            schema = self.schema.renamed(name)
            self._redefine(replace(self.record, name=name, database_id=database_id, schema=schema))
            self.database = database

    # ---- partitions -------------------------------------------------------------------------------------------

    @property
    def partitions(self) -> Mapping[str, int]:
        """Partition ids by name, ``_default`` first."""
        return {name: record.id for name, record in self._partitions.items()}

    def partition_created_ts(self, name: str) -> int:
        return self.partition(name).created_ts

    def create_partition(self, name: str) -> None:
        """Existing = nothing happens."""
        with self.lock:
            self.check_open()
            if name in self._partitions:
                return
            record = PartitionRecord(self.resources.new_id(), self.id, name, self.resources.clock.now())
            with self.changing() as change:
                change.put(record)
            self._partitions = {**self._partitions, name: record}
            self.refresh_view()

    def forget_partition(self, name: str) -> None:
        """It went, with its record. Under the lock."""
        self._partitions = {other: record for other, record in self._partitions.items() if other != name}

    def partition(self, name: str) -> PartitionRecord:
        """Raises PartitionNotFound."""
        try:
            return self._partitions[name]
        except KeyError:
            raise PartitionNotFound(f"partition not found[partition={name}]") from None

    # ---- load -------------------------------------------------------------------------------------------------

    def load_state(self, partitions: Sequence[str] = ()) -> LoadState:
        loaded = self.loaded_partitions()
        wanted = {self.partition(name).id for name in partitions}
        return LoadState.LOADED if loaded is not None and wanted <= loaded else LoadState.NOT_LOAD

    def load_progress(self, partitions: Sequence[str] = ()) -> int:
        """Percent."""
        return 100 if self.load_state(partitions) is LoadState.LOADED else 0

    def loaded_partitions(self) -> frozenset[int] | None:
        """Ids; None = the collection is not loaded."""
        load = self.record.load_state
        if not load.loaded:
            return None
        return frozenset(load.partitions or self.partitions.values())

    def _with_loaded(self, names: Sequence[str], fields: Sequence[str], replicas: int) -> LoadRecord:
        """What is to be loaded when these partitions (all, if none is named) are loaded too."""
        wanted = tuple(self.partition(name).id for name in names)
        before = self.record.load_state
        if before.loaded and not before.partitions:
            wanted = ()
        elif before.loaded and wanted:
            wanted = tuple(sorted({*before.partitions, *wanted}))
        return LoadRecord(True, wanted, replicas, tuple(fields))

    def _without_loaded(self, names: Sequence[str]) -> LoadRecord:
        """What stays loaded without these partitions, or (none named) without any."""
        released = {self.partition(name).id for name in names}
        left = (self.loaded_partitions() or frozenset()) - released
        if not names or not left:
            return LoadRecord()
        return replace(self.record.load_state, partitions=tuple(sorted(left))) if released else self.record.load_state

    # ---- inside -----------------------------------------------------------------------------------------------

    def _redefine(self, record: CollectionRecord) -> None:
        with self.changing() as change:
            change.put(record)
        self.record = record
        self.refresh_view()
