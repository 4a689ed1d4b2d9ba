"""Collections: create, find, change, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.errors import CollectionLoaded, CollectionNotFound, ParameterInvalid
from elanus.service.capacity import check_capacity
from elanus.service.fields import Fields
from elanus.service.indexes import request_of
from elanus.service.load import check_indexed
from elanus.service.names import check_collection_name
from elanus.service.partitions import MAX_PARTITIONS
from elanus.service.properties import DYNAMIC, LOADING_KEYS, check_alteration, check_properties, truth
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft

MAX_SHARDS = 16
DEFAULT_KEY_PARTITIONS = 16


class Collections:
    """``database`` "" is the default one; a name may be an alias wherever a collection is only used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._fields = Fields()
        self.get = engine.collection
        self.list = engine.collections

    def find(self, database: str, name: str, collection_id: int) -> Collection:
        """By name; by id when there is no name. Raises CollectionNotFound."""
        if name or not collection_id:
            return self.get(database, name)
        for collection in self.list(database):
            if collection.id == collection_id:
                return collection
        raise CollectionNotFound(f"collection not found[database={database}][collection={collection_id}]")

    def create(self, database: str, draft: CollectionDraft) -> Collection:
        """A new collection, with its indexes in one step; the existing one when it was made by the same request."""
        _check_draft(draft)
        request = self._request(_without_switch(draft))
        if draft.name not in {collection.name for collection in self.list(database)}:
            check_capacity(self._engine, database, request.shards * max(request.num_partitions, 1))
        return self._engine.create_collection(database, request)

    def _request(self, draft: CollectionDraft) -> NewCollection:
        schema = schema_of(draft)
        indexes = tuple(request_of(index, schema, self._engine.resources) for index in draft.indexes)
        if indexes:
            check_indexed(schema, {index.field for index in indexes})
        return NewCollection(
            schema=schema,
            shards=max(draft.shards, 1),
            consistency_level=draft.consistency_level,
            properties=draft.properties,
            num_partitions=_key_partitions(draft),
            indexes=indexes,
            loaded=bool(indexes),
        )

    def drop(self, database: str, name: str) -> None:
        """Drops it with its rows and indexes; a missing one is a success. Raises Rejected for an alias."""
        self._engine.drop_collection(database, name)

    def rename(self, database: str, old: str, new_database: str, new: str) -> None:
        check_collection_name(new)
        self._engine.rename_collection(database, old, new_database or database, new)

    def alter(self, collection: Collection, properties: Mapping[str, str], delete_keys: Sequence[str]) -> None:
        check_alteration(properties, delete_keys)
        check_properties(properties)
        if DYNAMIC in properties:
            self._set_dynamic(collection, properties)
            return
        if {*properties, *delete_keys} & LOADING_KEYS and collection.view.loaded_partitions is not None:
            raise CollectionLoaded(
                "can not alter mmap properties if collection loaded: "
                f"collection already loaded[collection={collection.name}]"
            )
        collection.alter_properties(properties, delete_keys)

    def _set_dynamic(self, collection: Collection, properties: Mapping[str, str]) -> None:
        if len(properties) > 1:
            raise ParameterInvalid(
                "cannot alter dynamic schema with other properties at the same time: invalid parameter"
            )
        self._fields.set_dynamic(collection, enabled=truth(properties[DYNAMIC]))


def schema_timestamp(collection: Collection) -> int:
    """What a client sends back to prove that its idea of the schema is current."""
    return max(collection.schema.version, collection.created_ts)


def _check_draft(draft: CollectionDraft) -> None:
    """What must be true of a collection besides its schema. Raises ParameterInvalid."""
    check_collection_name(draft.name)
    if draft.schema_name not in ("", draft.name):
        raise ParameterInvalid(
            f"collection name matches schema name: invalid parameter[expected={draft.name}][actual={draft.schema_name}]"
        )
    if draft.shards > MAX_SHARDS:
        raise ParameterInvalid(f"maximum shards's number should be limited to {MAX_SHARDS}")
    check_properties(draft.properties)


def _without_switch(draft: CollectionDraft) -> CollectionDraft:
    """The property that says whether there is a dynamic field is said by the schema."""
    if DYNAMIC not in draft.properties:
        return draft
    kept = {name: text for name, text in draft.properties.items() if name != DYNAMIC}
    return replace(draft, enable_dynamic_field=truth(draft.properties[DYNAMIC]), properties=kept)


def _key_partitions(draft: CollectionDraft) -> int:
    if not any(field.is_partition_key for field in draft.fields):
        if draft.num_partitions > 0:
            raise ParameterInvalid("num_partitions should only be specified with partition key field enabled")
        return 0
    wanted = draft.num_partitions or DEFAULT_KEY_PARTITIONS
    if not 1 <= wanted <= MAX_PARTITIONS:
        raise ParameterInvalid(
            f"partition number ({wanted}) exceeds max configuration ({MAX_PARTITIONS}), collection: {draft.name}"
        )
    return wanted
