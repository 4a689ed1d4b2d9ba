"""Collections: create, find, change, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.errors import CollectionLoaded, CollectionNotFound, ParameterInvalid
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.capacity import check_capacity
from elanus.service.drafts import CollectionDraft
from elanus.service.indexes import request_of
from elanus.service.load import check_indexed
from elanus.service.names import check_collection_name
from elanus.service.partitions import MAX_PARTITIONS
from elanus.service.properties import check_alteration, check_properties
from elanus.service.schema import MAX_ARRAY_CAPACITY, MAX_VARCHAR_LENGTH, checked_limit, schema_of

MAX_SHARDS = 16
DEFAULT_KEY_PARTITIONS = 16
_FIELD_LIMITS = {
    "max_length": (DataType.VARCHAR, MAX_VARCHAR_LENGTH),
    "max_capacity": (DataType.ARRAY, MAX_ARRAY_CAPACITY),
}
_LOADING_KEYS = frozenset({"mmap.enabled", "warmup", "warmup.policy"})


class Collections:
    """``database`` "" is the default one; a name may be an alias wherever a collection is only used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
        check_collection_name(draft.name)
        if draft.schema_name not in ("", draft.name):
            raise ParameterInvalid(
                f"collection name matches schema name: invalid parameter[expected={draft.name}]"
                f"[actual={draft.schema_name}]"
            )
        if draft.shards > MAX_SHARDS:
            raise ParameterInvalid(f"maximum shards's number should be limited to {MAX_SHARDS}")
        check_properties(draft.properties)
        schema = schema_of(draft)
        indexes = tuple(request_of(index, schema, self._engine.resources) for index in draft.indexes)
        if indexes:
            check_indexed(schema, {index.field for index in indexes})
        request = NewCollection(
            schema=schema,
            shards=max(draft.shards, 1),
            consistency_level=draft.consistency_level,
            properties=draft.properties,
            num_partitions=_key_partitions(draft),
            indexes=indexes,
            loaded=bool(indexes),
        )
        if draft.name not in {collection.name for collection in self.list(database)}:
            check_capacity(self._engine, database, request.shards * max(request.num_partitions, 1))
        return self._engine.create_collection(database, request)

    def drop(self, database: str, name: str) -> None:
        """Drops it with its rows and indexes; a missing one is a success. Raises Rejected for an alias."""
        self._engine.drop_collection(database, name)

    def rename(self, database: str, old: str, new_database: str, new: str) -> None:
        check_collection_name(new)
        self._engine.rename_collection(database, old, new_database or database, new)

    def alter(self, collection: Collection, properties: Mapping[str, str], delete_keys: Sequence[str]) -> None:
        check_alteration(properties, delete_keys)
        check_properties(properties)
        _refuse_while_loaded(
            collection, {*properties, *delete_keys}, "can not alter mmap properties if collection loaded"
        )
        collection.alter_properties(properties, delete_keys)

    def alter_field(
        self, collection: Collection, field_name: str, properties: Mapping[str, str], delete_keys: Sequence[str]
    ) -> None:
        check_alteration(properties, delete_keys)
        field = collection.schema.field(field_name)
        for name, text in properties.items():
            _check_field_property(field, name, text)
        refusal = "can not alter collection field properties if collection loaded"
        _refuse_while_loaded(collection, {*properties, *delete_keys}, refusal)
        collection.alter_field(field_name, properties, delete_keys)


def schema_timestamp(collection: Collection) -> int:
    """What a client sends back to prove that its idea of the schema is current."""
    return max(collection.schema.version, collection.created_ts)


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


def _check_field_property(field: Field, name: str, text: str) -> None:
    if name in _LOADING_KEYS:
        return
    if name not in _FIELD_LIMITS:
        raise ParameterInvalid(f"{name} does not allow update in collection field param")
    kind, highest = _FIELD_LIMITS[name]
    if field.type is not kind:
        raise ParameterInvalid(f"{name} can not be set for field {field.name} of type {field.type.milvus_name}")
    checked_limit(name, text, highest, field.name)


def _refuse_while_loaded(collection: Collection, keys: set[str], why: str) -> None:
    if keys & _LOADING_KEYS and collection.view.loaded_partitions is not None:
        raise CollectionLoaded(f"{why}: collection already loaded[collection={collection.name}]")
