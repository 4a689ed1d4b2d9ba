"""The body that makes a collection: the quick form (a dimension) or the one with a schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import field

from elanus.doors.options import whole
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.consistency import DEFAULT, consistency_number
from elanus.doors.rest.v2.functions import function_draft
from elanus.doors.rest.v2.indexes import IndexParam, index_draft
from elanus.doors.rest.v2.schemas import SchemaBody, data_type, field_draft, struct_names
from elanus.doors.rest.values import text
from elanus.errors import ParameterInvalid
from elanus.schema.types import DataType
from elanus.service.properties import TTL_SECONDS, truth
from elanus.service.schema.drafts import CollectionDraft, FieldDraft
from elanus.service.schema.field import MAX_VARCHAR_LENGTH

_PROPERTIES = {
    "ttlSeconds": TTL_SECONDS,
    "ttlField": "ttl_field",
    "partitionKeyIsolation": "partitionkey.isolation",
    "mmap.enabled": "mmap.enabled",
}
"""Members of ``params`` that are properties of the collection, by the name of the property."""


class NewCollection(OfCollection, frozen=True, kw_only=True):
    """dimension  makes it the quick form; then schema and index_params are not read"""

    dimension: int = 0
    id_type: str = "Int64"
    auto_id: bool = False
    metric_type: str = "COSINE"
    primary_field_name: str = "id"
    vector_field_name: str = "vector"
    description: str = ""
    schema: SchemaBody | None = None
    index_params: list[IndexParam] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)


def draft_of(body: NewCollection) -> CollectionDraft:
    """Raises ParameterInvalid."""
    return replace(_unindexed(body), indexes=tuple(map(index_draft, _indexes_to_make(body))))


def _unindexed(body: NewCollection) -> CollectionDraft:
    if is_quick(body):
        return _quick_draft(body)
    if body.schema is None or not body.schema.fields:
        raise ParameterInvalid(
            "dimension is required for quickly create collection(default metric type: COSINE),"
            " or schema.fields for any other: invalid parameter"
        )
    return _full_draft(body, body.schema)


def is_quick(body: NewCollection) -> bool:
    return body.dimension != 0 and not (body.schema and body.schema.fields)


def _indexes_to_make(body: NewCollection) -> list[IndexParam]:
    """What is made and loaded at once; none = the collection stays without."""
    if is_quick(body):
        return [IndexParam(field_name=body.vector_field_name, metric_type=body.metric_type)]
    return body.index_params


def _quick_draft(body: NewCollection) -> CollectionDraft:
    """A primary key, a vector, and room for undeclared keys."""
    max_length = text(body.params.get("max_length", MAX_VARCHAR_LENGTH))
    key = FieldDraft(
        name=body.primary_field_name,
        type=data_type({"Varchar": "VarChar"}.get(body.id_type, body.id_type)),
        is_primary=True,
        auto_id=body.auto_id,
        params={"max_length": max_length} if body.id_type != "Int64" else {},
    )
    vector = FieldDraft(name=body.vector_field_name, type=DataType.FLOAT_VECTOR, params={"dim": str(body.dimension)})
    is_dynamic = truth(text(body.params.get("enableDynamicField", True)))
    return replace(_common(body), fields=(key, vector), enable_dynamic_field=is_dynamic)


def _full_draft(body: NewCollection, schema: SchemaBody) -> CollectionDraft:
    return replace(
        _common(body),
        fields=tuple(field_draft(one) for one in schema.fields),
        description=body.description or schema.description,
        enable_dynamic_field=schema.enable_dynamic_field,
        auto_id=schema.auto_id,
        functions=tuple(map(function_draft, schema.functions)),
        struct_fields=struct_names(schema),
    )


def _common(body: NewCollection) -> CollectionDraft:
    params = body.params
    return CollectionDraft(
        name=body.collection_name,
        fields=(),
        description=body.description,
        shards=whole(params.get("shardsNum", 0), "shardsNum"),
        consistency_level=consistency_number(params.get("consistencyLevel") or DEFAULT),
        properties={_PROPERTIES[name]: text(value) for name, value in params.items() if name in _PROPERTIES},
        num_partitions=whole(params.get("partitionsNum", 0), "partitionsNum"),
    )
