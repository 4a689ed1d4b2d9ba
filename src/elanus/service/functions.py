"""Functions of a collection that is there: what may be added, altered and dropped.

source  Milvus 2.6 and 3.0 proxy: rules and texts
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from elanus.engine.collection import Collection
from elanus.engine.requests import IndexRequest
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.function import Function, FunctionType
from elanus.service.fields import check_added
from elanus.service.names import check_index_name
from elanus.service.schema.drafts import FieldDraft, FunctionDraft
from elanus.service.schema.field import field_of
from elanus.service.schema.function import functions_of


@dataclass(frozen=True, slots=True)
class AddedFunction:
    """A function with the field it computes and that field's index."""

    function: FunctionDraft
    output: FieldDraft
    index: IndexRequest


class Functions:
    """A BM25 function is added and dropped with its output field, and never altered."""

    def add(self, collection: Collection, draft: FunctionDraft) -> None:
        """Raises ParameterInvalid for BM25, as Milvus does; NotImplementedYet for any other."""
        _refuse_other(draft)
        raise ParameterInvalid(
            f"currently does not support adding BM25 function {draft.name} over existing fields: use"
            " add_function_field to add the function together with its new output field: invalid parameter"
        )

    def alter(self, collection: Collection, name: str, draft: FunctionDraft) -> None:
        """Raises ParameterInvalid, as Milvus does; NotImplementedYet for what is no BM25 function."""
        _refuse_other(draft)
        if name != draft.name:
            raise ParameterInvalid(f"Invalid function config, name not match: {name}, {draft.name}: invalid parameter")
        if _found(collection.schema, name) is None:
            raise ParameterInvalid(f"Function {name} not found: invalid parameter")
        raise ParameterInvalid(f"currently does not support altering BM25 function {name}: invalid parameter")

    def drop(self, collection: Collection, name: str) -> None:
        """A missing one is a success. Raises ParameterInvalid: its output would be nobody's."""
        if _found(collection.schema, name) is not None:
            raise ParameterInvalid(
                f"currently does not support dropping BM25 function {name} without its output:"
                " drop them together (drop_function_field): invalid parameter"
            )

    def add_with_output(self, collection: Collection, added: AddedFunction) -> None:
        """The function, the field it computes and that field's index, in one step; rows that are there have it, too.

        Growing rows become segment files first: of those in files it is computed when somebody asks.

        Raises ParameterInvalid, SchemaInvalid, NotImplementedYet; then nothing was added.
        """
        _checked(collection.schema, added)  # what is refused seals nothing
        collection.flush()
        with collection.lock:
            output, function = _checked(collection.schema, added)
            collection.fields.add_computed(output, function, added.index)

    def drop_with_output(self, collection: Collection, name: str) -> None:
        """The function, its output field and that field's indexes, in one step."""
        with collection.lock:
            function = _found(collection.schema, name)
            if function is None:
                raise ParameterInvalid(f"Function {name} not found: invalid parameter")
            if {field.name for field in collection.schema.vector_fields} <= set(function.outputs):
                raise ParameterInvalid(f"cannot drop the last vector field: {function.outputs[0]}: invalid parameter")
            collection.fields.drop_function(function)


def _checked(schema: CollectionSchema, added: AddedFunction) -> tuple[Field, Function]:
    """The field and the function that computes it, with a number of its own."""
    check_index_name(added.index.name)
    _check_addable(schema, added)
    check_added(schema, added.output)
    output = replace(field_of(added.output, schema.next_field_id), is_function_output=True)
    (function,) = functions_of([added.function], [*schema.fields, output])
    return output, replace(function, id=max([function.id, *(one.id + 1 for one in schema.functions)]))


def _check_addable(schema: CollectionSchema, added: AddedFunction) -> None:
    """What must be true of an added function besides what must be of any."""
    function, output = added.function, added.output
    if function.type not in (FunctionType.BM25, FunctionType.MIN_HASH):
        raise ParameterInvalid(
            "For now, only BM25 and MinHash functions are supported in add_function_field interface: invalid parameter"
        )
    _refuse_other(function)
    if (len(function.inputs), len(function.outputs)) != (1, 1):
        raise ParameterInvalid(
            "BM25 function should have exactly one input field and exactly one output field: invalid parameter"
        )
    if function.outputs[0] != output.name:
        raise ParameterInvalid(
            f'function output field "{function.outputs[0]}" must be the newly-added field "{output.name}":'
            " invalid parameter"
        )
    if _found(schema, function.name) is not None:
        raise ParameterInvalid(f"function already exists, name: {function.name}: invalid parameter")


def _refuse_other(draft: FunctionDraft) -> None:
    if draft.type is not FunctionType.BM25:
        raise NotImplementedYet(
            f"functions of type {draft.type.milvus_name} are not implemented by Elanus yet, function: {draft.name}"
        )


def _found(schema: CollectionSchema, name: str) -> Function | None:
    return next((function for function in schema.functions if function.name == name), None)
