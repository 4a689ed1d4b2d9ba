"""What names mean: fields of the schema, keys of the dynamic field, template values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elanus.errors import NotImplementedYet
from elanus.filter.arrays import ArrayField
from elanus.filter.json_conditions import JsonValue, plain_json
from elanus.filter.json_values import JsonPath
from elanus.filter.operands import ElementValues, FieldValues, Kind, kind_of_type
from elanus.filter.syntax.source import did_you_mean
from elanus.filter.syntax.tree import Item, Name
from elanus.schema.types import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from elanus.filter.syntax.source import Source
    from elanus.filter.syntax.tree import Node, Template
    from elanus.schema.collection import CollectionSchema
    from elanus.schema.field import Field

Reference = FieldValues | ElementValues | ArrayField | JsonValue


@dataclass(frozen=True, slots=True)
class Scope:
    source: Source
    schema: CollectionSchema
    templates: Mapping[str, Any]

    def field_of(self, node: Node) -> tuple[Field, tuple[str | int, ...]]:
        """The stored field a name or item expression reads, and the keys below it. Raises FilterInvalid."""
        keys: list[str | int] = []
        while isinstance(node, Item):
            keys.append(node.key)
            node = node.base
        if not isinstance(node, Name):
            raise self.source.rejection(node.position, "only a field can be read by key or index, or tested for null")
        return self._named(node, tuple(reversed(keys)))

    def reference(self, node: Node) -> Reference:
        """What a name or item expression gives. Raises FilterInvalid, NotImplementedYet."""
        field, keys = self.field_of(node)
        if field.type is DataType.JSON:
            return plain_json(JsonPath(field.name, keys))
        if field.type is DataType.ARRAY:
            return self._array(node, field, keys)
        kind = self._kind(node, field, field.type)
        if keys:
            raise self.source.rejection(
                node.position, f"field {field.name} is of type {field.type.milvus_name}, which has no items"
            )
        return FieldValues(field.name, kind)

    def template(self, node: Template) -> Any:
        """The value given for a template; lists as tuples. Raises FilterInvalid."""
        if node.name not in self.templates:
            raise self.source.rejection(
                node.position,
                f"the value of expression template variable name {{{node.name}}} is not found",
                did_you_mean(node.name, self.templates),
            )
        return _frozen(self.templates[node.name])

    def _named(self, node: Name, keys: tuple[str | int, ...]) -> tuple[Field, tuple[str | int, ...]]:
        field = self.schema.by_name.get(node.name)
        if field is not None:
            return field, keys
        if self.schema.dynamic is not None:
            return self.schema.dynamic, (node.name, *keys)
        known = [f.name for f in self.schema.user_fields]
        raise self.source.rejection(node.position, f"field {node.name} not exist", did_you_mean(node.name, known))

    def _array(self, node: Node, field: Field, keys: tuple[str | int, ...]) -> ArrayField | ElementValues:
        kind = self._kind(node, field, field.element_type)
        if not keys:
            return ArrayField(field.name, kind)
        index = keys[0]
        if len(keys) > 1 or isinstance(index, str):
            raise self.source.rejection(node.position, f"array field {field.name} takes one index: {field.name}[0]")
        return ElementValues(field.name, kind, index)

    def _kind(self, node: Node, field: Field, data_type: DataType) -> Kind:
        kind = kind_of_type(data_type)
        if kind is not None:
            return kind
        if field.is_vector:
            raise self.source.rejection(node.position, f"vector field {field.name} cannot be used in a filter")
        if field.type is DataType.GEOMETRY:
            raise self.source.rejection(
                node.position,
                f"geometry field {field.name} can only be asked by functions: st_within, st_intersects ..",
            )
        raise NotImplementedYet(f"filtering on {data_type.milvus_name} fields is not implemented yet: {field.name}")


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value
