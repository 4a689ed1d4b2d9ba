"""RPCs that load and release."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import LoadState
from elanus.errors import CollectionNotFound
from elanus.service import Service
from elanus.service.load import LoadRequest


class LoadCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._loads = service.loads

    def LoadCollection(self, request: Message, context: CallContext) -> Message:
        self._loads.load(self._collection(request, context), _load_request(request, ()), context.generation())
        return ok()

    def LoadPartitions(self, request: Message, context: CallContext) -> Message:
        wanted = _load_request(request, tuple(request.partition_names))
        self._loads.load_partitions(self._collection(request, context), wanted, context.generation())
        return ok()

    def ReleaseCollection(self, request: Message, context: CallContext) -> Message:
        self._loads.release(self._collection(request, context))
        return ok()

    def ReleasePartitions(self, request: Message, context: CallContext) -> Message:
        self._loads.release_partitions(self._collection(request, context), list(request.partition_names))
        return ok()

    def GetLoadingProgress(self, request: Message, context: CallContext) -> Message:
        percent = self._loads.progress(self._collection(request, context), list(request.partition_names))
        return milvus_pb2.GetLoadingProgressResponse(status=ok(), progress=percent, refresh_progress=percent)

    def GetLoadState(self, request: Message, context: CallContext) -> Message:
        try:
            collection = self._collection(request, context)
        except CollectionNotFound:
            return milvus_pb2.GetLoadStateResponse(status=ok(), state=int(LoadState.NOT_EXIST))
        state = self._loads.state(collection, list(request.partition_names))
        return milvus_pb2.GetLoadStateResponse(status=ok(), state=int(state))

    def _collection(self, request: Message, context: CallContext) -> Collection:
        return self._collections.get(context.database(request), request.collection_name)


def _load_request(request: Message, partitions: tuple[str, ...]) -> LoadRequest:
    return LoadRequest(
        partitions=partitions,
        fields=tuple(request.load_fields),
        replicas=request.replica_number,
        refresh=request.refresh,
    )
