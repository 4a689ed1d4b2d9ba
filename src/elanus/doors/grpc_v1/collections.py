"""RPCs on collections."""

from __future__ import annotations

import orjson

from elanus.doors.grpc_v1.messages import (
    BoolReply,
    CollectionInfo,
    CollectionNameList,
    CollectionRowCount,
    CollectionSchema,
    Message,
)
from elanus.doors.grpc_v1.status import ok
from elanus.service import Service
from elanus.service.v1.collections import NewTable
from elanus.service.v1.statistics import PartitionStatistics, statistics
from elanus.service.v1.table import METRICS

_NUMBERS = {metric: number for number, metric in METRICS.items()}

_SEGMENT_NAMES = {
    "FLAT": "IDMAP",
    "BIN_FLAT": "IDMAP",
    "IVF_FLAT": "IVFFLAT",
    "BIN_IVF_FLAT": "IVFFLAT",
    "IVF_SQ8": "IVFSQ8",
    "IVF_PQ": "PQ",
    "RNSG": "NSG",
}
"""What the statistics of 1.x call the index of a segment, where it is not the name of the type."""


class CollectionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections

    def CreateCollection(self, request: Message, _context: object) -> Message:
        self._collections.create(
            NewTable(request.collection_name, request.dimension, request.index_file_size, request.metric_type)
        )
        return ok()

    def HasCollection(self, request: Message, _context: object) -> Message:
        return BoolReply(status=ok(), bool_reply=self._collections.has(request.collection_name))

    def DescribeCollection(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        return CollectionSchema(
            status=ok(),
            collection_name=request.collection_name,
            dimension=table.vector.dim,
            index_file_size=table.index_file_size,
            metric_type=_NUMBERS[table.metric],
        )

    def CountCollection(self, request: Message, _context: object) -> Message:
        count = self._collections.count(self._collections.table(request.collection_name))
        return CollectionRowCount(status=ok(), collection_row_count=count)

    def ShowCollections(self, _request: Message, _context: object) -> Message:
        return CollectionNameList(status=ok(), collection_names=self._collections.names())

    def ShowCollectionInfo(self, request: Message, _context: object) -> Message:
        partitions = statistics(self._collections.table(request.collection_name))
        info = {"partitions": [_info(one) for one in partitions], "row_count": sum(one.row_count for one in partitions)}
        return CollectionInfo(status=ok(), json_info=orjson.dumps(info).decode())

    def DropCollection(self, request: Message, _context: object) -> Message:
        self._collections.drop(request.collection_name)
        return ok()

    def PreloadCollection(self, request: Message, _context: object) -> Message:
        self._collections.preload(self._collections.table(request.collection_name), tuple(request.partition_tag_array))
        return ok()

    def ReleaseCollection(self, request: Message, _context: object) -> Message:
        self._collections.release(self._collections.table(request.collection_name), tuple(request.partition_tag_array))
        return ok()


def _info(partition: PartitionStatistics) -> dict[str, object]:
    segments = [
        {
            "data_size": segment.data_size,
            "index_name": _SEGMENT_NAMES.get(segment.index_type, segment.index_type),
            "name": segment.name,
            "row_count": segment.row_count,
        }
        for segment in partition.segments
    ]
    return {"row_count": partition.row_count, "segments": segments, "tag": partition.tag}
