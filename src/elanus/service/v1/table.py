"""A collection as Milvus 1.x knows one."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.engine.collection import Collection
from elanus.engine.indexes.specs import vector_spec
from elanus.engine.segments.seal import INDEX_FILE_SIZE
from elanus.errors import OperationNotSupported
from elanus.index.base import IndexSpec
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.storage.catalog import IndexRecord

METRICS = {
    1: Metric.L2,
    2: Metric.IP,
    3: Metric.HAMMING,
    4: Metric.JACCARD,
    5: Metric.TANIMOTO,
    6: Metric.SUBSTRUCTURE,
    7: Metric.SUPERSTRUCTURE,
}
"""By their numbers in the 1.x protocol."""

FLOAT_METRICS = frozenset({Metric.L2, Metric.IP})
FLAT_TYPES = frozenset({"FLAT", "BIN_FLAT"})
DEFAULT_INDEX_FILE_SIZE = 1024


@dataclass(frozen=True, slots=True)
class Table:
    """indexes  definitions on the vector field, the serving one first; a second one is about to replace it"""

    collection: Collection
    vector: Field
    metric: Metric
    indexes: tuple[IndexRecord, ...]

    @property
    def is_binary(self) -> bool:
        return self.vector.type is DataType.BINARY_VECTOR

    @property
    def index(self) -> IndexRecord:
        return self.indexes[0]

    @property
    def spec(self) -> IndexSpec:
        """Of the serving index."""
        return self.specs[0]

    @property
    def specs(self) -> list[IndexSpec]:
        """Of the indexes, in their order."""
        return [vector_spec(index.spec) for index in self.indexes]

    @property
    def index_file_size(self) -> int:
        """MB."""
        return int(self.collection.properties.get(INDEX_FILE_SIZE, DEFAULT_INDEX_FILE_SIZE))


def table_of(collection: Collection) -> Table:
    """The collection as a table. Raises OperationNotSupported, saying what 1.x has no word for."""
    schema = collection.schema
    if schema.primary.type is not DataType.INT64:
        raise _inexpressible(collection, f"its primary key {schema.primary.name} is no Int64")
    vectors = schema.vector_fields
    if len(vectors) != 1 or vectors[0].type not in (DataType.FLOAT_VECTOR, DataType.BINARY_VECTOR):
        kinds = ", ".join(f"{field.name} ({field.type.milvus_name})" for field in vectors)
        raise _inexpressible(collection, f"its vectors are {kinds}, not one field of float or binary vectors")
    declared = collection.indexes.definitions.of_field(vectors[0].id)
    indexes = tuple(one for one in declared if one.state in ("serving", "switching"))
    if not indexes:
        raise _inexpressible(collection, "it has no index, and so no metric: create one with a newer client")
    metric = Metric(indexes[0].spec["metric"])
    if metric not in METRICS.values():
        raise _inexpressible(collection, f"its metric is {metric}")
    return Table(collection, vectors[0], metric, indexes)


def check_complete(table: Table) -> None:
    """Whether a row is whole with an id and a vector. Raises OperationNotSupported naming the fields it lacks."""
    known = (table.collection.schema.primary.id, table.vector.id)
    lacking = [
        f"{field.name} ({field.type.milvus_name})"
        for field in table.collection.schema.fields
        if field.id not in known and not (field.may_be_missing or field.is_dynamic or field.is_function_output)
    ]
    if lacking:
        raise _inexpressible(table.collection, f"its rows need {', '.join(lacking)} besides id and vector")


def _inexpressible(collection: Collection, why: str) -> OperationNotSupported:
    return OperationNotSupported(
        f"collection {collection.name} cannot be used by a Milvus 1.x client: {why}; use a client of Milvus 2 or newer"
    )
