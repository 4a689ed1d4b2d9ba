"""RPCs that flush. A flush returns when it is done, so asking for its state finds it flushed."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2, schema_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import Flushed
from elanus.service import Service

_LOGICAL_BITS = 18


class FlushCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._databases = service.databases
        self._data = service.data
        self._admin = service.admin

    def Flush(self, request: Message, context: CallContext) -> Message:
        database = context.database(request)
        named = {name: self._collections.get(database, name) for name in request.collection_names}
        reply = milvus_pb2.FlushResponse(status=ok(), db_name=database)
        for name, collection in named.items():
            _report(reply, name, self._data.flush(collection))
        return reply

    def GetFlushState(self, request: Message, context: CallContext) -> Message:
        if request.collection_name:
            collections = [self._collections.get(context.database(request), request.collection_name)]
        else:
            collections = self._every_collection()
        growing = {segment.id for one in collections for segment in one.segments() if segment.is_growing}
        return milvus_pb2.GetFlushStateResponse(status=ok(), flushed=growing.isdisjoint(request.segmentIDs))

    def FlushAll(self, request: Message, context: CallContext) -> Message:
        database = context.database(request)
        for collection in self._collections.list(database) if database else self._every_collection():
            self._data.flush(collection)
        return milvus_pb2.FlushAllResponse(status=ok(), flush_all_ts=self._admin.allocate_timestamp())

    def GetFlushAllState(self, _request: Message, _context: CallContext) -> Message:
        """FlushAll answers when everything is flushed: whoever has its timestamp has waited already."""
        return milvus_pb2.GetFlushAllStateResponse(status=ok(), flushed=True)

    def _every_collection(self) -> list[Collection]:
        return [one for database in self._databases.list() for one in self._collections.list(database.name)]


def _report(reply: Message, name: str, flushed: Flushed) -> None:
    reply.coll_segIDs[name].CopyFrom(schema_pb2.LongArray(data=flushed.segment_ids))
    reply.flush_coll_segIDs[name].CopyFrom(schema_pb2.LongArray(data=flushed.flushed_ids))
    reply.coll_seal_times[name] = (flushed.ts >> _LOGICAL_BITS) // 1000
    reply.coll_flush_ts[name] = flushed.ts
