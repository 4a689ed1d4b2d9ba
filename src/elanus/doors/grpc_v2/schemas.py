"""Collection schemas: message -> draft, schema -> message."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError

from elanus.doors.grpc_v2.functions import function_draft, function_message
from elanus.doors.grpc_v2.messages import SCALAR_SLOTS, Message, schema_pb2
from elanus.doors.grpc_v2.parameters import pairs, texts
from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.schema.drafts import CollectionDraft, FieldDraft
from elanus.service.schema.text_fields import type_params

_DEFAULT_SLOTS = {**SCALAR_SLOTS, DataType.GEOMETRY: "string_data"}


def draft_of(request: Message) -> CollectionDraft:
    """The draft in a CreateCollectionRequest. Raises ParameterInvalid when its schema bytes cannot be read."""
    try:
        schema = schema_pb2.CollectionSchema.FromString(request.schema)
    except DecodeError as wrong:
        raise ParameterInvalid(f"the schema of collection {request.collection_name} cannot be read: {wrong}") from None
    return CollectionDraft(
        name=request.collection_name,
        schema_name=schema.name,
        fields=tuple(field_draft(field) for field in schema.fields),
        description=schema.description,
        enable_dynamic_field=schema.enable_dynamic_field,
        auto_id=schema.autoID,
        functions=tuple(map(function_draft, schema.functions)),
        struct_fields=tuple(field.name for field in schema.struct_array_fields),
        shards=request.shards_num,
        consistency_level=request.consistency_level,
        properties={**texts(schema.properties), **texts(request.properties)},
        num_partitions=request.num_partitions,
    )


def field_draft(field: Message) -> FieldDraft:
    return FieldDraft(
        name=field.name,
        type=data_type(field.data_type),
        description=field.description,
        is_primary=field.is_primary_key,
        auto_id=field.autoID,
        is_partition_key=field.is_partition_key,
        is_clustering_key=field.is_clustering_key,
        is_dynamic=field.is_dynamic,
        nullable=field.nullable,
        default=_default_of(field),
        element_type=data_type(field.element_type),
        params=texts(field.type_params),
    )


def data_type(number: int) -> DataType:
    """Raises ParameterInvalid for a number that no generation knows."""
    try:
        return DataType(number)
    except ValueError:
        raise ParameterInvalid(f"invalid field type: {number}: invalid parameter") from None


def _default_of(field: Message) -> Any:
    kind = field.default_value.WhichOneof("data")
    return getattr(field.default_value, kind) if kind else None


def schema_message(schema: CollectionSchema) -> Message:
    """What DescribeCollection shows: the user's fields, not the hidden ``$meta``."""
    return schema_pb2.CollectionSchema(
        name=schema.name,
        description=schema.description,
        autoID=schema.primary.auto_id,
        enable_dynamic_field=schema.dynamic is not None,
        fields=[_field_message(field) for field in schema.user_fields],
        functions=[function_message(schema, function) for function in schema.functions],
    )


def _field_message(field: Field) -> Message:
    message = schema_pb2.FieldSchema(
        fieldID=field.id,
        name=field.name,
        description=field.description,
        data_type=int(field.type),
        is_primary_key=field.is_primary,
        autoID=field.auto_id,
        is_partition_key=field.is_partition_key,
        is_clustering_key=field.is_clustering_key,
        nullable=field.nullable,
        is_function_output=field.is_function_output,
        element_type=int(field.element_type),
        type_params=pairs(_type_params(field)),
    )
    if field.default is not None:
        setattr(message.default_value, _DEFAULT_SLOTS[field.type], field.default)
    return message


def _type_params(field: Field) -> dict[str, str]:
    limits = {"dim": field.dim, "max_length": field.max_length, "max_capacity": field.max_capacity}
    return {name: str(limit) for name, limit in limits.items() if limit} | type_params(field) | dict(field.properties)
