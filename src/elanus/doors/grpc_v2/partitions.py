"""RPCs on partitions."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.parameters import pairs
from elanus.doors.grpc_v2.status import ok
from elanus.engine.requests import LoadState
from elanus.service import Service

_LOGICAL_BITS = 18


class PartitionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._partitions = service.partitions

    def CreatePartition(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        self._partitions.create(collection, request.partition_name)
        return ok()

    def DropPartition(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        self._partitions.drop(collection, request.partition_name)
        return ok()

    def HasPartition(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        return milvus_pb2.BoolResponse(value=request.partition_name in collection.partitions)

    def ShowPartitions(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        names = list(request.partition_names) or list(collection.partitions)
        self._partitions.check_exist(collection, names)
        if request.type == milvus_pb2.ShowType.InMemory:
            names = [name for name in names if collection.load_state([name]) is not LoadState.NOT_LOAD]
        created = [collection.partition_created_ts(name) for name in names]
        return milvus_pb2.ShowPartitionsResponse(
            partition_names=names,
            partitionIDs=[collection.partitions[name] for name in names],
            created_timestamps=created,
            created_utc_timestamps=[ts >> _LOGICAL_BITS for ts in created],
            inMemory_percentages=[collection.load_progress([name]) for name in names],
        )

    def GetPartitionStatistics(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        rows = self._partitions.row_count(collection, request.partition_name)
        return milvus_pb2.GetPartitionStatisticsResponse(stats=pairs({"row_count": str(rows)}))
