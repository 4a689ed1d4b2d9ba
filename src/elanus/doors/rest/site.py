"""Everything that is served on one port, by path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import PLAIN, Request, Response

NO_CONTENT = Response(status=204, content_type="")


class Site:
    """Finds the endpoint of a request. Safe for many threads."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)
        self._fixed: dict[str, dict[str, Endpoint]] = {}
        self._open: dict[re.Pattern[str], dict[str, Endpoint]] = {}
        for endpoint in self.endpoints:
            self._methods_of(endpoint.path)[endpoint.method] = endpoint

    def find(self, request: Request) -> Endpoint:
        """What answers the request; an unknown path or method is answered with 404, as Milvus does."""
        methods, parameters = self._found(request.path)
        if methods and request.method == "OPTIONS":
            return _PREFLIGHT
        endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            return Endpoint(request.method, request.path, partial(_not_found, methods), "", "Unknown.")
        return _with_parameters(endpoint, parameters) if "{" in endpoint.path else endpoint

    def _methods_of(self, path: str) -> dict[str, Endpoint]:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
        return self._open.setdefault(pattern, {})

    def _found(self, path: str) -> tuple[dict[str, Endpoint], dict[str, str]]:
        """Endpoints of the path by method, none when it is unknown, a fixed path's first; and its parameters."""
        fixed = self._fixed.get(path, {})
        for pattern, methods in self._open.items():
            match = pattern.fullmatch(path)
            if match:
                return {**methods, **fixed}, match.groupdict()
        return fixed, {}


def _with_parameters(endpoint: Endpoint, parameters: dict[str, str]) -> Endpoint:
    return replace(endpoint, answer=lambda request: endpoint.answer(replace(request, parameters=parameters)))


def _not_found(methods: dict[str, Endpoint], request: Request) -> Response:
    if methods:
        text = f"404 {request.path} is asked for with {' or '.join(methods)}, not with {request.method}\n"
    else:
        text = f"404 page not found: {request.path}\n"
    return Response(text.encode("utf-8", "replace"), 404, PLAIN, failed=True)


_PREFLIGHT = Endpoint("OPTIONS", "", lambda _: NO_CONTENT, "", "What a browser asks before it calls.")
