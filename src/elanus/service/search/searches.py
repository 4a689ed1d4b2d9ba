"""Search, query and get."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from elanus import search as answering
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.index.base import Vectors
from elanus.search.requests import QueryResult, QuerySpec, SearchResult, SearchSpec
from elanus.search.searched import searched_field
from elanus.segment.vectors import some_of, vectors_of
from elanus.service.partitions import refuse_named_partitions
from elanus.service.search.hybrid import HybridSpec, hybrid_search
from elanus.service.search.query_texts import SentQueries, as_vectors

Ids = tuple[int, ...] | tuple[str, ...]
Spec = TypeVar("Spec", SearchSpec, QuerySpec)


class Searches:
    def search(self, collection: Collection, spec: SearchSpec, sent: SentQueries) -> SearchResult:
        """Nearest rows for each query, a vector or a text."""
        refuse_named_partitions(collection, spec.partitions)
        queries = as_vectors(collection.schema, spec, sent)
        collection.recent.record(spec, queries)
        found = answering.search(collection.view, spec, queries)
        if spec.iterator_batch or spec.snapshot_ts:
            collection.read_times.note(spec.snapshot_ts or found.read_ts)
        return found

    def search_by_ids(self, collection: Collection, spec: SearchSpec, ids: Ids) -> SearchResult:
        """As :meth:`search`, the queries being the stored vectors of these primary keys, in their order."""
        return self.search(collection, spec, self.stored_vectors(collection, spec.field, ids, spec.partitions))

    def query(self, collection: Collection, spec: QuerySpec) -> QueryResult:
        """Rows that pass a filter, or have one of the given keys."""
        refuse_named_partitions(collection, spec.partitions)
        found = answering.query(collection.view, replace(spec, limits_reply=True))
        if spec.in_key_order or spec.snapshot_ts:
            collection.read_times.note(spec.snapshot_ts or found.read_ts)
        return found

    def hybrid_search(self, collection: Collection, spec: HybridSpec) -> SearchResult:
        """Several searches merged into one list of rows."""
        for one, _ in spec.searches:
            refuse_named_partitions(collection, one.partitions)
        return hybrid_search(collection.view, spec)

    def stored_vectors(
        self, collection: Collection, field_name: str, ids: Ids, partitions: tuple[str, ...] = ()
    ) -> Vectors:
        """The vectors of these primary keys, in their order. Raises ParameterInvalid for one without row or vector."""
        field_name = searched_field(collection.schema, field_name).name
        found = self.query(collection, QuerySpec(ids=ids, partitions=partitions, output_fields=(field_name,)))
        keys = found.columns[found.primary_name]
        places = pc.index_in(pa.array(ids, keys.type), keys)
        if places.null_count:
            missing = [key for key, place in zip(ids, places.to_pylist(), strict=True) if place is None]
            raise ParameterInvalid(f"primary keys not found in collection {collection.name}: {missing[:10]}")
        vectors = found.columns[field_name]
        if vectors.null_count:
            without = keys.filter(vectors.is_null()).to_pylist()
            raise ParameterInvalid(f"rows without a vector in field {field_name}, primary keys: {without[:10]}")
        return some_of(vectors_of(vectors), places.to_numpy())


def pinned(spec: Spec, snapshot_ts: int) -> Spec:
    """The same search or query, read at a snapshot; 0 = as it is."""
    return replace(spec, snapshot_ts=snapshot_ts) if snapshot_ts else spec
