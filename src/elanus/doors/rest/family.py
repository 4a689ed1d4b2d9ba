"""How a call of the high-level APIs is read and answered: ``{"code":…,"data":…}``, refused with HTTP 200 as well."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import msgspec

from elanus.doors.rest.bodies import Body, members, read
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import NO_WORK, Request, Response, Work, json_response
from elanus.errors import Error, NotImplementedYet, PermissionDenied, Unexpected
from elanus.service.access import ANONYMOUS, Caller

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=Body)


@dataclass(frozen=True, slots=True)
class Context:
    """What travels beside a body.

    database       its own word, else the header's; "" = the default one
    int64_as_text  the client asked for 64-bit integers as texts
    """

    database: str = ""
    int64_as_text: bool = False
    caller: Caller = ANONYMOUS


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answers. beside  members next to ``data``"""

    data: Any = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)
    work: Work = NO_WORK


Handle: TypeAlias = Callable[[T, Context], Reply]
"""(body, context) -> reply; raises errors of :mod:`elanus.errors`."""


@dataclass(frozen=True, slots=True)
class Family:
    """A generation of the API: where it is, and the ``code`` of its success."""

    prefix: str
    success: int

    def endpoint(self, path: str, body: type[T], handle: Handle[T], summary: str) -> Endpoint:
        """A call that is posted as JSON."""
        answer = self._answer(path, body, handle, lambda request: members(request.body))
        return Endpoint("POST", self.prefix + path, answer, self._group(path), summary, body)

    def page(self, path: str, body: type[T], handle: Handle[T], summary: str) -> Endpoint:
        """A call that is asked for with query parameters."""
        names = tuple(one.encode_name for one in msgspec.structs.fields(body))
        answer = self._answer(path, body, handle, lambda request: request.query)
        return Endpoint("GET", self.prefix + path, answer, self._group(path), summary, query=names)

    def not_offered(self, path: str, what: str) -> Endpoint:
        """A call of Milvus that says it is not there yet."""
        text = f"{what} are not implemented by Elanus yet: {self.prefix}{path}"

        def answer(_request: Request) -> Response:
            return failure(NotImplementedYet(text))

        return Endpoint("POST", self.prefix + path, answer, self._group(path), f"Not implemented yet: {what}.")

    def _answer(
        self, path: str, body: type[T], handle: Handle[T], content_of: Callable[[Request], Mapping[str, Any]]
    ) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                sent = content_of(request)
                asked, context = read(sent, body), _context(request, sent)
                request.permit.check(asked.subjects(context.database))
                reply = handle(asked, context)
                return json_response({"code": self.success, **reply.beside, "data": reply.data}, work=reply.work)
            except PermissionDenied as denied:
                return failure(denied, 403)
            except Error as refused:
                return failure(refused)
            except Exception as error:
                logger.exception("failed", extra={"fields": {"call": path}})
                return failure(Unexpected(f"unexpected error in {path}: {type(error).__name__}: {error}"), 500)

        return answer

    def _group(self, path: str) -> str:
        return self.prefix + path.rpartition("/")[0]


def _context(request: Request, content: Mapping[str, Any]) -> Context:
    named = [value for name, value in content.items() if name.lower() == "dbname" and value is not None][-1:]
    database = named[0] if named and isinstance(named[0], str) and named[0] else request.headers.get("db-name", "")
    as_text = request.headers.get("accept-type-allow-int64", "").lower() in ("false", "f", "0")
    return Context(database, as_text, request.permit.caller)


def failure(error: Error, status: int = 200) -> Response:
    return json_response({"code": error.code, "message": error.message}, status, failed=True)
