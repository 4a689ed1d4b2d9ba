"""RPCs on indexes."""

from __future__ import annotations

from collections.abc import Iterable

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.parameters import pairs, texts
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import IndexStatus
from elanus.errors import ParameterInvalid
from elanus.service import Service
from elanus.service.indexes import stand_in

_NO_SEGMENT_VERSIONS = (2**31 - 1, -(2**31))
"""min and max index version when nothing was built: Milvus's raw values."""


class IndexCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._indexes = service.indexes

    def CreateIndex(self, request: Message, context: CallContext) -> Message:
        collection, generation = self._collection(request, context), context.generation()
        params = _index_params(request.extra_params)
        self._indexes.create(collection, request.field_name, request.index_name, params, generation)
        return ok()

    def DescribeIndex(self, request: Message, context: CallContext) -> Message:
        found = self._indexes.describe(self._collection(request, context), request.index_name, request.timestamp)
        return milvus_pb2.DescribeIndexResponse(
            status=ok(), index_descriptions=[_description(index) for index in found]
        )

    def GetIndexStatistics(self, request: Message, context: CallContext) -> Message:
        found = self._indexes.describe(self._collection(request, context), request.index_name)
        return milvus_pb2.GetIndexStatisticsResponse(
            status=ok(), index_descriptions=[_description(index) for index in found]
        )

    def GetIndexState(self, request: Message, context: CallContext) -> Message:
        progress = self._indexes.progress(self._collection(request, context), request.index_name)
        return milvus_pb2.GetIndexStateResponse(status=ok(), state=int(progress.state), fail_reason=progress.reason)

    def GetIndexBuildProgress(self, request: Message, context: CallContext) -> Message:
        progress = self._indexes.progress(self._collection(request, context), request.index_name)
        return milvus_pb2.GetIndexBuildProgressResponse(
            status=ok(), indexed_rows=progress.indexed_rows, total_rows=progress.total_rows
        )

    def DropIndex(self, request: Message, context: CallContext) -> Message:
        self._indexes.drop(self._collection(request, context), request.index_name, context.generation())
        return ok()

    def AlterIndex(self, request: Message, context: CallContext) -> Message:
        self._indexes.alter(
            self._collection(request, context),
            request.index_name,
            texts(request.extra_params),
            list(request.delete_keys),
        )
        return ok()

    def _collection(self, request: Message, context: CallContext) -> Collection:
        return self._collections.get(context.database(request), request.collection_name)


def _index_params(extra_params: Iterable[Message]) -> dict[str, str]:
    """The parameters as sent."""
    sent: dict[str, str] = {}
    for pair in extra_params:
        if pair.key in sent:
            raise ParameterInvalid(f"duplicated index param (key={pair.key}) (value={pair.value}) found")
        sent[pair.key] = pair.value
    return sent


def _extras(index: IndexStatus) -> dict[str, str]:
    """What only Elanus says of an index."""
    sentence = stand_in(index)
    return {"stands_in": sentence} if sentence else {}


def _description(index: IndexStatus) -> Message:
    lowest, highest = _NO_SEGMENT_VERSIONS if not index.total_rows else (0, 0)
    return milvus_pb2.IndexDescription(
        index_name=index.name,
        indexID=index.id,
        params=pairs({"index_type": index.type, **index.user_params, **index.properties, **_extras(index)}),
        field_name=index.field,
        indexed_rows=index.indexed_rows,
        total_rows=index.total_rows,
        pending_index_rows=index.pending_rows,
        state=int(index.state),
        index_state_fail_reason=index.reason,
        min_index_version=lowest,
        max_index_version=highest,
    )
