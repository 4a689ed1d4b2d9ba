"""Every call of the low-level API."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping

from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.generations import marked
from elanus.doors.grpc_v2.messages import path, request_class, response_class
from elanus.doors.grpc_v2.status import failure, status_of
from elanus.doors.rest.access import not_authenticated
from elanus.doors.rest.credentials import credentials_of
from elanus.doors.rest.endpoint import Answer, Endpoint
from elanus.doors.rest.exchange import Request, Response, json_response
from elanus.doors.rest.lowlevel.calls import CALLS, PREFIX
from elanus.doors.rest.lowlevel.go_json import answered
from elanus.doors.rest.lowlevel.requests import read_request
from elanus.errors import BodyUnreadable, NotImplementedYet, PermissionDenied, Unauthenticated
from elanus.index.generation import Generation

logger = logging.getLogger(__name__)

_ILLEGAL_ARGUMENT = 5
_UNEXPECTED_ERROR = 1
_IDENTIFIER = ("identifier", str(marked(0, Generation.V2_0)))
"""Who uses this API does so as it was made: an index may be dropped while loaded."""


def endpoints(handlers: Mapping[str, Handler]) -> list[Endpoint]:
    """handlers  of gRPC, by path: they ask for privileges themselves"""
    health = Endpoint("GET", f"{PREFIX}/health", _healthy, PREFIX, "Whether the server answers.", vital=True)
    calls = [
        Endpoint(method, PREFIX + place, _answer(name, handlers), PREFIX, f"The RPC {name}, its message as the body.")
        for (method, place), name in CALLS.items()
    ]
    return [health, *calls]


def _answer(name: str, handlers: Mapping[str, Handler]) -> Answer:
    handler = handlers.get(path(name), _refusing(name))

    def answer(request: Request) -> Response:
        try:
            message = read_request(name, request_class(path(name)), request.body)
        except BodyUnreadable as wrong:
            return json_response({"error_code": _ILLEGAL_ARGUMENT, "reason": wrong.message}, 400, failed=True)
        try:
            return json_response(answered(handler(message, _context(request))))
        except Unauthenticated:
            return not_authenticated()
        except PermissionDenied as denied:
            return json_response({"error_code": _UNEXPECTED_ERROR, "reason": denied.message}, 403, failed=True)
        except Exception as error:
            logger.exception("failed", extra={"fields": {"call": name}})
            return json_response({"error_code": _UNEXPECTED_ERROR, "reason": str(error)}, 500, failed=True)

    return answer


def _refusing(name: str) -> Handler:
    refusal = NotImplementedYet(f"{name} is not implemented by Elanus yet")
    answer_class = response_class(path(name))
    has_status = "status" in answer_class.DESCRIPTOR.fields_by_name
    return lambda _request, _context: failure(answer_class, refusal) if has_status else status_of(refusal)


def _context(request: Request) -> CallContext:
    """With the credentials of the header as clients of gRPC send them."""
    claimed = credentials_of(request.headers)
    token = b64encode(f"{claimed.user}:{claimed.password}".encode()).decode() if claimed.user else ""
    return CallContext([_IDENTIFIER, ("authorization", token)])


def _healthy(_request: Request) -> Response:
    return json_response({"status": "ok"})
