"""The engine: one data directory, open; its collections made, dropped, renamed, and found again at the next open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.engine.access import AccessBook
from elanus.engine.collection import DEFAULT_PARTITION, Collection
from elanus.engine.imports.running import Imports
from elanus.engine.maintenance import Maintenance
from elanus.engine.names import Names
from elanus.engine.recover import recovered, remove_garbage
from elanus.engine.requests import NewCollection
from elanus.engine.resources import Resources
from elanus.engine.settings import EngineSettings
from elanus.engine.snapshots.replica import Replica
from elanus.engine.snapshots.restores import Restores
from elanus.engine.snapshots.snapshots import Snapshots
from elanus.errors import (
    CollectionNotFound,
    Rejected,
)
from elanus.segment.partition_key import partition_name
from elanus.storage.catalog import (
    CollectionRecord,
    DatabaseRecord,
    LoadRecord,
    PartitionRecord,
    Record,
)
from elanus.storage.lock import DirectoryLock


class Engine(Names):
    """Safe to use from many threads.

    lock       the ownership of the data directory
    access     its users, roles and grants
    snapshots  of its collections
    restores   the jobs that make collections of them
    """

    def __init__(self, lock: DirectoryLock, resources: Resources) -> None:
        super().__init__(resources)
        self.lock = lock
        self.snapshots = Snapshots(resources, self.all_collections)
        self.restores = Restores(resources, self.snapshots, self._add_replica)
        try:
            self.access = AccessBook(resources.catalog)
            self._recover()
        except BaseException:
            self._close_files()
            raise
        self.imports = Imports(resources, self._by_id)
        self.maintenance = Maintenance(self.all_collections, resources.settings)

    @staticmethod
    def open(path: Path, settings: EngineSettings | None = None) -> Engine:
        """Open (or make) a data directory: recover it and start background work.

        raises  DirectoryInUse: another process has it open; DataCorrupted
        """
        lock = DirectoryLock.acquire(path)
        try:
            return Engine(lock, Resources.open(path, settings or EngineSettings()))
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """End background work and close every file. What was acknowledged is on disk already. Twice does nothing."""
        if not self.lock.held:
            return
        self.imports.close()
        self.restores.close()
        self.maintenance.close()
        self._close_files()
        self.lock.release()

    # ---- collections ------------------------------------------------------------------------------------------

    def create_collection(self, database: str, request: NewCollection) -> Collection:
        """With its indexes, and loaded if it is to be, in one step; the same definition again gives the existing one.

        Raises Rejected when name or definition clash, and what a declared index raises.
        """
        with self._ddl:
            home = self.database(database)
            name = (home.name, request.schema.name)
            if name in self._aliases:
                raise Rejected(
                    f"collection name [{request.schema.name}] conflicts with an existing alias, "
                    "please choose a unique name"
                )
            if name in self._collections:
                return self._same(self._collections[name], request)
            collection = self._created(home, request)
            self._collections[name] = collection
            self._publish_names()
            return collection

    def drop_collection(self, database: str, name: str) -> None:
        """A missing collection is no error."""
        with self._ddl:
            key = (self.database(database).name, name)
            if key in self._aliases:
                raise Rejected(f"cannot drop the collection via alias = {name}")
            collection = self._collections.get(key)
            if collection is None:
                return
            if collection.aliases:
                raise Rejected(
                    f"unable to drop the collection [{name}] because it has associated aliases "
                    f"[{', '.join(collection.aliases)}], please remove all aliases before dropping the collection"
                )
            collection.drop()
            del self._collections[key]
            self._publish_names()
        self.snapshots.forget_orphans()

    def rename_collection(self, database: str, old: str, new_database: str, new: str) -> None:
        with self._ddl:
            source, target = self.database(database), self.database(new_database or database)
            key, new_key = (source.name, old), (target.name, new)
            if key in self._aliases:
                raise Rejected(f"unsupported use an alias to rename collection, alias:{old}")
            if key not in self._collections:
                raise CollectionNotFound(f"collection not found[database={source.name}][collection={old}]")
            if new_key in self._by_name:
                raise Rejected(
                    f"duplicated new collection name {target.name}:{new} with other collection name or alias"
                )
            collection = self._collections[key]
            if source.id != target.id and collection.aliases:
                raise Rejected(f"fail to rename db name, must drop all aliases of collection {old} before rename")
            collection.rename(new, target.name, target.id)
            self._collections[new_key] = self._collections.pop(key)
            self._publish_names()

    def restore(self, source: Collection, snapshot: str, database: str, name: str) -> int:
        """The number of a job that makes a new collection of a snapshot, in the background.

        Raises SnapshotNotFound, DatabaseNotFound, Rejected when the name is taken.
        """
        home = self.database(database)
        self._check_free(home.name, name)
        return self.restores.start(self.snapshots.named(source, snapshot), home.name, name)

    # ---- inside -----------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        remove_garbage(self.resources)
        catalog = self.resources.catalog
        self._databases = {record.name: record for record in catalog.databases()}
        names = {record.id: record.name for record in self._databases.values()}
        by_id: dict[int, Collection] = {}
        for record in catalog.collections():
            home = names[record.database_id]
            by_id[record.id] = self._collections[home, record.name] = recovered(self.resources, record, home)
        for alias in catalog.aliases():
            self._aliases[names[alias.database_id], alias.name] = by_id[alias.collection_id]
        self._publish_names()
        for collection in by_id.values():
            if collection.journal.rotated:
                collection.seals.start()
            collection.indexes.want_builds()
        self.snapshots.recovered()
        self.restores.recovered()

    def _by_id(self, collection_id: int) -> Collection | None:
        return next((one for one in self.all_collections() if one.id == collection_id), None)

    def _close_files(self) -> None:
        self.resources.stop()
        for collection in self.all_collections():
            collection.close()
        self.resources.close()

    def _created(self, home: DatabaseRecord, request: NewCollection) -> Collection:
        record = self._record(home, request)
        partitions = [
            PartitionRecord(self.resources.new_id(), record.id, name, record.created_ts)
            for name in _partition_names(request)
        ]
        collection = Collection(self.resources, record, home.name, partitions)
        indexes = collection.indexes.definitions.declare(request.indexes)
        everything: list[Record] = [record, *partitions, *indexes]
        with self.resources.catalog.change() as change:
            for one in everything:
                change.put(one)
        collection.refresh_view()
        return collection

    def _add_replica(self, database: str, replica: Replica, also: Record) -> None:
        """What was restored appears, with all its rows; ``also`` becomes durable in the same step."""
        with self._ddl:
            home = self.database(database)
            self._check_free(home.name, replica.collection.name)
            record = replace(replica.collection, database_id=home.id)
            with self.resources.catalog.change() as change:
                for one in (record, *replica.records(), also):
                    change.put(one)
            try:
                collection = recovered(self.resources, record, home.name)
            except BaseException:
                with self.resources.catalog.change() as change:
                    change.drop_collection(record.id)
                raise
            self._collections[home.name, collection.name] = collection
            self._publish_names()
        collection.indexes.want_builds()

    def _check_free(self, database: str, name: str) -> None:
        if (database, name) in self._by_name:
            raise Rejected(
                f"duplicate collection {database}:{name}: a snapshot is restored into a new collection; "
                "choose a name that no collection and no alias has"
            )

    def _record(self, home: DatabaseRecord, request: NewCollection) -> CollectionRecord:
        ts = self.allocate_timestamp()
        return CollectionRecord(
            id=self.resources.new_id(),
            database_id=home.id,
            name=request.schema.name,
            schema=replace(request.schema, version=ts),
            shards=request.shards,
            consistency_level=request.consistency_level,
            properties=dict(request.properties),
            created_ts=ts,
            updated_ts=ts,
            num_partitions=request.num_partitions,
            load_state=LoadRecord(True, replica_number=1) if request.loaded else LoadRecord(),
        )

    def _same(self, existing: Collection, request: NewCollection) -> Collection:
        wanted = replace(request.schema, version=existing.schema.version)
        if (wanted, request.num_partitions) == (existing.schema, existing.num_partitions) and dict(
            request.properties
        ) == dict(existing.properties):
            return existing
        raise Rejected(f"create duplicate collection with different parameters, collection: {existing.name}")


def _partition_names(request: NewCollection) -> list[str]:
    """Hidden ones when a partition key chooses among them."""
    return [partition_name(number) for number in range(request.num_partitions)] or [DEFAULT_PARTITION]
