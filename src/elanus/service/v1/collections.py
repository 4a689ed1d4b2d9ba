"""Collections of Milvus 1.x: create, find, describe, load, drop."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, NewCollection
from elanus.engine.segments.seal import INDEX_FILE_SIZE
from elanus.errors import (
    CollectionNameInvalid,
    CollectionNotFound,
    DimensionMismatch,
    MetricNotFound,
    NameTaken,
    OperationNotSupported,
    ParameterInvalid,
)
from elanus.index.generation import Generation
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import FIRST_USER_FIELD_ID, Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.search.requests import QuerySpec
from elanus.service.names import OLD_DEFAULT_NAME, check_collection_name
from elanus.service.partitions import Partitions
from elanus.service.properties import ALLOW_INSERT_AUTO_ID
from elanus.service.search.searches import Searches
from elanus.service.v1.table import FLOAT_METRICS, METRICS, Table, table_of

DATABASE = ""
"""1.x knows no databases: the default one."""

KEY, VECTOR = "id", "vector"
"""What newer clients see the two columns as."""

MAX_DIMENSION = 32768
MAX_INDEX_FILE_SIZE = 131072
_BITS_PER_BYTE = 8


@dataclass(frozen=True, slots=True)
class NewTable:
    """A collection as asked for. index_file_size in MB; metric by its number."""

    name: str
    dimension: int
    index_file_size: int
    metric: int


class Collections:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._searches = Searches()
        self._partitions = Partitions()

    def create(self, asked: NewTable) -> None:
        """A collection that can be searched at once, indexed FLAT. Raises NameTaken when there is one of the name."""
        metric = _checked(asked)
        if self.has(asked.name):
            raise NameTaken(f"Collection already exists and it is in use: {asked.name}. Choose another name.")
        self._engine.create_collection(DATABASE, _definition(asked, metric))

    def has(self, name: str) -> bool:
        """Whether the name is taken, also by a collection that 1.x could not use."""
        try:
            self._engine.collection(DATABASE, name)
        except CollectionNotFound:
            return False
        return True

    def table(self, name: str) -> Table:
        """Raises CollectionNotFound, OperationNotSupported."""
        return table_of(self._found(name))

    def names(self) -> list[str]:
        """Of the collections that 1.x can use."""
        return [one.name for one in self._engine.collections(DATABASE) if _is_table(one)]

    def count(self, table: Table) -> int:
        """Rows that were not deleted."""
        loaded(table.collection)
        answer = self._searches.query(table.collection, QuerySpec(output_fields=("count(*)",)))
        return answer.count or 0

    def drop(self, name: str) -> None:
        """Raises CollectionNotFound; Rejected for an alias, and for a collection that has one."""
        self._found(name)
        self._engine.drop_collection(DATABASE, name)

    def preload(self, table: Table, tags: tuple[str, ...]) -> None:
        """Opens indexes ahead; a search would do it otherwise. Raises PartitionNotFound."""
        self._partitions.check_exist(table.collection, tags)
        table.collection.load(tags)

    def release(self, table: Table, tags: tuple[str, ...]) -> None:
        """Gives memory back; the next search loads again."""
        self._partitions.check_exist(table.collection, tags)
        table.collection.release(tags)

    def _found(self, name: str) -> Collection:
        try:
            return self._engine.collection(DATABASE, name)
        except CollectionNotFound:
            raise CollectionNotFound(
                f"Collection {name} does not exist. Use milvus.has_collection to verify whether the collection exists. "
                "You also can check whether the collection name exists.",
            ) from None


def loaded(collection: Collection) -> Collection:
    """The collection, every partition of it searchable: to 1.x loading is a matter of speed only."""
    in_memory = collection.loaded_partitions()
    if in_memory is None or not in_memory.issuperset(collection.partitions.values()):
        collection.load()
    return collection


def _is_table(collection: Collection) -> bool:
    try:
        table_of(collection)
    except OperationNotSupported:
        return False
    return True


def _checked(asked: NewTable) -> Metric:
    """The metric, after all the checks of a new collection."""
    _check_name(asked.name)
    if not 1 <= asked.dimension <= MAX_DIMENSION:
        raise _bad_dimension(asked, f"be within the range of 1 ~ {MAX_DIMENSION}.")
    if not 1 <= asked.index_file_size <= MAX_INDEX_FILE_SIZE:
        raise ParameterInvalid(
            f"Invalid index file size: {asked.index_file_size}. The index file size must be within the range of"
            f" 1 ~ {MAX_INDEX_FILE_SIZE}."
        )
    if asked.metric not in METRICS:
        raise MetricNotFound(
            f"Invalid index metric type: {asked.metric}. Make sure the metric type is in MetricType list."
        )
    metric = METRICS[asked.metric]
    if metric not in FLOAT_METRICS and asked.dimension % _BITS_PER_BYTE:
        raise _bad_dimension(asked, "be a multiple of 8")
    return metric


def _check_name(name: str) -> None:
    try:
        check_collection_name(name)
    except ParameterInvalid as wrong:
        raise CollectionNameInvalid(wrong.message.removesuffix(": invalid parameter")) from None


def _bad_dimension(asked: NewTable, rule: str) -> DimensionMismatch:
    return DimensionMismatch(f"Invalid collection dimension: {asked.dimension}. The collection dimension must {rule}")


def _definition(asked: NewTable, metric: Metric) -> NewCollection:
    """Ids are made unless they are sent: 1.x decides with the first insert (see ``rows.py``)."""
    kind = DataType.FLOAT_VECTOR if metric in FLOAT_METRICS else DataType.BINARY_VECTOR
    fields = (
        Field(FIRST_USER_FIELD_ID, KEY, DataType.INT64, is_primary=True, auto_id=True),
        Field(FIRST_USER_FIELD_ID + 1, VECTOR, kind, dim=asked.dimension),
    )
    properties = {INDEX_FILE_SIZE: str(asked.index_file_size), ALLOW_INSERT_AUTO_ID: "true"}
    flat = {"index_type": "FLAT" if metric in FLOAT_METRICS else "BIN_FLAT", "metric_type": metric.value}
    index = IndexRequest(VECTOR, OLD_DEFAULT_NAME, flat, Generation.V1)
    schema = CollectionSchema(asked.name, fields)
    return NewCollection(schema, properties=properties, indexes=(index,), loaded=True)
