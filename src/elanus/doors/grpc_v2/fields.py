"""RPCs on the fields of a collection."""

from __future__ import annotations

from google.protobuf.message import DecodeError

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.functions import function_draft
from elanus.doors.grpc_v2.messages import Message, milvus_pb2, schema_pb2
from elanus.doors.grpc_v2.parameters import texts
from elanus.doors.grpc_v2.schemas import field_draft
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import IndexRequest
from elanus.errors import ParameterInvalid
from elanus.service import Service
from elanus.service.functions import AddedFunction


class FieldCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._fields = service.fields
        self._functions = service.functions

    def AddCollectionField(self, request: Message, context: CallContext) -> Message:
        collection = self._collection(request, context)
        try:
            field = schema_pb2.FieldSchema.FromString(request.schema)
        except DecodeError as wrong:
            raise ParameterInvalid(f"the field to add to {collection.name} cannot be read: {wrong}") from None
        self._fields.add(collection, field_draft(field))
        return ok()

    def AlterCollectionField(self, request: Message, context: CallContext) -> Message:
        collection = self._collection(request, context)
        self._fields.alter(collection, request.field_name, texts(request.properties), list(request.delete_keys))
        return ok()

    def AlterCollectionSchema(self, request: Message, context: CallContext) -> Message:
        """Adds a field, or drops one; what newer clients send for both."""
        collection = self._collection(request, context)
        asked = request.action.WhichOneof("op")
        if asked == "add_request":
            self._add(collection, request.action.add_request)
        elif asked == "drop_request":
            self._drop(collection, request.action.drop_request)
        else:
            raise ParameterInvalid("action is nil in alter schema task: invalid parameter")
        return milvus_pb2.AlterCollectionSchemaResponse(alter_status=ok())

    def _add(self, collection: Collection, request: Message) -> None:
        if len(request.func_schema) > 1:
            raise ParameterInvalid("For now, at most one function schema is supported: invalid parameter")
        if len(request.field_infos) > 1 or not (request.field_infos or request.func_schema):
            raise ParameterInvalid("For now, only one field info is supported in alter schema task: invalid parameter")
        if not request.field_infos:
            self._functions.add(collection, function_draft(request.func_schema[0]))
        elif request.func_schema:
            self._functions.add_with_output(collection, _added(request.field_infos[0], request.func_schema[0]))
        else:
            self._fields.add(collection, field_draft(request.field_infos[0].field_schema))

    def _drop(self, collection: Collection, request: Message) -> None:
        if request.function_name and request.drop_function_output_fields:
            self._functions.drop_with_output(collection, request.function_name)
        elif request.function_name:
            self._functions.drop(collection, request.function_name)
        else:
            self._fields.drop(collection, request.field_name, request.field_id)

    def _collection(self, request: Message, context: CallContext) -> Collection:
        found: Collection = self._collections.get(context.database(request), request.collection_name)
        return found


def _added(field: Message, function: Message) -> AddedFunction:
    name = field.field_schema.name
    return AddedFunction(
        function=function_draft(function),
        output=field_draft(field.field_schema),
        index=IndexRequest(name, field.index_name or name, texts(field.extra_params)),
    )
