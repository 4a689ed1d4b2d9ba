"""RPCs on partitions."""

from __future__ import annotations

from elanus.doors.grpc_v1.messages import BoolReply, Message, PartitionList
from elanus.doors.grpc_v1.status import ok
from elanus.engine.collection import Collection
from elanus.service import Service


class PartitionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._partitions = service.v1.partitions

    def CreatePartition(self, request: Message, _context: object) -> Message:
        self._partitions.create(self._collection(request), request.tag)
        return ok()

    def HasPartition(self, request: Message, _context: object) -> Message:
        return BoolReply(status=ok(), bool_reply=self._partitions.has(self._collection(request), request.tag))

    def ShowPartitions(self, request: Message, _context: object) -> Message:
        return PartitionList(status=ok(), partition_tag_array=list(self._collection(request).partitions))

    def DropPartition(self, request: Message, _context: object) -> Message:
        self._partitions.drop(self._collection(request), request.tag)
        return ok()

    def _collection(self, request: Message) -> Collection:
        return self._collections.table(request.collection_name).collection
