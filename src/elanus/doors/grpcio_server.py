"""The handlers on a server of grpcio: one listener or several, TCP or Unix socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from elanus.doors.denials import status_name
from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.protocols import RPCS, refusal, request_class
from elanus.errors import Denied, NotReady

MAX_RECEIVE_BYTES = 512 * 2**20
"""Milvus takes 64 MiB; pymilvus happily sends more in one insert."""

_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
    # pymilvus pings every 10 s, also while a long call is under way; without these grpc hangs up on it.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
    ("grpc.http2.max_ping_strikes", 0),
)


class GrpcServer:
    """Serves handlers by path. A path outside the Milvus protocol carries plain bytes both ways."""

    def __init__(self, handlers: Mapping[str, Handler], threads: int = 16) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="elanus-grpc")
        self._server = grpc.server(self._pool, handlers=[_Router(handlers)], options=_OPTIONS)

    def bind(self, address: str) -> int:
        """Adds a listener (``host:port``, port 0 = any free one; ``unix:/path``); the port. Raises NotReady."""
        try:
            port: int = self._server.add_insecure_port(address)
        except RuntimeError:
            port = 0
        if not port:
            raise NotReady(f"cannot listen on {address}: is it in use by another process? Choose another address.")
        return port

    def start(self) -> None:
        self._server.start()

    def stop(self, grace_s: float) -> None:
        """No new calls; those under way have this long to end. Returns when the last thread has ended."""
        self._server.stop(grace_s).wait()
        self._pool.shutdown(wait=True)


class _Router(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._methods = {path: _method(path, handler) for path, handler in handlers.items()}

    def service(self, details: Any) -> Any:
        return self._methods.get(details.method) or _refused(details.method)


def _method(path: str, handler: Handler) -> Any:
    return grpc.unary_unary_rpc_method_handler(
        _served(handler),
        request_deserializer=request_class(path).FromString if path in RPCS else None,
        response_serializer=_serialized if path in RPCS else None,
    )


def _served(handler: Handler) -> Callable[[Any, Any], Any]:
    def serve(request: Any, context: Any) -> Any:
        try:
            return handler(request, CallContext(context.invocation_metadata()))
        except Denied as denied:
            context.abort(grpc.StatusCode[status_name(denied)], denied.message)

    return serve


def _serialized(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data


def _refused(path: str) -> Any:
    def refuse(_request: Any, context: Any) -> None:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, refusal(path))

    return grpc.unary_unary_rpc_method_handler(refuse)
