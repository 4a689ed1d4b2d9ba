"""Functions of a collection that is there: what may be added, altered and dropped.

source  Milvus 2.6 and 3.0 proxy: rules and texts
"""

from __future__ import annotations

from elanus.engine.collection import Collection
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.function import Function, FunctionType
from elanus.service.schema.drafts import FunctionDraft

_INSTEAD = "declare it when the collection is made: invalid parameter"


class Functions:
    """A BM25 function is neither added nor altered: the rows that are there were not computed by it."""

    def add(self, collection: Collection, draft: FunctionDraft) -> None:
        """Raises ParameterInvalid for BM25, as Milvus does; NotImplementedYet for any other."""
        _refuse_other(draft)
        raise ParameterInvalid(f"currently does not support adding BM25 function {draft.name}: {_INSTEAD}")

    def alter(self, collection: Collection, name: str, draft: FunctionDraft) -> None:
        """Raises ParameterInvalid, as Milvus does; NotImplementedYet for what is no BM25 function."""
        _refuse_other(draft)
        if name != draft.name:
            raise ParameterInvalid(f"Invalid function config, name not match: {name}, {draft.name}: invalid parameter")
        if _found(collection.schema, name) is None:
            raise ParameterInvalid(f"Function {name} not found: invalid parameter")
        raise ParameterInvalid(f"currently does not support altering BM25 function {name}: {_INSTEAD}")

    def drop(self, collection: Collection, name: str) -> None:
        """A missing one is a success. Raises ParameterInvalid: its output would be nobody's."""
        if _found(collection.schema, name) is not None:
            raise ParameterInvalid(
                f"currently does not support dropping BM25 function {name} without its output:"
                " drop them together (drop_function_field): invalid parameter"
            )

    def drop_with_output(self, collection: Collection, name: str) -> None:
        """The function, its output field and that field's indexes, in one step."""
        with collection.lock:
            function = _found(collection.schema, name)
            if function is None:
                raise ParameterInvalid(f"Function {name} not found: invalid parameter")
            if {field.name for field in collection.schema.vector_fields} <= set(function.outputs):
                raise ParameterInvalid(f"cannot drop the last vector field: {function.outputs[0]}: invalid parameter")
            collection.fields.drop_function(function)


def _refuse_other(draft: FunctionDraft) -> None:
    if draft.type is not FunctionType.BM25:
        raise NotImplementedYet(
            f"functions of type {draft.type.milvus_name} are not implemented by Elanus yet, function: {draft.name}"
        )


def _found(schema: CollectionSchema, name: str) -> Function | None:
    return next((function for function in schema.functions if function.name == name), None)
