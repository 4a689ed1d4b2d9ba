"""RPCs on the connection and the server itself."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime

import orjson

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.generations import identifiers, marked, of_release
from elanus.doors.grpc_v2.messages import Message, common_pb2, milvus_pb2
from elanus.doors.grpc_v2.parameters import json_object
from elanus.doors.grpc_v2.status import ok
from elanus.errors import NotImplementedYet
from elanus.service import Service

_SYSTEM_INFO = "system_info"


class SystemCalls:
    def __init__(self, service: Service) -> None:
        self._admin = service.admin
        self._databases = service.databases
        self._started = datetime.now(UTC)
        self._identifiers = identifiers(service.admin.allocate_timestamp())

    def Connect(self, request: Message, context: CallContext) -> Message:
        self._databases.get(context.connected_database())
        version = self._admin.version()
        server = common_pb2.ServerInfo(
            build_tags=version,
            build_time=self._started.isoformat(),
            git_commit="",
            go_version=f"python {platform.python_version()}",
            deploy_mode="STANDALONE",
        )
        identifier = marked(next(self._identifiers), of_release(request.client_info.sdk_version))
        return milvus_pb2.ConnectResponse(status=ok(), identifier=identifier, server_info=server)

    def GetVersion(self, _request: Message, _context: CallContext) -> Message:
        return milvus_pb2.GetVersionResponse(status=ok(), version=self._admin.version())

    def CheckHealth(self, _request: Message, _context: CallContext) -> Message:
        parts = self._admin.health()
        reasons = [f"{part.name}: {reason}" for part in parts for reason in part.reasons]
        return milvus_pb2.CheckHealthResponse(status=ok(), isHealthy=all(part.works for part in parts), reasons=reasons)

    def AllocTimestamp(self, _request: Message, _context: CallContext) -> Message:
        return milvus_pb2.AllocTimestampResponse(status=ok(), timestamp=self._admin.allocate_timestamp())

    def GetComponentStates(self, _request: Message, _context: CallContext) -> Message:
        component = milvus_pb2.ComponentInfo(nodeID=1, role="standalone", state_code=common_pb2.StateCode.Healthy)
        return milvus_pb2.ComponentStates(status=ok(), state=component)

    def Dummy(self, _request: Message, _context: CallContext) -> Message:
        """A hook of Milvus's own tests; whatever it is asked, it does not do it."""
        return milvus_pb2.DummyResponse(response='{"status": "fail"}')

    def RegisterLink(self, _request: Message, _context: CallContext) -> Message:
        return milvus_pb2.RegisterLinkResponse(status=ok())

    def GetMetrics(self, request: Message, _context: CallContext) -> Message:
        """The node and its version, as tools expect them of ``system_info``. Raises NotImplementedYet: another kind."""
        kind = json_object(request.request, "request").get("metric_type")
        if kind != _SYSTEM_INFO:
            raise NotImplementedYet(f"metric_type {kind} is not implemented by Elanus yet, known is {_SYSTEM_INFO}")
        node = {
            "identifier": 1,
            "connected": [],
            "infos": {
                "name": "standalone",
                "id": 1,
                "type": "standalone",
                "has_error": False,
                "error_reason": "",
                "hardware_infos": {"cpu_core_count": os.cpu_count(), "memory": _memory_bytes()},
                "system_info": {"build_version": self._admin.version(), "deploy_mode": "STANDALONE"},
                "created_time": self._started.isoformat(),
            },
        }
        answer = orjson.dumps({"nodes_info": [node], "request": request.request}).decode()
        return milvus_pb2.GetMetricsResponse(status=ok(), response=answer, component_name="standalone")


def _memory_bytes() -> int:
    """Of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
