"""RPCs on resource groups: there is one, of one node, with everything in it. Others cannot be made."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.errors import ResourceGroupNotFound
from elanus.service import Service

ONLY_GROUP = "__default_resource_group"


class ResourceGroupCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._databases = service.databases

    def ListResourceGroups(self, _request: Message, _context: CallContext) -> Message:
        return milvus_pb2.ListResourceGroupsResponse(status=ok(), resource_groups=[ONLY_GROUP])

    def DescribeResourceGroup(self, request: Message, _context: CallContext) -> Message:
        if request.resource_group != ONLY_GROUP:
            raise ResourceGroupNotFound(f"resource group not found[rg={request.resource_group}]")
        group = milvus_pb2.ResourceGroup(
            name=ONLY_GROUP, capacity=1, num_available_node=1, num_loaded_replica=self._loaded_replicas()
        )
        return milvus_pb2.DescribeResourceGroupResponse(status=ok(), resource_group=group)

    def _loaded_replicas(self) -> dict[str, int]:
        every = [one for database in self._databases.list() for one in self._collections.list(database.name)]
        return {one.name: 1 for one in every if one.view.loaded_partitions is not None}
