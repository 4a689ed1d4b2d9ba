"""RPCs on the functions of a collection; functions of a schema: message -> draft, function -> message."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, schema_pb2
from elanus.doors.grpc_v2.parameters import texts
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.function import Function, FunctionType
from elanus.service import Service
from elanus.service.schema.drafts import FunctionDraft


class FunctionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._functions = service.functions

    def AddCollectionFunction(self, request: Message, context: CallContext) -> Message:
        collection = self._collection(request, context)
        self._functions.add(collection, _sent_draft(request))
        return ok()

    def AlterCollectionFunction(self, request: Message, context: CallContext) -> Message:
        collection = self._collection(request, context)
        self._functions.alter(collection, request.function_name, _sent_draft(request))
        return ok()

    def DropCollectionFunction(self, request: Message, context: CallContext) -> Message:
        self._functions.drop(self._collection(request, context), request.function_name)
        return ok()

    def _collection(self, request: Message, context: CallContext) -> Collection:
        found: Collection = self._collections.get(context.database(request), request.collection_name)
        return found


def _sent_draft(request: Message) -> FunctionDraft:
    if not request.HasField("functionSchema"):
        raise ParameterInvalid("Function Schema is empty: invalid parameter")
    return function_draft(request.functionSchema)


def function_draft(message: Message) -> FunctionDraft:
    """Raises ParameterInvalid for a type that no generation knows."""
    return FunctionDraft(
        name=message.name,
        type=_function_type(message.type),
        inputs=tuple(message.input_field_names),
        outputs=tuple(message.output_field_names),
        description=message.description,
        params=texts(message.params),
    )


def function_message(schema: CollectionSchema, function: Function) -> Message:
    return schema_pb2.FunctionSchema(
        id=function.id,
        name=function.name,
        description=function.description,
        type=int(function.type),
        input_field_names=function.inputs,
        input_field_ids=[schema.by_name[name].id for name in function.inputs],
        output_field_names=function.outputs,
        output_field_ids=[schema.by_name[name].id for name in function.outputs],
    )


def _function_type(number: int) -> FunctionType:
    try:
        return FunctionType(number)
    except ValueError:
        raise ParameterInvalid(f"invalid function type: {number}: invalid parameter") from None
