"""Fields of a collection that is there: added, altered, dropped.

source  Milvus 3.0 proxy: rules, their order and their texts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elanus.engine.collection import Collection
from elanus.errors import CollectionLoaded, ParameterInvalid, Rejected
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import DataType
from elanus.service.properties import LOADING_KEYS, check_alteration
from elanus.service.schema.collection import MAX_FIELDS, MAX_VECTOR_FIELDS
from elanus.service.schema.drafts import FieldDraft
from elanus.service.schema.field import MAX_ARRAY_CAPACITY, MAX_VARCHAR_LENGTH, checked_limit, field_of
from elanus.service.schema.text_fields import deciding_fields

_LIMITS = {
    "max_length": (DataType.VARCHAR, MAX_VARCHAR_LENGTH),
    "max_capacity": (DataType.ARRAY, MAX_ARRAY_CAPACITY),
}
_SYSTEM_NAMES = frozenset({"RowID", "Timestamp", "$namespace", DYNAMIC_FIELD_NAME})


class Fields:
    def add(self, collection: Collection, draft: FieldDraft) -> None:
        """Rows that are there get the default, or NULL."""
        with collection.lock:
            check_added(collection.schema, draft)
            if not draft.nullable:
                raise ParameterInvalid(
                    f"added field must be nullable, please check it, field name = {draft.name}: invalid parameter"
                )
            collection.fields.add(field_of(draft, collection.schema.next_field_id))

    def drop(self, collection: Collection, name: str = "", field_id: int = 0) -> None:
        """With its values and indexes. By name; by id when there is no name."""
        with collection.lock:
            field = _dropped(collection.schema, name, field_id)
            collection.fields.drop(field.name)

    def set_dynamic(self, collection: Collection, *, enabled: bool) -> None:
        """Take undeclared keys from now on, or no more: then those that are there are dropped."""
        with collection.lock:
            schema = collection.schema
            if enabled and schema.dynamic is None:
                collection.fields.add(dynamic_field(schema.next_field_id))
            if not enabled and schema.dynamic is not None:
                collection.fields.drop(DYNAMIC_FIELD_NAME)

    def alter(
        self, collection: Collection, name: str, properties: Mapping[str, str], delete_keys: Sequence[str]
    ) -> None:
        """Change its limits and how it is loaded."""
        check_alteration(properties, delete_keys)
        field = collection.schema.field(name)
        for key, text in properties.items():
            _check_property(field, key, text)
        if {*properties, *delete_keys} & LOADING_KEYS and collection.view.loaded_partitions is not None:
            raise CollectionLoaded(
                "can not alter collection field properties if collection loaded: "
                f"collection already loaded[collection={collection.name}]"
            )
        collection.fields.alter(name, properties, delete_keys)


def check_added(schema: CollectionSchema, draft: FieldDraft) -> None:
    """What must be true of an added field, computed or sent, besides what must be of any. Raises ParameterInvalid."""
    named = f"field name = {draft.name}: invalid parameter"
    if len(schema.user_fields) >= MAX_FIELDS:
        raise ParameterInvalid(f"The number of fields has reached the maximum value {MAX_FIELDS}: invalid parameter")
    if draft.name in _SYSTEM_NAMES:
        raise ParameterInvalid(f"not support to add system field, {named}")
    if draft.name in schema.by_name:
        raise ParameterInvalid(f"duplicated field name {draft.name}: invalid parameter")
    if draft.is_primary:
        raise ParameterInvalid(f"not support to add pk field, {named}")
    if draft.auto_id:
        raise ParameterInvalid(f"only primary field can speficy AutoID with true, {named}")
    if draft.is_partition_key:
        raise ParameterInvalid(f"not support to add partition key field, field name  = {draft.name}: invalid parameter")
    if draft.is_clustering_key and any(field.is_clustering_key for field in schema.fields):
        raise ParameterInvalid(f"already has another clustering key field, field name: {draft.name}: invalid parameter")
    if draft.type.is_vector and len(schema.vector_fields) >= MAX_VECTOR_FIELDS:
        raise Rejected(f"maximum vector field's number should be limited to {MAX_VECTOR_FIELDS}")


def _dropped(schema: CollectionSchema, name: str, field_id: int) -> Field:
    """The field to drop. Raises ParameterInvalid for one that a collection must have."""
    if not name and not field_id:
        raise ParameterInvalid("field name is empty: invalid parameter")
    found = schema.by_name.get(name) if name else schema.by_id.get(field_id)
    if found is None:
        raise ParameterInvalid(f"field not found: {name or field_id}: invalid parameter")
    for why in _reasons_to_stay(schema, found):
        raise ParameterInvalid(f"{why}: invalid parameter")
    return found


def _reasons_to_stay(schema: CollectionSchema, field: Field) -> list[str]:
    facts = [
        (field.is_primary, f"cannot drop primary key field: {field.name}"),
        (field.is_partition_key, f"cannot drop partition key field: {field.name}"),
        (field.is_clustering_key, f"cannot drop clustering key field: {field.name}"),
        (
            field.is_dynamic,
            f"cannot drop dynamic field: {field.name}, use AlterCollection to disable dynamic schema instead",
        ),
        (schema.vector_fields == (field,), f"cannot drop the last vector field: {field.name}"),
        (
            field.name in deciding_fields(schema.fields),
            f"cannot drop field {field.name}: it names the analyzers of another field (multi_analyzer_params)",
        ),
    ]
    of_functions = [
        (field.name in names, f"field is referenced by function {function.name} as {role}")
        for function in schema.functions
        for names, role in ((function.inputs, "input"), (function.outputs, "output, drop function first"))
    ]
    return [why for is_so, why in (*facts, *of_functions) if is_so]


def _check_property(field: Field, name: str, text: str) -> None:
    if name in LOADING_KEYS:
        return
    if name not in _LIMITS:
        raise ParameterInvalid(f"{name} does not allow update in collection field param")
    kind, highest = _LIMITS[name]
    if field.type is not kind:
        raise ParameterInvalid(f"{name} can not be set for field {field.name} of type {field.type.milvus_name}")
    checked_limit(name, text, highest, field.name)
