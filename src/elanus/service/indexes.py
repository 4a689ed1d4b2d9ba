"""The life cycle of an index as clients may drive it.

source  Milvus 2.6: names, order of the rules and texts of CreateIndex, DescribeIndex, DropIndex, AlterIndex
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elanus.engine.collection import Collection
from elanus.engine.indexes.specs import JSON_PATH, over
from elanus.engine.requests import IndexRequest, IndexState, IndexStatus
from elanus.engine.resources import Resources
from elanus.errors import CollectionLoaded, IndexAmbiguous, IndexNotFound, ParameterInvalid, Rejected
from elanus.index.generation import NEWEST, Generation
from elanus.index.registry import index_type
from elanus.index.scalar.types import scalar_types
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.names import OLD_DEFAULT_NAME, check_index_name, default_name
from elanus.service.schema.drafts import IndexDraft

_ALTERABLE = frozenset({"mmap.enabled", "indexoffsetcache.enabled", "warmup"})


@dataclass(frozen=True, slots=True)
class Progress:
    """Several indexes rolled up: failed if any failed, finished only when all are."""

    state: IndexState
    reason: str
    indexed_rows: int
    total_rows: int


class Indexes:
    def create(
        self,
        collection: Collection,
        field_name: str,
        name: str,
        params: Mapping[str, str],
        generation: Generation = NEWEST,
    ) -> None:
        """Declares an index; it is built in the background. The same declaration again is a success.

        2.0 knows no names (later clients send one): its second declaration on a field is a switch.
        """
        if name:
            check_index_name(name)
        field, params = _target(collection.schema, field_name, params)
        target = over(collection.resources.index_spec(params, field, generation), field)
        existing = [index for index in collection.indexes.statuses() if index.over == target]
        if existing and not name and generation <= Generation.V2_0:
            collection.indexes.definitions.switch(existing[0].name, params, generation)
            return
        if not name and existing:
            name = existing[0].name
        name = name or _default_name(field, target, generation)
        collection.indexes.definitions.create(IndexRequest(field.name, name, params, generation))

    def describe(self, collection: Collection, name: str = "", before_ts: int = 0) -> list[IndexStatus]:
        """The index of this name, or all. Never empty: raises IndexNotFound.

        before_ts  only segments sealed before this hybrid timestamp count; 0 = all
        """
        found = _matching(collection, name, before_ts)
        if not found:
            raise IndexNotFound(
                f"index not found[indexName={name}]" if name else f"index not found[collection={collection.name}]"
            )
        return found

    def progress(self, collection: Collection, name: str = "") -> Progress:
        """State and rows of one index. Raises IndexAmbiguous when there are several and none is named."""
        found = self.describe(collection, name)
        if len(found) > 1:
            raise IndexAmbiguous("index duplicates[indexName=]")
        only = found[0]
        return Progress(only.state, only.reason, only.indexed_rows, only.total_rows)

    def drop(self, collection: Collection, name: str, generation: Generation = NEWEST) -> None:
        """The index is gone for the next reader; a missing one is a success.

        Raises ParameterInvalid, Rejected while the collection is loaded; 2.0 and 2.1 drop it then, too.
        """
        doomed = _matching(collection, name)
        if not doomed:
            return
        if len(doomed) > 1:
            raise IndexAmbiguous("index duplicates[indexName=]")
        if _is_loaded(collection):
            _check_droppable(collection, doomed[0], generation)
        collection.indexes.definitions.drop(doomed[0].name)

    def alter(
        self, collection: Collection, name: str, properties: Mapping[str, str], delete_keys: Sequence[str]
    ) -> None:
        """Changes how an index is kept (``mmap.enabled``, ``warmup``); build parameters cannot be altered."""
        if not name:
            raise ParameterInvalid("index name is empty")
        if properties and delete_keys:
            raise ParameterInvalid("cannot provide both DeleteKeys and ExtraParams")
        for key in [*properties, *delete_keys]:
            if key not in _ALTERABLE:
                raise ParameterInvalid(f"{key} is not a configable index property")
        index = self.describe(collection, name)[0]
        if _is_loaded(collection):
            raise CollectionLoaded(
                "can't alter index on loaded collection, please release the collection first:"
                f" collection already loaded[collection={collection.name}]"
            )
        collection.indexes.definitions.alter(index.name, properties, delete_keys)


def request_of(draft: IndexDraft, schema: CollectionSchema, resources: Resources) -> IndexRequest:
    """An index that a collection of this schema is to be made with. Raises ParameterInvalid, Rejected."""
    if draft.name:
        check_index_name(draft.name)
    field, params = _target(schema, draft.field, draft.params)
    target = over(resources.index_spec(params, field), field)
    return IndexRequest(field.name, draft.name or _default_name(field, target, NEWEST), params)


def stand_in(index: IndexStatus) -> str:
    """Which method answers in place of the named one, as a sentence; "" = the named one itself."""
    kind = str(index.spec["type"])
    declared = scalar_types().get(kind) or index_type(kind)
    return declared.stands_in


def _default_name(field: Field, target: str, generation: Generation) -> str:
    """target  what the index is over: fields of JSON may have several"""
    return target if field.type is DataType.JSON else default_name(field, generation)


def _target(schema: CollectionSchema, name: str, params: Mapping[str, str]) -> tuple[Field, Mapping[str, str]]:
    """The field to index; a key of the dynamic field is the path, unless the parameters name another."""
    if name in schema.by_name:
        return schema.by_name[name], params
    if schema.dynamic is None:
        raise Rejected(f"cannot create index on non-exist field: {name}")
    return schema.dynamic, {JSON_PATH: name, **params}


def _field_of(collection: Collection, index: IndexStatus) -> Field | None:
    """None for a key of the dynamic field."""
    return collection.schema.by_name.get(index.field)


def _is_on_vectors(collection: Collection, index: IndexStatus) -> bool:
    field = _field_of(collection, index)
    return field is not None and field.is_vector


def _check_droppable(collection: Collection, index: IndexStatus, generation: Generation) -> None:
    """Whether clients of this generation may drop the index of a loaded collection."""
    if Generation.V2_2 <= generation <= Generation.V2_5:
        raise Rejected("index cannot be dropped, collection is loaded, please release it first")
    if generation > Generation.V2_5 and _is_on_vectors(collection, index):
        raise ParameterInvalid(f"vector index cannot be dropped on loaded collection: {collection.id}")


def _matching(collection: Collection, name: str, before_ts: int = 0) -> list[IndexStatus]:
    """Indexes of this name, all for "". A default name of any generation finds the index that got one of another."""
    every = collection.indexes.statuses(before_ts=before_ts)
    named = [index for index in every if name in ("", index.name)]
    if named:
        return named
    if name == OLD_DEFAULT_NAME:
        on_vectors = [index for index in every if _is_on_vectors(collection, index)]
        return on_vectors if len(on_vectors) == 1 else []
    return [
        index
        for index in every
        if (field := _field_of(collection, index)) is not None and {name, index.name} <= _default_names(field)
    ]


def _default_names(field: Field) -> set[str]:
    return {default_name(field, generation) for generation in Generation}


def _is_loaded(collection: Collection) -> bool:
    return collection.view.loaded_partitions is not None
