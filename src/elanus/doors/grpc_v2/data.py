"""RPCs that change rows."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.columns import sent_columns
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.results import write_ids
from elanus.doors.grpc_v2.status import ok
from elanus.doors.grpc_v2.templates import template_values
from elanus.engine.collection import Collection
from elanus.engine.requests import Inserted
from elanus.errors import NotImplementedYet
from elanus.index.generation import Generation
from elanus.service import Service
from elanus.service.rows.data import Deletion, SentRows


class DataCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._data = service.data

    def Insert(self, request: Message, context: CallContext) -> Message:
        inserted = self._data.insert(self._collection(request, context), _sent_rows(request))
        reply = _mutation(inserted)
        reply.insert_cnt = request.num_rows
        return reply

    def Upsert(self, request: Message, context: CallContext) -> Message:
        if any(operation.op for operation in request.field_ops):
            raise NotImplementedYet("field_ops other than REPLACE are not implemented by Elanus yet")
        rows = _sent_rows(request, partial_update=request.partial_update)
        inserted = self._data.upsert(self._collection(request, context), rows)
        reply = _mutation(inserted)
        reply.upsert_cnt = reply.insert_cnt = reply.delete_cnt = request.num_rows
        return reply

    def Delete(self, request: Message, context: CallContext) -> Message:
        deletion = Deletion(request.expr, template_values(request.expr_template_values), request.partition_name)
        deleted = self._data.delete(self._collection(request, context), deletion)
        reply = milvus_pb2.MutationResult(
            status=ok(), delete_cnt=deleted.count, timestamp=deleted.ts, acknowledged=True
        )
        if deleted.keys is not None and context.generation() <= Generation.V2_0:  # later ones repeat no keys
            write_ids(reply.IDs, deleted.keys)
        return reply

    def _collection(self, request: Message, context: CallContext) -> Collection:
        return self._collections.get(context.database(request), request.collection_name)


def _sent_rows(request: Message, *, partial_update: bool = False) -> SentRows:
    return SentRows(
        columns=sent_columns(request.fields_data, request.num_rows),
        row_count=request.num_rows,
        partition=request.partition_name,
        schema_timestamp=request.schema_timestamp,
        partial_update=partial_update,
    )


def _mutation(inserted: Inserted) -> Message:
    reply = milvus_pb2.MutationResult(status=ok(), timestamp=inserted.ts, acknowledged=True)
    write_ids(reply.IDs, inserted.ids)
    reply.succ_index.extend(range(len(inserted.ids)))
    return reply
