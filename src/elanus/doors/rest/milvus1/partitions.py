"""Calls on partitions."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request
from elanus.doors.rest.milvus1.call import GONE, MADE, Body, Reply, body_of, endpoint, page_of
from elanus.engine.collection import Collection
from elanus.service import Service


class Tag(Body, frozen=True, kw_only=True):
    partition_tag: str


class PartitionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._partitions = service.v1.partitions

    def endpoints(self) -> list[Endpoint]:
        path = "/collections/{collection}/partitions"
        return [
            endpoint("POST", path, self.create, "Make a partition.", Tag),
            endpoint("GET", path, self.list, "Partitions, a page of them."),
            endpoint("DELETE", path, self.drop, "Drop a partition with its rows.", Tag),
        ]

    def create(self, request: Request) -> Reply:
        self._partitions.create(self._collection(request), body_of(request, Tag).partition_tag)
        return MADE

    def list(self, request: Request) -> Reply:
        tags = list(self._collection(request).partitions)
        shown = [{"partition_tag": tag} for tag in page_of(request, tags)]
        return Reply({"partitions": shown, "count": len(tags)})

    def drop(self, request: Request) -> Reply:
        self._partitions.drop(self._collection(request), body_of(request, Tag).partition_tag)
        return GONE

    def _collection(self, request: Request) -> Collection:
        return self._collections.table(request.parameters["collection"]).collection
