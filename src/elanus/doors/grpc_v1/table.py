"""All handlers by gRPC path."""

from __future__ import annotations

from typing import Any

from elanus.doors.grpc_v1.collections import CollectionCalls
from elanus.doors.grpc_v1.data import DataCalls
from elanus.doors.grpc_v1.indexes import IndexCalls
from elanus.doors.grpc_v1.messages import Message, path, response_class
from elanus.doors.grpc_v1.partitions import PartitionCalls
from elanus.doors.grpc_v1.search import SearchCalls
from elanus.doors.grpc_v1.status import Handler, failure, guarded
from elanus.doors.grpc_v1.system import SystemCalls
from elanus.service import Service
from elanus.service.v1.closed import refusal

_PARTS: tuple[Any, ...] = (CollectionCalls, DataCalls, IndexCalls, PartitionCalls, SearchCalls, SystemCalls)


def handlers(service: Service) -> dict[str, Handler]:
    """Path -> handler; while callers must say who they are, each refuses."""
    offered = _handlers(service)
    if service.access.enforced:
        return {rpc_path: _closed(response_class(rpc_path)) for rpc_path in offered}
    return offered


def _handlers(service: Service) -> dict[str, Handler]:
    """The public methods of the ``...Calls`` classes have the names of their RPCs."""
    table: dict[str, Handler] = {}
    for part in _PARTS:
        calls = part(service)
        for name in vars(part):
            if not name.startswith("_"):
                table[path(name)] = guarded(name, getattr(calls, name), response_class(path(name)))
    return table


def _closed(answer_class: type[Message]) -> Handler:
    return lambda _request, _context: failure(answer_class, refusal())
