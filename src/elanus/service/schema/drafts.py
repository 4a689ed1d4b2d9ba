"""A collection as a client describes it, before anything is checked: what doors hand to the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elanus.schema.function import FunctionType
from elanus.schema.types import DataType


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """A field as sent.

    params   ``dim``, ``max_length``, ``max_capacity``, ``mmap.enabled`` ..., as text
    default  Python value, or None
    """

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
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FunctionDraft:
    """A function as sent; inputs and outputs are names of fields."""

    name: str
    type: FunctionType
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexDraft:
    """An index as sent with a collection. name  "" = the default one"""

    field: str
    name: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CollectionDraft:
    """A collection as sent.

    schema_name       the name inside the schema; must be ``name`` or blank
    functions         what computes fields from others
    struct_fields     names of its struct-array fields
    shards            0 = the default
    num_partitions    of a collection with a partition key; 0 = the default
    indexes           when there are any, the collection is made with them and loaded
    """

    name: str
    fields: tuple[FieldDraft, ...]
    schema_name: str = ""
    description: str = ""
    enable_dynamic_field: bool = False
    auto_id: bool = False
    functions: tuple[FunctionDraft, ...] = ()
    struct_fields: tuple[str, ...] = ()
    shards: int = 0
    consistency_level: int = 2
    properties: Mapping[str, str] = field(default_factory=dict)
    num_partitions: int = 0
    indexes: tuple[IndexDraft, ...] = ()
