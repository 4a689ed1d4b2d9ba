"""One HTTP exchange as values: what was asked, what is answered. Knows no socket and no family of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from elanus.doors.rest.permit import FREE, Permit

JSON = "application/json; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request.

    headers     by lower-case name
    query       by name, the last of several wins
    parameters  the parts of the path its endpoint left open, by name
    permit      who calls
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parameters: Mapping[str, str] = field(default_factory=dict)
    permit: Permit = FREE


@dataclass(frozen=True, slots=True)
class Work:
    """What a call did, for whoever counts. inserted  rows inserted or upserted; searched  query vectors"""

    inserted: int = 0
    searched: int = 0


NO_WORK = Work()


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response.

    failed   the call was refused, whatever the HTTP status says (Milvus answers 200 to most)
    headers  more of them, names in lower case
    """

    body: bytes = b""
    status: int = 200
    content_type: str = JSON
    failed: bool = False
    work: Work = NO_WORK
    headers: tuple[tuple[bytes, bytes], ...] = ()


def json_response(content: Any, status: int = 200, *, failed: bool = False, work: Work = NO_WORK) -> Response:
    """Numpy arrays and numbers are written as they are: a float32 is ``0.1``, not ``0.10000000149011612``."""
    return Response(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), status, JSON, failed, work)
