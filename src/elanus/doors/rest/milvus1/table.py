"""Every call of the API."""

from __future__ import annotations

from dataclasses import replace

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response
from elanus.doors.rest.milvus1.call import refused
from elanus.doors.rest.milvus1.collections import CollectionCalls
from elanus.doors.rest.milvus1.indexes import IndexCalls
from elanus.doors.rest.milvus1.partitions import PartitionCalls
from elanus.doors.rest.milvus1.segments import SegmentCalls
from elanus.doors.rest.milvus1.system import SystemCalls
from elanus.doors.rest.milvus1.vectors import VectorCalls
from elanus.service import Service
from elanus.service.v1.closed import refusal

_OPEN = ("/", "/state")
_PARTS = (CollectionCalls, IndexCalls, PartitionCalls, SegmentCalls, VectorCalls, SystemCalls)


def endpoints(service: Service) -> list[Endpoint]:
    """While callers must say who they are, each refuses but those that say the server is there."""
    offered = [one for part in _PARTS for one in part(service).endpoints()]
    if service.access.enforced:
        return [one if one.path in _OPEN else replace(one, answer=_closed) for one in offered]
    return offered


def _closed(_request: Request) -> Response:
    return refused(refusal())
