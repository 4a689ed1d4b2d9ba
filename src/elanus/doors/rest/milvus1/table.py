"""Every call of the API."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.milvus1.collections import CollectionCalls
from elanus.doors.rest.milvus1.indexes import IndexCalls
from elanus.doors.rest.milvus1.partitions import PartitionCalls
from elanus.doors.rest.milvus1.segments import SegmentCalls
from elanus.doors.rest.milvus1.system import SystemCalls
from elanus.doors.rest.milvus1.vectors import VectorCalls
from elanus.service import Service

_PARTS = (CollectionCalls, IndexCalls, PartitionCalls, SegmentCalls, VectorCalls, SystemCalls)


def endpoints(service: Service) -> list[Endpoint]:
    return [one for part in _PARTS for one in part(service).endpoints()]
