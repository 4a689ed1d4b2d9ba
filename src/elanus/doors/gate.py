"""Who is let in to which call: asked of every call from the network while authentication is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elanus.doors import health
from elanus.doors.grpc_v1 import messages as v1
from elanus.doors.grpc_v2 import messages as v2
from elanus.doors.grpc_v2.access import authenticated, permitted
from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.needs import need_of
from elanus.service.access import Access


def gated(handlers: Mapping[str, Handler], access: Access) -> dict[str, Handler]:
    """The same handlers for callers who must say who they are. Raise Unauthenticated, PermissionDenied.

    Clients of 1.x cannot say it: their handlers refuse by themselves. gRPC's own health service is open to all.
    """
    return {path: _gated(path, handler, access) for path, handler in handlers.items()}


def _gated(path: str, handler: Handler, access: Access) -> Handler:
    if path in v1.RPCS or path == health.CHECK:
        return handler
    if path in v2.RPCS:
        return permitted(handler, need_of(v2.RPCS[path]), access)
    return _identified(handler, access)


def _identified(handler: Handler, access: Access) -> Handler:
    """What only Elanus has asks for its privileges itself: they depend on what is in the request."""

    def call(request: Any, context: CallContext) -> Any:
        context.caller = authenticated(context, access)
        return handler(request, context)

    return call
