"""Calls on the functions of a collection; functions of a schema: body -> draft, function -> description."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.values import texts
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.function import FunctionType
from elanus.service import Service
from elanus.service.schema.drafts import FunctionDraft

_TYPES = {kind.milvus_name: kind for kind in FunctionType}


class FunctionBody(Body, frozen=True, kw_only=True):
    """type  ``BM25``"""

    name: str
    type: str
    input_field_names: list[str]
    output_field_names: list[str]
    description: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class NewFunction(OfCollection, frozen=True, kw_only=True):
    function: FunctionBody


class OfFunction(OfCollection, frozen=True, kw_only=True):
    function_name: str


class ChangedFunction(OfFunction, frozen=True, kw_only=True):
    function: FunctionBody


class FunctionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._functions = service.functions

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("collections/add_function", NewFunction, self.add, "Add a function (BM25: refused)."),
            V2.endpoint("collections/alter_function", ChangedFunction, self.alter, "Alter a function (BM25: refused)."),
            V2.endpoint("collections/drop_function", OfFunction, self.drop, "Drop a function (BM25: refused)."),
        ]

    def add(self, body: NewFunction, context: Context) -> Reply:
        self._functions.add(self._collection(body, context), function_draft(body.function))
        return Reply()

    def alter(self, body: ChangedFunction, context: Context) -> Reply:
        draft = function_draft(body.function)
        self._functions.alter(self._collection(body, context), body.function_name, draft)
        return Reply()

    def drop(self, body: OfFunction, context: Context) -> Reply:
        self._functions.drop(self._collection(body, context), body.function_name)
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def function_draft(body: FunctionBody) -> FunctionDraft:
    """Raises ParameterInvalid for a type that no generation knows."""
    if body.type not in _TYPES:
        raise ParameterInvalid(f"Unsupported function type: {body.type}, known are {', '.join(_TYPES)}")
    return FunctionDraft(
        name=body.name,
        type=_TYPES[body.type],
        inputs=tuple(body.input_field_names),
        outputs=tuple(body.output_field_names),
        description=body.description,
        params=texts(body.params),
    )


def functions_described(schema: CollectionSchema) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "id": one.id,
            "description": one.description,
            "type": one.type.milvus_name,
            "inputFieldNames": one.inputs,
            "outputFieldNames": one.outputs,
            "params": [],
        }
        for one in schema.functions
    ]
