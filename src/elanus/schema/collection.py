"""The schema of a collection, and its JSON form in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

from elanus.errors import FieldNotFound
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.function import Function
from elanus.schema.types import DataType


@dataclass(frozen=True)
class CollectionSchema:
    """Fields in the user's order; with a dynamic field the hidden JSON ``$meta`` is the last of ``fields``.

    version        grows with every change of the schema (a hybrid timestamp)
    last_field_id  the highest id a field ever had, where that field was dropped
    functions      what computes the fields that no client sends
    """

    name: str
    fields: tuple[Field, ...]
    description: str = ""
    version: int = 0
    last_field_id: int = 0
    functions: tuple[Function, ...] = ()

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

    def function_of(self, field: Field) -> Function | None:
        """What computes this field; None = its values are sent."""
        return next((one for one in self.functions if field.name in one.outputs), None)

    @property
    def next_field_id(self) -> int:
        """Never that of a field there was."""
        return max(self.last_field_id, *self.by_id) + 1

    def with_field(self, added: Field, version: int) -> CollectionSchema:
        """The added field before the dynamic one, which stays the last."""
        fields = (*self.user_fields, added, *(f for f in self.fields if f.is_dynamic))
        return replace(self, fields=fields, version=version)

    def with_function(self, added: Function, output: Field, version: int) -> CollectionSchema:
        """The function and the field it computes."""
        return replace(self.with_field(output, version), functions=(*self.functions, added))

    def without_function(self, dropped: Function, version: int) -> CollectionSchema:
        """Its outputs go with it."""
        outputs = (self.by_name[name] for name in dropped.outputs)
        kept = reduce(lambda schema, output: schema.without_field(output, version), outputs, self)
        return replace(kept, functions=tuple(one for one in self.functions if one != dropped))

    def without_field(self, dropped: Field, version: int) -> CollectionSchema:
        kept = tuple(f for f in self.fields if f.id != dropped.id)
        return replace(self, fields=kept, version=version, last_field_id=self.next_field_id - 1)

    def renamed(self, name: str) -> CollectionSchema:
        return replace(self, name=name)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "version": self.version,
            "last_field_id": self.last_field_id,
            "fields": [f.to_json() for f in self.fields],
            "functions": [function.to_json() for function in self.functions],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> CollectionSchema:
        return CollectionSchema(
            name=data["name"],
            description=data["description"],
            version=data["version"],
            last_field_id=data.get("last_field_id", 0),
            fields=tuple(Field.from_json(f) for f in data["fields"]),
            functions=tuple(map(Function.from_json, data.get("functions", ()))),
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
