"""From the draft of a field to the field: its type and the numbers that go with it, with Milvus's limits and texts.

source  Milvus 2.6 proxy: limits and messages of CreateCollection
"""

from __future__ import annotations

from types import MappingProxyType

from elanus.errors import NotImplementedYet, SchemaInvalid
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import DataType
from elanus.service.names import check_field_name
from elanus.service.schema.defaults import check_default
from elanus.service.schema.drafts import FieldDraft
from elanus.service.schema.text_fields import text_params

MIN_DIM, MAX_DIM = 2, 32768
MAX_BITS = 8 * MAX_DIM
"""The most dimensions of a binary vector."""
MAX_VARCHAR_LENGTH = 65535
MAX_ARRAY_CAPACITY = 4096
FIELD_PROPERTIES = frozenset({"mmap.enabled", "warmup", "warmup.policy"})

_OFFERED = frozenset(
    {
        DataType.BOOL,
        DataType.INT8,
        DataType.INT16,
        DataType.INT32,
        DataType.INT64,
        DataType.FLOAT,
        DataType.DOUBLE,
        DataType.VARCHAR,
        DataType.JSON,
        DataType.GEOMETRY,
        DataType.ARRAY,
        DataType.FLOAT_VECTOR,
        DataType.FLOAT16_VECTOR,
        DataType.BFLOAT16_VECTOR,
        DataType.INT8_VECTOR,
        DataType.BINARY_VECTOR,
        DataType.SPARSE_FLOAT_VECTOR,
    }
)
_ELEMENTS = frozenset(
    kind for kind in _OFFERED - {DataType.JSON, DataType.GEOMETRY, DataType.ARRAY} if not kind.is_vector
)


def field_of(draft: FieldDraft, field_id: int) -> Field:
    """The checked field. Raises FieldNameInvalid, SchemaInvalid, NotImplementedYet."""
    check_field_name(draft.name)
    _check_type(draft)
    if draft.auto_id and not draft.is_primary:
        raise SchemaInvalid(f"only primary field can speficy AutoID with true, field name = {draft.name}")
    words = text_params(draft)
    field = Field(
        id=field_id,
        name=draft.name,
        type=draft.type,
        description=draft.description,
        is_primary=draft.is_primary,
        auto_id=draft.auto_id,
        is_partition_key=draft.is_partition_key,
        is_clustering_key=draft.is_clustering_key,
        nullable=draft.nullable,
        default=draft.default,
        element_type=draft.element_type,
        dim=_dim(draft, field_id),
        max_length=_max_length(draft),
        max_capacity=_max_capacity(draft),
        enable_analyzer=words.enable_analyzer,
        enable_match=words.enable_match,
        analyzer_params=words.analyzer_params,
        multi_analyzer_params=words.multi_analyzer_params,
        properties=MappingProxyType({key: text for key, text in draft.params.items() if key in FIELD_PROPERTIES}),
    )
    check_default(field)
    return field


def _check_type(draft: FieldDraft) -> None:
    if draft.name == DYNAMIC_FIELD_NAME:
        raise SchemaInvalid(f"field name {DYNAMIC_FIELD_NAME} is reserved for the dynamic field")
    if draft.type is DataType.STRING:
        raise SchemaInvalid("string data type not supported yet, please use VarChar type instead: invalid parameter")
    if draft.type not in _OFFERED:
        name = draft.type.milvus_name
        raise NotImplementedYet(f"data type {name} is not implemented by Elanus yet, field: {draft.name}")
    if draft.type is DataType.ARRAY and draft.element_type not in _ELEMENTS:
        raise SchemaInvalid(f"element type {draft.element_type.milvus_name} is not supported, field: {draft.name}")


def _dim(draft: FieldDraft, field_id: int) -> int:
    text = draft.params.get("dim")
    if draft.type is DataType.SPARSE_FLOAT_VECTOR and text is not None:
        raise SchemaInvalid(
            f"dim should not be specified for sparse vector field {draft.name}({field_id}): invalid parameter"
        )
    if not draft.type.is_vector or draft.type is DataType.SPARSE_FLOAT_VECTOR:
        return 0
    if text is None:
        raise SchemaInvalid(
            f"dimension is not defined in field type params of field {draft.name},"
            " check type param `dim` for vector field"
        )
    dim = _whole_number(text, f"invalid dimension: {text}. should be a number")
    highest = MAX_BITS if draft.type is DataType.BINARY_VECTOR else MAX_DIM
    if not MIN_DIM <= dim <= highest:
        raise SchemaInvalid(
            f"invalid dimension: {dim} of field {draft.name}. should be in range {MIN_DIM} ~ {highest}:"
            " invalid parameter"
        )
    if draft.type is DataType.BINARY_VECTOR and dim % 8:
        raise SchemaInvalid(
            f"invalid dimension: {dim} of field {draft.name}. binary vector dimension should be multiple of 8. :"
            " invalid parameter"
        )
    return dim


def _max_length(draft: FieldDraft) -> int:
    if DataType.VARCHAR not in (draft.type, draft.element_type):
        return 0
    return _limit(draft, "max_length", MAX_VARCHAR_LENGTH)


def _max_capacity(draft: FieldDraft) -> int:
    if draft.type is not DataType.ARRAY:
        return 0
    return _limit(draft, "max_capacity", MAX_ARRAY_CAPACITY)


def _limit(draft: FieldDraft, name: str, highest: int) -> int:
    text = draft.params.get(name)
    kind = draft.type.milvus_name
    if text is None:
        raise SchemaInvalid(
            f"type param({name}) should be specified for the field({draft.name}) of type {kind}: invalid parameter"
        )
    return checked_limit(name, text, highest, draft.name)


def checked_limit(name: str, text: str, highest: int, field_name: str) -> int:
    """The number of a ``max_length`` or ``max_capacity``. Raises SchemaInvalid outside 1..highest."""
    number = _whole_number(text, f"the value for {name} of field {field_name} must be an integer, got {text}")
    if not 1 <= number <= highest:
        raise SchemaInvalid(
            f"the maximum {name} specified for field {field_name} should be in (0, {highest}], but got {number}:"
            " invalid parameter"
        )
    return number


def _whole_number(text: str, refusal: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SchemaInvalid(f"{refusal}: invalid parameter") from None
