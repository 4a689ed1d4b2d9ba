"""Before a call: who is it, and may they? The credentials travel beside the request, as Milvus's clients send them."""

from __future__ import annotations

from base64 import b64decode

from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.needs import Need
from elanus.errors import Unauthenticated
from elanus.service.access import Access, Caller


def permitted(handler: Handler, need: Need, access: Access) -> Handler:
    """The handler, for callers who have what the call needs. Raises Unauthenticated, PermissionDenied."""

    def call(request: Message, context: CallContext) -> Message:
        context.caller = caller = authenticated(context, access)
        for asked in need(request, context):
            access.require(caller, asked.privilege, asked.database, asked.target)
        return handler(request, context)

    return call


def authenticated(context: CallContext, access: Access) -> Caller:
    """Raises Unauthenticated."""
    token = context.authorization()
    if not token:
        raise Unauthenticated("missing authorization in header")
    user, password = _credentials(token)
    return access.authenticate(user, password)


def _credentials(token: str) -> tuple[str, str]:
    """Of base64 of ``user:password``; an API key of a cloud is none."""
    try:
        plain = b64decode(token, validate=True).decode()
    except ValueError:
        raise Unauthenticated("invalid token format") from None
    user, colon, password = plain.partition(":")
    if not colon:
        raise Unauthenticated("auth check failure, please check api key is correct")
    return user, password
