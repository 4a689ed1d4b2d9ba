"""Load and release: which collections and partitions may be searched."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from elanus.engine.collection import Collection
from elanus.engine.requests import LoadState
from elanus.errors import CollectionNotLoaded, IndexNotFound, ParameterInvalid, Rejected
from elanus.index.generation import NEWEST, Generation
from elanus.schema.collection import CollectionSchema
from elanus.service.partitions import Partitions, refuse_with_partition_key


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to load.

    partitions  names; () = the whole collection, later partitions too
    fields      names; () = all
    replicas    0 means 1
    refresh     pick up what was imported since; only for a loaded collection
    """

    partitions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    replicas: int = 1
    refresh: bool = False


class Loads:
    def __init__(self) -> None:
        self._partitions = Partitions()

    def load(self, collection: Collection, request: LoadRequest, generation: Generation = NEWEST) -> None:
        """Makes it searchable; loading twice is a success. 2.0 and 2.1 load without an index, later ones do not."""
        self._check_partitions(collection, request.partitions, "load")
        if request.refresh and collection.view.loaded_partitions is None:
            raise CollectionNotLoaded(f"collection not loaded[collection={collection.name}]")
        if request.replicas > 1:
            raise ParameterInvalid(f"replica number {request.replicas} exceeds the number of query nodes 1")
        _check_fields(collection, request.fields)
        if generation > Generation.V2_0:
            check_indexed(collection.schema, {index.field for index in collection.indexes.statuses()}, request.fields)
        collection.load(request.partitions, request.fields, max(request.replicas, 1))

    def load_partitions(self, collection: Collection, request: LoadRequest, generation: Generation = NEWEST) -> None:
        """As :meth:`load`, for named partitions only."""
        if not request.partitions:
            raise ParameterInvalid("due to no partition specified: invalid parameter")
        self.load(collection, request, generation)

    def release(self, collection: Collection) -> None:
        """Not searchable any more, at once; not loaded is a success."""
        collection.release()

    def release_partitions(self, collection: Collection, partitions: Sequence[str]) -> None:
        if not partitions:
            raise ParameterInvalid("due to no partition specified: invalid parameter")
        self._check_partitions(collection, partitions, "release")
        collection.release(partitions)

    def state(self, collection: Collection, partitions: Sequence[str] = ()) -> LoadState:
        self._partitions.check_exist(collection, partitions)
        return collection.load_state(partitions)

    def progress(self, collection: Collection, partitions: Sequence[str] = ()) -> int:
        """Percent loaded. Raises CollectionNotLoaded."""
        self._partitions.check_exist(collection, partitions)
        if collection.load_state(partitions) is LoadState.NOT_LOAD:
            raise CollectionNotLoaded(f"collection not loaded[collection={collection.name}]")
        return collection.load_progress(partitions)

    def _check_partitions(self, collection: Collection, partitions: Sequence[str], verb: str) -> None:
        refuse_with_partition_key(collection, partitions, f"disable {verb} partitions if partition key mode is used")
        self._partitions.check_exist(collection, partitions)


def _check_fields(collection: Collection, names: Sequence[str]) -> None:
    """What may not be left out of a partial load."""
    if not names:
        return
    schema = collection.schema
    wanted = {schema.field(name).name for name in names}
    if schema.primary.name not in wanted:
        raise ParameterInvalid(f"Primary key field {schema.primary.name} cannot skip loading")
    if schema.partition_key is not None and schema.partition_key.name not in wanted:
        raise ParameterInvalid(f"Partition Key field {schema.partition_key.name} cannot skip loading")
    for field in schema.fields:
        if field.is_clustering_key and field.name not in wanted:
            raise ParameterInvalid(f"Clustering Key field {field.name} cannot skip loading")
    if not any(field.name in wanted for field in schema.vector_fields):
        raise ParameterInvalid("cannot config all vector field(s) skip loading")


def check_indexed(schema: CollectionSchema, indexed: Set[str], names: Sequence[str] = ()) -> None:
    """Every vector field that is loaded must have an index; names  of the loaded fields, none = all."""
    if not indexed:
        raise IndexNotFound(f"index not found[collection={schema.name}]")
    lacking = [
        field.name for field in schema.vector_fields if field.name not in indexed and (not names or field.name in names)
    ]
    if lacking:
        raise Rejected(f"there is no vector index on field: [{' '.join(lacking)}], please create index firstly")
