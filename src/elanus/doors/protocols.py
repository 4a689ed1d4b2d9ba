"""The calls of every generation of Milvus, by path: their messages, their handlers, how they are refused.

The packages differ (``milvus.grpc`` of 1.x, ``milvus.proto.milvus`` since), so one port serves them side by side.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import message_factory

from elanus.doors import health
from elanus.doors.grpc_v1 import messages as v1
from elanus.doors.grpc_v1 import status as v1_status
from elanus.doors.grpc_v1 import table as v1_table
from elanus.doors.grpc_v2 import messages as v2
from elanus.doors.grpc_v2 import status as v2_status
from elanus.doors.grpc_v2 import table as v2_table
from elanus.doors.grpc_v2.call import Handler
from elanus.doors.unknown_calls import unknown_call
from elanus.errors import Error
from elanus.service import Service

RPCS: dict[str, Any] = {**v1.RPCS, **v2.RPCS}
"""Descriptor of every RPC, by path."""


def request_class(rpc_path: str) -> type[Any]:
    found: type[Any] = message_factory.GetMessageClass(RPCS[rpc_path].input_type)
    return found


def response_class(rpc_path: str) -> type[Any]:
    found: type[Any] = message_factory.GetMessageClass(RPCS[rpc_path].output_type)
    return found


def handlers(service: Service) -> dict[str, Handler]:
    """Path -> handler, of all generations and of gRPC's own health service."""
    return {**v1_table.handlers(service), **v2_table.handlers(service), health.CHECK: health.HealthCall(service).check}


def failure(rpc_path: str, error: Error) -> Any:
    """The answer of this call that carries nothing but the failure."""
    made = v1_status.failure if rpc_path in v1.RPCS else v2_status.failure
    return made(response_class(rpc_path), error)


def refusal(rpc_path: str) -> str:
    """What gRPC's UNIMPLEMENTED says about a path that has no handler."""
    if rpc_path in RPCS:
        return f"{RPCS[rpc_path].name} is not implemented by Elanus yet"
    return unknown_call(rpc_path, RPCS)
