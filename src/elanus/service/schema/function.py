"""From the drafts of functions to the functions of a schema: every rule of a function, with Milvus's texts.

source  Milvus 2.6 proxy: rules of a function and their texts
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from elanus.errors import NotImplementedYet, SchemaInvalid
from elanus.schema.field import Field
from elanus.schema.function import FIRST_FUNCTION_ID, Function, FunctionType
from elanus.schema.types import DataType
from elanus.service.schema.drafts import FunctionDraft


def functions_of(drafts: Sequence[FunctionDraft], fields: Sequence[Field]) -> tuple[Function, ...]:
    """The checked functions of a schema with these fields. Raises SchemaInvalid, NotImplementedYet."""
    by_name = {field.name: field for field in fields}
    for draft in drafts:
        _check_names(draft)
        _check_fields(draft, by_name)
    _check_unique("duplicate function name: {}", [draft.name for draft in drafts])
    _check_unique("duplicate function output field: {}", [name for draft in drafts for name in draft.outputs])
    return tuple(
        Function(FIRST_FUNCTION_ID + place, draft.name, draft.type, draft.inputs, draft.outputs, draft.description)
        for place, draft in enumerate(drafts)
    )


def outputs_of(functions: Sequence[FunctionDraft]) -> frozenset[str]:
    """Names of the fields these functions compute."""
    return frozenset(name for function in functions for name in function.outputs)


def _check_names(draft: FunctionDraft) -> None:
    if not draft.name:
        raise SchemaInvalid("function name cannot be empty: invalid parameter")
    if draft.type is FunctionType.UNKNOWN:
        raise SchemaInvalid("check function params with unknown function type: invalid parameter")
    if draft.type is not FunctionType.BM25:
        raise NotImplementedYet(
            f"functions of type {draft.type.milvus_name} are not implemented by Elanus yet, function: {draft.name};"
            " BM25 is"
        )
    for kind, names in (("input", draft.inputs), ("output", draft.outputs)):
        if not names:
            raise SchemaInvalid(f"function {kind} field names cannot be empty, function: {draft.name}")
        if "" in names:
            raise SchemaInvalid(f"function {kind} field name cannot be empty string, function: {draft.name}")
        _check_unique(
            f"each function {kind} field should be used exactly once in the same function,"
            f" function: {draft.name}, {kind} field: {{}}",
            names,
        )
    for name in set(draft.inputs) & set(draft.outputs):
        raise SchemaInvalid(
            "a single field cannot be both input and output in the same function,"
            f" function: {draft.name}, field: {name}: invalid parameter"
        )
    if draft.params:
        raise SchemaInvalid("BM25 function accepts no params: invalid parameter")


def _check_fields(draft: FunctionDraft, fields: Mapping[str, Field]) -> None:
    for kind, names in (("input", draft.inputs), ("output", draft.outputs)):
        for name in names:
            if name not in fields:
                raise SchemaInvalid(f"function {kind} field not found: {name}: invalid parameter")
            if fields[name].nullable:
                raise SchemaInvalid(
                    f"function {kind} field cannot be nullable: function {draft.name}, field {name}: invalid parameter"
                )
    _check_input(draft, [fields[name] for name in draft.inputs])
    _check_output(draft, [fields[name] for name in draft.outputs])


def _check_input(draft: FunctionDraft, fields: Sequence[Field]) -> None:
    if len(fields) != 1 or fields[0].type is not DataType.VARCHAR:
        raise SchemaInvalid(
            f"BM25 function input field must be a VARCHAR field, got {len(fields)} field with type"
            f" {fields[0].type.milvus_name}: invalid parameter"
        )
    if fields[0].auto_id:
        raise SchemaInvalid(
            f"BM25 function input field must be sent by the client, but {fields[0].name} is an auto-id primary key:"
            " invalid parameter"
        )
    if not fields[0].enable_analyzer:
        raise SchemaInvalid("BM25 function input field must set enable_analyzer to true: invalid parameter")


def _check_output(draft: FunctionDraft, fields: Sequence[Field]) -> None:
    for field in fields:
        if field.is_primary:
            raise SchemaInvalid(
                f"function output field cannot be primary key: function {draft.name}, field {field.name}"
            )
        if field.is_partition_key or field.is_clustering_key:
            raise SchemaInvalid(
                "function output field cannot be partition key or clustering key:"
                f" function {draft.name}, field {field.name}"
            )
    if len(fields) != 1:
        raise SchemaInvalid(f"BM25 function only need 1 output field, but got {len(fields)}: invalid parameter")
    if fields[0].type is not DataType.SPARSE_FLOAT_VECTOR:
        raise SchemaInvalid(
            "BM25 function output field must be a SparseFloatVector field, but got"
            f" {fields[0].type.milvus_name}: invalid parameter"
        )


def _check_unique(refusal: str, names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise SchemaInvalid(f"{refusal.format(name)}: invalid parameter")
