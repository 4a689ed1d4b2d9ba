"""Calls to the process that has the data directory open, over its Unix socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from elanus.doors.grpc_v2.call import Metadata
from elanus.doors.protocols import RPCS, response_class

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_retries", 0),
)
_READY_TIMEOUT_S = 5.0


class OwnerLost(Exception):
    """The owner's socket does not answer (any more)."""


class Owner:
    """A connection to the owner at a socket address. Raises OwnerLost when nobody answers there."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        self._methods: dict[str, Callable[..., Any]] = {}
        self._was_ready = False
        self.lost = False
        try:
            grpc.channel_ready_future(self._channel).result(_READY_TIMEOUT_S)
        except grpc.FutureTimeoutError:
            self._channel.close()
            raise OwnerLost(address) from None
        self._channel.subscribe(self._state_changed)

    def call(self, path: str, request: Any, timeout_s: float | None, metadata: Metadata | None) -> Any:
        """The answer. Raises OwnerLost, or the gRPC error of a refused call."""
        method = self._methods.get(path) or self._bound(path)
        try:
            return method(request, timeout=timeout_s, metadata=_text_only(metadata))
        except grpc.RpcError as error:
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
                raise OwnerLost(self.address) from error
            raise

    def close(self) -> None:
        self._channel.close()

    def _bound(self, path: str) -> Callable[..., Any]:
        if path in RPCS:
            method = self._channel.unary_unary(
                path,
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response_class(path).FromString,
            )
        else:
            method = self._channel.unary_unary(path)
        bound: Callable[..., Any] = self._methods.setdefault(path, method)
        return bound

    def _state_changed(self, state: grpc.ChannelConnectivity) -> None:
        """Told by gRPC: a connection that was there and is not any more is lost before a call finds out."""
        if state is grpc.ChannelConnectivity.READY:
            self._was_ready = True
        elif self._was_ready:
            self.lost = True


def _text_only(metadata: Metadata | None) -> list[tuple[str, str | bytes]] | None:
    """gRPC takes only texts and bytes; in-process callers pass what they like."""
    if metadata is None:
        return None
    return [(key, value if isinstance(value, str | bytes) else str(value)) for key, value in metadata]
