"""From the draft of a collection to its schema: the rules of a whole schema, with Milvus's limits and texts.

source  Milvus 2.6 proxy: limits and messages of CreateCollection
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected, SchemaInvalid
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import FIRST_USER_FIELD_ID, Field
from elanus.schema.types import DataType
from elanus.service.schema.drafts import CollectionDraft, FieldDraft
from elanus.service.schema.field import field_of
from elanus.service.schema.function import functions_of, outputs_of
from elanus.service.schema.text_fields import check_deciding_fields

MAX_FIELDS = 64
MAX_VECTOR_FIELDS = 10


def schema_of(draft: CollectionDraft) -> CollectionSchema:
    """The checked schema: field ids from 100 in the user's order, then ``$meta`` when the draft is dynamic."""
    _refuse_what_is_not_offered(draft)
    sent = [one for one in draft.fields if not one.is_dynamic]
    _check_counts(sent)
    fields = [_field_of(one, FIRST_USER_FIELD_ID + place, draft) for place, one in enumerate(sent)]
    _check_primary(fields)
    _check_partition_key(fields)
    check_deciding_fields(fields)
    if draft.enable_dynamic_field:
        fields.append(dynamic_field(FIRST_USER_FIELD_ID + len(fields)))
    functions = functions_of(draft.functions, fields)
    return CollectionSchema(draft.name, tuple(fields), draft.description, functions=functions)


def _refuse_what_is_not_offered(draft: CollectionDraft) -> None:
    if draft.struct_fields:
        raise NotImplementedYet(f"struct arrays are not implemented by Elanus yet, field: {draft.struct_fields[0]}")


def _check_counts(fields: list[FieldDraft]) -> None:
    if len(fields) > MAX_FIELDS:
        raise ParameterInvalid(f"maximum field's number should be limited to {MAX_FIELDS}")
    vectors = sum(one.type.is_vector for one in fields)
    if vectors > MAX_VECTOR_FIELDS:
        raise ParameterInvalid(f"maximum vector field's number should be limited to {MAX_VECTOR_FIELDS}")
    if not vectors:
        raise SchemaInvalid("schema does not contain vector field: invalid parameter")
    for name, count in Counter(one.name for one in fields).items():
        if count > 1:
            raise SchemaInvalid(f"duplicated field name {name} found: invalid parameter")


def _field_of(draft: FieldDraft, field_id: int, collection: CollectionDraft) -> Field:
    """The field with what the collection says of it."""
    return replace(
        field_of(draft, field_id),
        auto_id=draft.auto_id or (draft.is_primary and collection.auto_id),
        is_function_output=draft.name in outputs_of(collection.functions),
    )


def _check_primary(fields: list[Field]) -> None:
    primaries = [field for field in fields if field.is_primary]
    if not primaries:
        raise SchemaInvalid("primary key is not specified: invalid parameter")
    if len(primaries) > 1:
        first, second = primaries[0].name, primaries[1].name
        raise SchemaInvalid(f"there are more than one primary key, field name = {first}, {second}: invalid parameter")
    primary = primaries[0]
    if primary.type not in (DataType.INT64, DataType.VARCHAR):
        raise SchemaInvalid("the data type of primary key should be Int64 or VarChar: invalid parameter")
    if primary.nullable:
        raise SchemaInvalid(f"primary field not support null, field name = {primary.name}: invalid parameter")
    if primary.default is not None:
        raise SchemaInvalid(f"primary field not support default_value, field name = {primary.name}: invalid parameter")


def _check_partition_key(fields: list[Field]) -> None:
    keys = [field for field in fields if field.is_partition_key]
    if len(keys) > 1:
        raise SchemaInvalid(
            f"there are more than one partition key, field name = {keys[0].name}, {keys[1].name}: invalid parameter"
        )
    for key in keys:
        if key.is_primary:
            raise SchemaInvalid("the partition key field must not be primary field: invalid parameter")
        if key.type not in (DataType.INT64, DataType.VARCHAR):
            raise SchemaInvalid("the data type of partition key should be Int64 or VarChar: invalid parameter")
        if key.nullable:
            raise Rejected(f"partition key field not support nullable: invalid parameter, field name = {key.name}")
