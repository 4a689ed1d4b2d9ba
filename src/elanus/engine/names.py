"""What is called how in a data directory: databases, and collections by their names and aliases. Durable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from elanus.engine.collection import Collection
from elanus.engine.guard import Guard
from elanus.engine.resources import Resources
from elanus.errors import (
    AliasExists,
    AliasNameConflict,
    AliasNotFound,
    CollectionNotFound,
    DatabaseNotFound,
    Rejected,
)
from elanus.storage.catalog import AliasRecord, DatabaseRecord

DEFAULT_DATABASE = "default"
Name = tuple[str, str]
"""(database, collection or alias)"""


class Names:
    """Changed under one lock; finding a collection takes none."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self._ddl = Guard()
        self._databases: dict[str, DatabaseRecord] = {}
        self._collections: dict[Name, Collection] = {}
        self._aliases: dict[Name, Collection] = {}
        self._by_name: dict[Name, Collection] = {}

    def allocate_timestamp(self) -> int:
        return self.resources.clock.now()

    # ---- databases --------------------------------------------------------------------------------------------

    def create_database(self, name: str, properties: Mapping[str, str]) -> None:
        with self._ddl:
            if name in self._databases:
                raise Rejected(f"database already exist: {name}")
            self._put_database(
                DatabaseRecord(self.resources.new_id(), name, dict(properties), self.allocate_timestamp())
            )

    def drop_database(self, name: str) -> None:
        """A missing one is no error."""
        with self._ddl:
            if name == DEFAULT_DATABASE:
                raise Rejected("can not drop default database")
            if name not in self._databases:
                return
            if self.collections(name):
                raise Rejected(f"database:{name} not empty, must drop all collections before drop database")
            with self.resources.catalog.change() as change:
                change.delete(self._databases[name])
            del self._databases[name]

    def alter_database(self, name: str, properties: Mapping[str, str], delete_keys: Sequence[str] = ()) -> None:
        with self._ddl:
            record = self.database(name)
            kept = {k: v for k, v in {**record.properties, **properties}.items() if k not in delete_keys}
            self._put_database(replace(record, properties=kept))

    def databases(self) -> list[DatabaseRecord]:
        return list(self._databases.values())

    def database(self, name: str) -> DatabaseRecord:
        """ "" is the default database. Raises DatabaseNotFound."""
        try:
            return self._databases[name or DEFAULT_DATABASE]
        except KeyError:
            raise DatabaseNotFound(f"database not found[database={name}]") from None

    # ---- collections ------------------------------------------------------------------------------------------

    def collection(self, database: str, name: str) -> Collection:
        """By name or alias. Raises CollectionNotFound, DatabaseNotFound."""
        found = self._by_name.get((database or DEFAULT_DATABASE, name))
        if found is None:
            home = self.database(database).name
            raise CollectionNotFound(f"collection not found[database={home}][collection={name}]")
        return found

    def collections(self, database: str) -> list[Collection]:
        home = self.database(database).name
        return [collection for (db, _), collection in list(self._collections.items()) if db == home]

    def all_collections(self) -> list[Collection]:
        """Of all databases."""
        return list(self._collections.values())

    # ---- aliases ----------------------------------------------------------------------------------------------

    def create_alias(self, database: str, alias: str, collection: str) -> None:
        with self._ddl:
            key = (self.database(database).name, alias)
            target = self.collection(database, collection)
            taken = self._aliases.get(key)
            if taken is not None and taken is not target:
                raise AliasExists(
                    f"{alias} is alias to another collection: {taken.name}: "
                    f"alias already exist[database={key[0]}][alias={alias}]"
                )
            self._point(key, target)

    def alter_alias(self, database: str, alias: str, collection: str) -> None:
        """Point an existing alias at another collection. Raises AliasNotFound."""
        with self._ddl:
            key = (self.database(database).name, alias)
            target = self.collection(database, collection)
            if key not in self._aliases:
                raise AliasNotFound(f"alias not found[database={key[0]}][alias={alias}]")
            self._point(key, target)

    def drop_alias(self, database: str, alias: str) -> None:
        """A missing one is no error."""
        with self._ddl:
            key = (self.database(database).name, alias)
            target = self._aliases.get(key)
            if target is None:
                return
            with self.resources.catalog.change() as change:
                change.delete(AliasRecord(alias, self.database(database).id, target.id))
            del self._aliases[key]
            self._publish_names()

    def aliases(self, database: str, collection: str = "") -> list[tuple[str, str]]:
        """(alias, collection name) of a database, or of one collection of it."""
        home = self.database(database).name
        wanted = self.collection(database, collection) if collection else None
        return [(a, c.name) for (db, a), c in list(self._aliases.items()) if db == home and wanted in (None, c)]

    def alias_target(self, database: str, alias: str) -> str:
        """Name of the collection behind an alias. Raises AliasNotFound."""
        home = self.database(database).name
        target = self._aliases.get((home, alias))
        if target is None:
            raise AliasNotFound(f"alias not found[database={home}][alias={alias}]")
        return target.name

    # ---- inside -----------------------------------------------------------------------------------------------

    def _put_database(self, record: DatabaseRecord) -> None:
        with self.resources.catalog.change() as change:
            change.put(record)
        self._databases[record.name] = record

    def _point(self, key: Name, target: Collection) -> None:
        if key in self._collections:
            raise AliasNameConflict(f"alias and collection name conflict[database={key[0]}][alias={key[1]}]")
        with self.resources.catalog.change() as change:
            change.put(AliasRecord(key[1], self.database(key[0]).id, target.id))
        self._aliases[key] = target
        self._publish_names()

    def _publish_names(self) -> None:
        """Readers find collections in a dictionary that is replaced, never changed."""
        for collection in self._collections.values():
            collection.aliases = tuple(a for (_, a), c in self._aliases.items() if c is collection)
        self._by_name = {**self._aliases, **self._collections}
