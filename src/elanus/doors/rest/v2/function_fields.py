"""Calls on functions that come and go with the field they compute."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.functions import FunctionBody, OfFunction, function_draft
from elanus.doors.rest.v2.indexes import IndexParam, index_draft
from elanus.doors.rest.v2.schemas import FieldBody, field_draft
from elanus.engine.collection import Collection
from elanus.engine.requests import IndexRequest
from elanus.errors import ParameterInvalid
from elanus.service import Service
from elanus.service.functions import AddedFunction


class NewFunctionField(OfCollection, frozen=True, kw_only=True):
    """index_params  of one index, over the output field"""

    function: FunctionBody
    output_field: FieldBody
    index_params: IndexParam


class FunctionFieldCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._functions = service.functions

    def endpoints(self) -> list[Endpoint]:
        added = "Add a function with its output field and that field's index; rows that are there have it, too."
        dropped = "Drop a function with its output field and that field's indexes."
        return [
            V2.endpoint("collections/add_function_field", NewFunctionField, self.add, added),
            V2.endpoint("collections/drop_function_field", OfFunction, self.drop, dropped),
        ]

    def add(self, body: NewFunctionField, context: Context) -> Reply:
        self._functions.add_with_output(self._collection(body, context), _added(body))
        return Reply()

    def drop(self, body: OfFunction, context: Context) -> Reply:
        self._functions.drop_with_output(self._collection(body, context), body.function_name)
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def _added(body: NewFunctionField) -> AddedFunction:
    """Raises ParameterInvalid for an index over another field."""
    name, index = body.output_field.field_name, index_draft(body.index_params)
    if index.field != name:
        raise ParameterInvalid(
            f'indexParams.fieldName "{index.field}" must match outputField.fieldName "{name}": invalid parameter'
        )
    output = field_draft(body.output_field)
    return AddedFunction(function_draft(body.function), output, IndexRequest(name, index.name or name, index.params))
