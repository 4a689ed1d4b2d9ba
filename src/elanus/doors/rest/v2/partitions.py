"""Calls on partitions."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection, OfPartition, OfPartitions
from elanus.engine.collection import Collection
from elanus.service import Service
from elanus.service.load import LoadRequest


class PartitionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._partitions = service.partitions
        self._loads = service.loads

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("partitions/list", OfCollection, self.list, "Names of the partitions."),
            V2.endpoint("partitions/has", OfPartition, self.has, "Whether there is this partition."),
            V2.endpoint("partitions/get_stats", OfPartition, self.get_stats, "Number of rows."),
            V2.endpoint("partitions/create", OfPartition, self.create, "Make a partition."),
            V2.endpoint("partitions/drop", OfPartition, self.drop, "Drop a released partition with its rows."),
            V2.endpoint("partitions/load", OfPartitions, self.load, "Make partitions searchable."),
            V2.endpoint("partitions/release", OfPartitions, self.release, "Make partitions not searchable."),
        ]

    def list(self, body: OfCollection, context: Context) -> Reply:
        return Reply(list(self._collection(body, context).partitions))

    def has(self, body: OfPartition, context: Context) -> Reply:
        return Reply({"has": body.partition_name in self._collection(body, context).partitions})

    def get_stats(self, body: OfPartition, context: Context) -> Reply:
        return Reply({"rowCount": self._partitions.row_count(self._collection(body, context), body.partition_name)})

    def create(self, body: OfPartition, context: Context) -> Reply:
        self._partitions.create(self._collection(body, context), body.partition_name)
        return Reply()

    def drop(self, body: OfPartition, context: Context) -> Reply:
        self._partitions.drop(self._collection(body, context), body.partition_name)
        return Reply()

    def load(self, body: OfPartitions, context: Context) -> Reply:
        wanted = LoadRequest(partitions=tuple(body.partition_names))
        self._loads.load_partitions(self._collection(body, context), wanted)
        return Reply()

    def release(self, body: OfPartitions, context: Context) -> Reply:
        self._loads.release_partitions(self._collection(body, context), body.partition_names)
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)
