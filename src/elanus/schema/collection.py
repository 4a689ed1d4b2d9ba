"""The schema of a collection, and its JSON form in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from elanus.errors import FieldNotFound
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import DataType


@dataclass(frozen=True)
class CollectionSchema:
    """Fields in the user's order; with a dynamic field the hidden JSON ``$meta`` is the last of ``fields``.

    version  grows with every change of the schema (a hybrid timestamp)
    """

    name: str
    fields: tuple[Field, ...]
    description: str = ""
    version: int = 0

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {f.name: f for f in self.fields}

    @cached_property
    def by_id(self) -> Mapping[int, Field]:
        return {f.id: f for f in self.fields}

    @cached_property
    def primary(self) -> Field:
        return next(f for f in self.fields if f.is_primary)

    @cached_property
    def vector_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.is_vector)

    @cached_property
    def dynamic(self) -> Field | None:
        return next((f for f in self.fields if f.is_dynamic), None)

    @cached_property
    def partition_key(self) -> Field | None:
        return next((f for f in self.fields if f.is_partition_key), None)

    @cached_property
    def user_fields(self) -> tuple[Field, ...]:
        """What DescribeCollection shows: everything but the hidden dynamic field."""
        return tuple(f for f in self.fields if not f.is_dynamic)

    def field(self, name: str) -> Field:
        """The declared field of this name. Raises FieldNotFound."""
        try:
            return self.by_name[name]
        except KeyError:
            raise FieldNotFound(f"field not found[field={name}]") from None

    def renamed(self, name: str) -> CollectionSchema:
        return replace(self, name=name)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "version": self.version,
            "fields": [_field_to_json(f) for f in self.fields],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> CollectionSchema:
        return CollectionSchema(
            name=data["name"],
            description=data["description"],
            version=data["version"],
            fields=tuple(_field_from_json(f) for f in data["fields"]),
        )


def dynamic_field(field_id: int) -> Field:
    """The hidden JSON field that takes undeclared keys."""
    return Field(
        id=field_id,
        name=DYNAMIC_FIELD_NAME,
        type=DataType.JSON,
        description="dynamic schema",
        is_dynamic=True,
        nullable=True,
    )


def _field_to_json(field: Field) -> dict[str, Any]:
    data = asdict(replace(field, properties={}))
    data["properties"] = dict(field.properties)
    data["type"] = int(field.type)
    data["element_type"] = int(field.element_type)
    return data


def _field_from_json(data: Mapping[str, Any]) -> Field:
    return Field(**{**data, "type": DataType(data["type"]), "element_type": DataType(data["element_type"])})
