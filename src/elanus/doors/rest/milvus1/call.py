"""How a call is read and answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import msgspec

from elanus import errors
from elanus.doors.grpc_v1.status import status_of
from elanus.doors.options import whole
from elanus.doors.rest.bodies import members, read
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import NO_WORK, Request, Response, Work, json_response
from elanus.errors import Error, Unexpected

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)

OK: Mapping[str, Any] = {"code": 0, "message": "OK"}
_HTTP_STATUSES: Mapping[int, int] = {3: 401, 4: 404}
"""Of a caller who is not known, and of a collection that is not there; of all else it is 400."""
_CODES: Mapping[type[Error], int] = {errors.BodyIncomplete: 34, errors.BodyUnreadable: 36}
"""Of refusals that only this API has; the others have the numbers of 1.x's gRPC."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every body. Heirs say ``frozen=True, kw_only=True`` too."""


@dataclass(frozen=True, slots=True)
class Reply:
    """content None = no body"""

    content: Any = None
    status: int = 200
    work: Work = NO_WORK


DONE = Reply(OK)
MADE = Reply(OK, 201)
GONE = Reply(status=204)

Handle: TypeAlias = Callable[[Request], Reply]


def endpoint(method: str, path: str, handle: Handle, summary: str, body: type | None = None) -> Endpoint:
    def answer(request: Request) -> Response:
        try:
            reply = handle(request)
        except Error as error:
            return refused(error)
        except Exception as error:
            logger.exception("failed", extra={"fields": {"call": f"{method} {path}"}})
            return refused(Unexpected(f"unexpected error: {type(error).__name__}: {error}"))
        if reply.content is None:
            return Response(status=reply.status, content_type="")
        return json_response(reply.content, reply.status, work=reply.work)

    return Endpoint(method, path, answer, "Milvus 1.x", summary, body, PAGING if method == "GET" else ())


PAGING = ("offset", "page_size", "all_required")


def body_of(request: Request, kind: type[T]) -> T:
    """Raises BodyIncomplete, BodyUnreadable."""
    return read(members(request.body), kind)


def page_of(request: Request, things: Sequence[Any]) -> Sequence[Any]:
    """The part of a list that was asked for: ten from ``offset``, or another size, or all. Raises ParameterInvalid."""
    if request.query.get("all_required", "").lower() == "true":
        return things
    offset = whole(request.query.get("offset", 0), "offset")
    size = whole(request.query.get("page_size", 10), "page_size")
    if offset < 0 or size < 0:
        raise errors.ParameterInvalid(f"offset ({offset}) and page_size ({size}) must not be negative")
    return things[offset : offset + size]


def refused(error: Error) -> Response:
    status = status_of(error)
    code = _CODES.get(type(error), status.error_code)
    return json_response({"code": code, "message": status.reason}, _HTTP_STATUSES.get(code, 400), failed=True)
