"""One field of a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType

FIRST_USER_FIELD_ID = 100
DYNAMIC_FIELD_NAME = "$meta"


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the user declared it.

    default    the Python value a missing or NULL entry becomes, or None
    dim        of a dense vector field; 0 otherwise
    max_length bytes, of VARCHAR (or of VARCHAR elements of an ARRAY); 0 otherwise
    is_function_output  computed at insert by a function of the schema, neither sent nor returned
    enable_analyzer, enable_match  of VARCHAR: it is cut into terms; and may be looked in by text_match
    analyzer_params  how it is cut, a JSON text (:mod:`elanus.text.analyzer`); "" = by the standard analyzer
    multi_analyzer_params  how, where another field says so row by row (:mod:`elanus.text.analyzers`)
    properties what AlterCollectionField may set besides (``mmap.enabled`` ...), as text
    since      hybrid timestamp of the change that added it: rows written before have no such column; 0 = the first
               fields of a collection
    """

    id: int
    name: str
    type: DataType
    description: str = ""
    is_primary: bool = False
    auto_id: bool = False
    is_partition_key: bool = False
    is_clustering_key: bool = False
    is_dynamic: bool = False
    nullable: bool = False
    default: Any = None
    element_type: DataType = DataType.NONE
    dim: int = 0
    max_length: int = 0
    max_capacity: int = 0
    is_function_output: bool = False
    enable_analyzer: bool = False
    enable_match: bool = False
    analyzer_params: str = ""
    multi_analyzer_params: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    since: int = 0

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Field:
        return Field(**{**data, "type": DataType(data["type"]), "element_type": DataType(data["element_type"])})

    def to_json(self) -> dict[str, Any]:
        data = asdict(replace(self, properties={}))
        data["properties"] = dict(self.properties)
        data["type"] = int(self.type)
        data["element_type"] = int(self.element_type)
        return data

    @property
    def is_vector(self) -> bool:
        return self.type.is_vector

    @property
    def holds_term_counts(self) -> bool:
        """It is the output of a BM25 function."""
        return self.is_function_output and self.type is DataType.SPARSE_FLOAT_VECTOR

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What its vectors are compared by; the first is the one meant where none is named."""
        if self.holds_term_counts:
            return (Metric.BM25,)
        return tuple(metric for metric in metrics_of(self.type) if metric is not Metric.BM25)

    @property
    def may_be_missing(self) -> bool:
        """A row may leave it out: it has a default or may be NULL."""
        return self.nullable or self.default is not None
