"""The in-process channel: a ``grpc.Channel`` whose calls are function calls.

The route of a call is the database this process has open, or its owner when that is another process. When the owner
goes away the next call finds a new route: this process opens the directory itself, or meets a new owner.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from elanus.doors.embedded.answers import EndedCall, RefusedCall
from elanus.doors.embedded.database import OpenDatabase, give_back, take
from elanus.doors.embedded.owner import Owner, OwnerLost
from elanus.doors.grpc_v2.call import CallContext, Metadata
from elanus.doors.protocols import RPCS, failure, refusal
from elanus.errors import DirectoryInUse, OwnerGone, Unavailable

_OWNER_STARTS_WITHIN_S = 10.0
_READING = ("Get", "Describe", "Show", "Has", "List", "Search", "Query", "Hybrid", "Check", "Connect", "Alloc")
"""How the names of calls begin that change nothing: they may be asked again of a new owner."""


class EmbeddedChannel(grpc.Channel):  # type: ignore[misc]
    """A channel to the data directory at ``path``. Safe for many threads; give it to any client that takes one."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser().resolve()
        self._routing = threading.RLock()
        self._closed = False
        self._route: OpenDatabase | Owner | None = None
        self._route = self._find_route()
        _CHANNELS.add(self)

    def call(self, path: str, request: Any, timeout_s: float | None = None, metadata: Metadata | None = None) -> Any:
        """The answer to one call. Raises RefusedCall for a path that nobody handles."""
        route = self._route
        if type(route) is OpenDatabase:
            handler = route.handlers.get(path)
            if handler is None:
                raise RefusedCall(grpc.StatusCode.UNIMPLEMENTED, refusal(path))
            return handler(request, CallContext(metadata))
        return self._call_owner(path, request, timeout_s, metadata)

    def _call_owner(self, path: str, request: Any, timeout_s: float | None, metadata: Metadata | None) -> Any:
        route = self._route
        try:
            if isinstance(route, Owner) and not route.lost:
                return route.call(path, request, timeout_s, metadata)
        except OwnerLost:
            if not _reads(path):
                self._reroute(route)
                return _refused(path, OwnerGone(
                    f"the process that had {self.path} open ended during this call: it may or may not have been done;"
                    " look, then send it again (the directory is open again)"
                ))  # fmt: skip
        try:
            self._reroute(route)
        except Unavailable as error:
            return _refused(path, error)
        return self.call(path, request, timeout_s, metadata)

    def _reroute(self, lost: OpenDatabase | Owner | None) -> None:
        """A new route in place of a lost one, unless another thread has found it already."""
        with self._routing:
            if self._closed:
                raise ValueError("Cannot invoke RPC on closed channel!")
            if self._route is lost:
                self._leave(lost)
                self._route = None
                self._route = self._find_route()

    def _find_route(self) -> OpenDatabase | Owner:
        """The directory opened here, else its owner; an owner that is starting or ending is waited for."""
        deadline = time.monotonic() + _OWNER_STARTS_WITHIN_S
        while True:
            try:
                return take(self.path)
            except DirectoryInUse as used:
                if used.address:
                    try:
                        return Owner(used.address)
                    except OwnerLost:
                        pass
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _leave(self, route: OpenDatabase | Owner | None) -> None:
        if isinstance(route, OpenDatabase):
            give_back(route)
        elif isinstance(route, Owner):
            route.close()

    def _forget_route(self) -> None:
        """In a forked child: the parent's engine is not ours."""
        self._routing = threading.RLock()
        self._route = None

    # ---- what grpc.Channel asks for ---------------------------------------------------------------------------

    def unary_unary(self, method: str, *_args: Any, **_kwargs: Any) -> _Method:
        return _Method(self, method)

    def unary_stream(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def stream_unary(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def stream_stream(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def subscribe(self, callback: Callable[[grpc.ChannelConnectivity], None], try_to_connect: bool = False) -> None:
        callback(grpc.ChannelConnectivity.READY)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        """Nothing is ever reported after the first READY."""

    def close(self) -> None:
        """Leaves the database; closed by its last channel. Twice does nothing."""
        with self._routing:
            if not self._closed:
                self._closed = True
                route, self._route = self._route, None
                self._leave(route)

    def __enter__(self) -> EmbeddedChannel:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __deepcopy__(self, _memo: object) -> EmbeddedChannel:
        """``pymilvus.connections`` copies what it is given for a later reconnect."""
        return self


class _Method(grpc.UnaryUnaryMultiCallable):  # type: ignore[misc]
    """One method of the channel. Deserialisers and the like are not needed: messages stay objects."""

    __slots__ = ("_call", "_path")

    def __init__(self, channel: EmbeddedChannel, path: str) -> None:
        self._call = channel.call
        self._path = path

    def __call__(self, request: Any, timeout: float | None = None, metadata: Metadata | None = None,
                 *_args: Any, **_kwargs: Any) -> Any:  # fmt: skip
        return self._call(self._path, request, timeout, metadata)

    def with_call(self, request: Any, timeout: float | None = None, metadata: Metadata | None = None,
                  *_args: Any, **_kwargs: Any) -> tuple[Any, EndedCall]:  # fmt: skip
        response = self._call(self._path, request, timeout, metadata)
        return response, EndedCall(response)

    def future(self, request: Any, timeout: float | None = None, metadata: Metadata | None = None,
               *_args: Any, **_kwargs: Any) -> EndedCall:  # fmt: skip
        """Done when it returns: the call runs on this thread."""
        try:
            return EndedCall(self._call(self._path, request, timeout, metadata))
        except grpc.RpcError as error:
            return EndedCall(None, error)


def _reads(path: str) -> bool:
    return path.rpartition("/")[2].startswith(_READING)


def _refused(path: str, error: Unavailable) -> Any:
    if path not in RPCS:
        raise error
    return failure(path, error)


def not_offered(method: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise RefusedCall(grpc.StatusCode.UNIMPLEMENTED, refusal(method))

    return refuse


_CHANNELS: weakref.WeakSet[EmbeddedChannel] = weakref.WeakSet()


def _forget_routes_in_child() -> None:
    for channel in list(_CHANNELS):
        channel._forget_route()


os.register_at_fork(after_in_child=_forget_routes_in_child)
