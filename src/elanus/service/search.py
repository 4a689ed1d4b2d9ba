"""Search, query and get."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus import search as answering
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.search.requests import QueryResult, QuerySpec, SearchResult, SearchSpec
from elanus.segment.block import vectors_of
from elanus.service.hybrid import HybridSpec, hybrid_search
from elanus.service.partitions import refuse_with_partition_key

Floats = npt.NDArray[np.float32]
Ids = tuple[int, ...] | tuple[str, ...]

_NO_PARTITIONS = "not support manually specifying the partition names if partition key mode is used"


class Searches:
    def search(self, collection: Collection, spec: SearchSpec, queries: Floats) -> SearchResult:
        """Nearest rows for each query vector (nq, dim)."""
        if spec.partitions:
            refuse_with_partition_key(collection, spec.partitions, _NO_PARTITIONS)
        return answering.search(collection.view, spec, queries)

    def search_by_ids(self, collection: Collection, spec: SearchSpec, ids: Ids) -> SearchResult:
        """As :meth:`search`, the queries being the stored vectors of these primary keys, in their order."""
        return self.search(collection, spec, self._stored_vectors(collection, spec, ids))

    def query(self, collection: Collection, spec: QuerySpec) -> QueryResult:
        """Rows that pass a filter, or have one of the given keys."""
        if spec.partitions:
            refuse_with_partition_key(collection, spec.partitions, _NO_PARTITIONS)
        return answering.query(collection.view, spec)

    def hybrid_search(self, collection: Collection, spec: HybridSpec) -> SearchResult:
        """Several searches merged into one list of rows."""
        for one, _ in spec.searches:
            refuse_with_partition_key(collection, one.partitions, _NO_PARTITIONS)
        return hybrid_search(collection.view, spec)

    def _stored_vectors(self, collection: Collection, spec: SearchSpec, ids: Ids) -> Floats:
        field_name = spec.field or _only_vector_field(collection)
        found = self.query(collection, QuerySpec(ids=ids, partitions=spec.partitions, output_fields=(field_name,)))
        keys = found.columns[found.primary_name]
        places = pc.index_in(pa.array(ids, keys.type), keys)
        if places.null_count:
            missing = [key for key, place in zip(ids, places.to_pylist(), strict=True) if place is None]
            raise ParameterInvalid(f"primary keys not found in collection {collection.name}: {missing[:10]}")
        vectors: Floats = vectors_of(found.columns[field_name])[places.to_numpy()]
        return vectors


def _only_vector_field(collection: Collection) -> str:
    fields = collection.schema.vector_fields
    if len(fields) != 1:
        raise ParameterInvalid("multiple anns_fields exist, please specify a anns_field in search_params")
    return fields[0].name


def pinned(spec: SearchSpec, snapshot_ts: int) -> SearchSpec:
    """The same search, read at a snapshot."""
    return replace(spec, snapshot_ts=snapshot_ts) if snapshot_ts else spec
