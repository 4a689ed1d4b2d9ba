"""RPCs on segments, replicas and compaction."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, common_pb2, milvus_pb2
from elanus.doors.grpc_v2.resource_groups import ONLY_GROUP
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import CompactionStatus, IndexStatus, SegmentInfo
from elanus.errors import CollectionNotLoaded
from elanus.service import Service

_ONLY_NODE = 1
_GROWING, _FLUSHED = 2, 4
"""Of Milvus's SegmentState."""


class SegmentCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._admin = service.admin

    def GetPersistentSegmentInfo(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(request.dbName or context.connected_database(), request.collectionName)
        infos = [_persistent(collection, segment) for segment in self._admin.segments(collection)]
        return milvus_pb2.GetPersistentSegmentInfoResponse(status=ok(), infos=infos)

    def GetQuerySegmentInfo(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(request.dbName or context.connected_database(), request.collectionName)
        loaded = collection.view.loaded_partitions or frozenset()
        indexes = {index.id: index for index in collection.indexes.statuses()}
        known = self._admin.segments(collection)
        segments = [one for one in known if one.partition_id in loaded and not one.damage]
        infos = [_queried(collection, segment, indexes) for segment in segments]
        return milvus_pb2.GetQuerySegmentInfoResponse(status=ok(), infos=infos)

    def GetReplicas(self, request: Message, context: CallContext) -> Message:
        collection = self._find(request, context)
        loaded = collection.view.loaded_partitions
        if loaded is None:
            raise CollectionNotLoaded(f"collection not loaded[collection={collection.name}]")
        replica = milvus_pb2.ReplicaInfo(
            replicaID=collection.id,
            collectionID=collection.id,
            partition_ids=sorted(loaded),
            node_ids=[_ONLY_NODE],
            resource_group_name=ONLY_GROUP,
            shard_replicas=[
                milvus_pb2.ShardReplica(
                    leaderID=_ONLY_NODE, dm_channel_name=f"elanus-{collection.id}-v0", node_ids=[_ONLY_NODE]
                )
            ],
        )
        return milvus_pb2.GetReplicasResponse(status=ok(), replicas=[replica])

    def ManualCompaction(self, request: Message, context: CallContext) -> Message:
        request_id = self._admin.compact(self._find(request, context))
        plans = self._admin.compaction(request_id)
        return milvus_pb2.ManualCompactionResponse(
            status=ok(), compactionID=request_id, compactionPlanCount=plans.executing + plans.completed
        )

    def GetCompactionState(self, request: Message, _context: CallContext) -> Message:
        status = self._admin.compaction(request.compactionID)
        return milvus_pb2.GetCompactionStateResponse(
            status=ok(),
            state=_compaction_state(status),
            executingPlanNo=status.executing,
            completedPlanNo=status.completed,
            failedPlanNo=status.failed,
        )

    def GetCompactionStateWithPlans(self, request: Message, _context: CallContext) -> Message:
        status = self._admin.compaction(request.compactionID)
        merges = [milvus_pb2.CompactionMergeInfo(sources=sources, target=target) for sources, target in status.plans]
        return milvus_pb2.GetCompactionPlansResponse(status=ok(), state=_compaction_state(status), mergeInfos=merges)

    def _find(self, request: Message, context: CallContext) -> Collection:
        """Clients name the collection, or send its id."""
        return self._collections.find(context.database(request), request.collection_name, request.collectionID)


def _persistent(collection: Collection, segment: SegmentInfo) -> Message:
    return milvus_pb2.PersistentSegmentInfo(
        segmentID=segment.id,
        collectionID=collection.id,
        partitionID=segment.partition_id,
        num_rows=segment.row_count,
        state=_GROWING if segment.is_growing else _FLUSHED,
        level=common_pb2.SegmentLevel.L1,
    )


def _queried(collection: Collection, segment: SegmentInfo, indexes: dict[int, IndexStatus]) -> Message:
    serving = next((indexes[index] for index in segment.index_ids if index in indexes), None)
    return milvus_pb2.QuerySegmentInfo(
        segmentID=segment.id,
        collectionID=collection.id,
        partitionID=segment.partition_id,
        num_rows=segment.row_count,
        mem_size=segment.size_bytes,
        index_name=serving.name if serving else "",
        indexID=serving.id if serving else 0,
        nodeID=_ONLY_NODE,
        nodeIds=[_ONLY_NODE],
        state=_GROWING if segment.is_growing else _FLUSHED,
        level=common_pb2.SegmentLevel.L1,
    )


def _compaction_state(status: CompactionStatus) -> int:
    states = common_pb2.CompactionState
    executing: int = states.Executing if status.executing else states.Completed
    return executing
