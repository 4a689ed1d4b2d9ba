"""The life cycle of an index as clients may drive it.

source  Milvus 2.6: names, order of the rules and texts of CreateIndex, DescribeIndex, DropIndex, AlterIndex
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elanus.engine.collection import Collection
from elanus.engine.requests import IndexRequest, IndexState, IndexStatus
from elanus.errors import CollectionLoaded, IndexAmbiguous, IndexNotFound, ParameterInvalid, Rejected
from elanus.service.names import check_index_name

OLD_DEFAULT_NAME = "_default_idx"
"""What clients of Milvus 2.0 and 2.1 call the index they gave no name."""

_ALTERABLE = frozenset({"mmap.enabled", "indexoffsetcache.enabled", "warmup"})


@dataclass(frozen=True, slots=True)
class Progress:
    """Several indexes rolled up: failed if any failed, finished only when all are."""

    state: IndexState
    reason: str
    indexed_rows: int
    total_rows: int


class Indexes:
    def create(self, collection: Collection, field_name: str, name: str, params: Mapping[str, str]) -> None:
        """Declares an index; it is built in the background. The same declaration again is a success."""
        if field_name not in collection.schema.by_name:
            raise Rejected(f"cannot create index on non-exist field: {field_name}")
        name = name or _default_name(collection, field_name)
        check_index_name(name)
        collection.create_index(IndexRequest(field=field_name, name=name, params=params))

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

    def drop(self, collection: Collection, name: str) -> None:
        """The index is gone for the next reader; a missing one is a success."""
        doomed = _matching(collection, name)
        if not doomed:
            return
        if len(doomed) > 1:
            raise IndexAmbiguous("index duplicates[indexName=]")
        field = collection.schema.field(doomed[0].field)
        if field.is_vector and _is_loaded(collection):
            raise ParameterInvalid(f"vector index cannot be dropped on loaded collection: {collection.id}")
        collection.drop_index(doomed[0].name)

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
        collection.alter_index(index.name, properties, delete_keys)


def _default_name(collection: Collection, field_name: str) -> str:
    """The field's name; when the field has exactly one index, that one's name."""
    existing = [index.name for index in collection.indexes() if index.field == field_name]
    return existing[0] if len(existing) == 1 else field_name


def _matching(collection: Collection, name: str, before_ts: int = 0) -> list[IndexStatus]:
    """Indexes of this name, all for "". ``_default_idx`` is the only vector index unless one is really called so."""
    every = collection.indexes(before_ts=before_ts)
    named = [index for index in every if name in ("", index.name)]
    if named or name != OLD_DEFAULT_NAME:
        return named
    on_vectors = [index for index in every if collection.schema.field(index.field).is_vector]
    return on_vectors if len(on_vectors) == 1 else []


def _is_loaded(collection: Collection) -> bool:
    return collection.view.loaded_partitions is not None
