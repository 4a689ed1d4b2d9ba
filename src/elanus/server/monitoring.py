"""The monitoring port: ``/healthz``, ``/livez`` and ``/metrics``, as Milvus answers them on 9091."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response
from elanus.engine.health import PartHealth

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    status: HTTPStatus
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Monitored:
    """What is shown. health: of every part of the server; metrics: Prometheus text."""

    health: Callable[[], Sequence[PartHealth]]
    metrics: Callable[[], bytes]

    def page(self, path: str, content_type: str) -> Page:
        match path:
            case "/healthz":
                return health_page(self.health(), content_type)
            case "/livez":
                return Page(HTTPStatus.OK, "text/plain", b"OK")
            case _:
                return Page(HTTPStatus.OK, PROMETHEUS_TEXT, self.metrics())


def health_page(parts: Sequence[PartHealth], content_type: str) -> Page:
    """Text for a probe, JSON for who asks with that content type; what is wrong is said in both.

    A part that works in part only is no reason for 500: whoever restarts the server would not repair it.

    source  Milvus, management port: 500 and "Not all components are healthy, a/b" when one is not
    """
    well = sum(part.works for part in parts)
    status = HTTPStatus.OK if well == len(parts) else HTTPStatus.INTERNAL_SERVER_ERROR
    said = "OK" if status is HTTPStatus.OK else f"Not all components are healthy, {well}/{len(parts)}"
    if not content_type.startswith("application/json"):
        reasons = [f"{part.name}: {reason}" for part in parts for reason in part.reasons]
        return Page(status, "text/plain", "\n".join([said, *reasons]).encode())
    return Page(status, "application/json", orjson.dumps({"state": said, "detail": [_detail(part) for part in parts]}))


def _detail(part: PartHealth) -> Mapping[str, object]:
    """code  Milvus's: 1 healthy, 2 abnormal"""
    reasons = {"reasons": part.reasons} if part.reasons else {}
    return {"name": part.name, "code": 1 if part.works else 2, **reasons}


def monitoring_endpoints(monitored: Monitored) -> list[Endpoint]:
    """The pages, answered also when every thread is busy."""

    def endpoint(path: str, summary: str) -> Endpoint:
        def answer(request: Request) -> Response:
            page = monitored.page(request.path, request.headers.get("content-type", ""))
            return Response(page.body, page.status, page.content_type, failed=page.status >= HTTPStatus.BAD_REQUEST)

        return Endpoint("GET", path, answer, "monitoring", summary, vital=True)

    return [
        endpoint("/healthz", "Whether every part works; as JSON for who asks with that content type."),
        endpoint("/livez", "Whether the process answers."),
        endpoint("/metrics", "Metrics as Prometheus text."),
        endpoint("/metrics_default", "The same."),
    ]
