"""One field of a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from elanus.schema.types import DataType

FIRST_USER_FIELD_ID = 100
DYNAMIC_FIELD_NAME = "$meta"


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the user declared it.

    default    the Python value a missing or NULL entry becomes, or None
    dim        of a dense vector field; 0 otherwise
    max_length bytes, of VARCHAR (or of VARCHAR elements of an ARRAY); 0 otherwise
    properties what AlterCollectionField may set besides (``mmap.enabled`` ...), as text
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
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_vector(self) -> bool:
        return self.type.is_vector

    @property
    def may_be_missing(self) -> bool:
        """A row may leave it out: it has a default or may be NULL."""
        return self.nullable or self.default is not None
