"""Collection schemas: body -> draft, schema -> description."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.v2.functions import FunctionBody
from elanus.doors.rest.values import pairs, texts
from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.schema.drafts import FieldDraft
from elanus.service.schema.text_fields import type_params

_TYPES = {kind.milvus_name: kind for kind in DataType if kind is not DataType.NONE}


class FieldBody(Body, frozen=True, kw_only=True):
    """A field. element_type_params  ``dim``, ``max_length``, ``max_capacity`` ..."""

    field_name: str
    data_type: str
    element_data_type: str = ""
    is_primary: bool = False
    auto_id: bool = False
    is_partition_key: bool = False
    is_clustering_key: bool = False
    element_type_params: dict[str, Any] = field(default_factory=dict)
    nullable: bool = False
    default_value: Any = None
    description: str = ""


class StructFieldBody(Body, frozen=True, kw_only=True):
    """A struct array, which no collection can have yet. The guides call its name ``name``, the API ``fieldName``."""

    name: str = ""
    field_name: str = ""


class SchemaBody(Body, frozen=True, kw_only=True):
    """The guides say ``structArrayFields`` for what the API calls ``structFields``."""

    fields: list[FieldBody] = field(default_factory=list)
    auto_id: bool = False
    enable_dynamic_field: bool = False
    description: str = ""
    functions: list[FunctionBody] = field(default_factory=list)
    struct_fields: list[StructFieldBody] = field(default_factory=list)
    struct_array_fields: list[StructFieldBody] = field(default_factory=list)


def struct_names(schema: SchemaBody) -> tuple[str, ...]:
    """Of its struct arrays."""
    return tuple(one.name or one.field_name for one in (*schema.struct_fields, *schema.struct_array_fields))


def field_draft(body: FieldBody) -> FieldDraft:
    """Raises ParameterInvalid for a type that no generation knows."""
    return FieldDraft(
        name=body.field_name,
        type=data_type(body.data_type),
        description=body.description,
        is_primary=body.is_primary,
        auto_id=body.auto_id,
        is_partition_key=body.is_partition_key,
        is_clustering_key=body.is_clustering_key,
        nullable=body.nullable,
        default=body.default_value,
        element_type=data_type(body.element_data_type) if body.element_data_type else DataType.NONE,
        params=texts(body.element_type_params),
    )


def data_type(name: str) -> DataType:
    try:
        return _TYPES[name]
    except KeyError:
        raise ParameterInvalid(
            f"data type {name} is invalid(case sensitive): invalid parameter, known are {', '.join(_TYPES)}"
        ) from None


def fields_described(schema: CollectionSchema) -> list[dict[str, Any]]:
    """The user's fields, not the hidden ``$meta``."""
    return [_described(one) for one in schema.user_fields]


def _described(one: Field) -> dict[str, Any]:
    description = {
        "name": one.name,
        "id": one.id,
        "type": one.type.milvus_name,
        "primaryKey": one.is_primary,
        "partitionKey": one.is_partition_key,
        "clusteringKey": one.is_clustering_key,
        "autoId": one.auto_id,
        "description": one.description,
        "nullable": one.nullable,
        "params": pairs(_params(one)),
    }
    if one.default is not None:
        description["defaultValue"] = one.default
    if one.type is DataType.ARRAY:
        description["elementType"] = one.element_type.milvus_name
    return description


def _params(one: Field) -> dict[str, str]:
    limits = {"dim": one.dim, "max_length": one.max_length, "max_capacity": one.max_capacity}
    return {name: str(limit) for name, limit in limits.items() if limit} | type_params(one) | dict(one.properties)
