"""A site as an ASGI application: bytes to a request, a response to bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from elanus.doors.rest.exchange import Request, Response, json_response
from elanus.doors.rest.intake import HELD_BYTES, Intake, Receive, Room, Unreadable
from elanus.doors.rest.site import Site
from elanus.errors import TimedOut

_CORS: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, HEAD, PATCH, OPTIONS, GET, PUT, DELETE"),
    (
        b"access-control-allow-headers",
        b"Content-Type, Content-Length, Accept, Origin, Authorization, DB-Name, Request-Timeout,"
        b" Accept-Type-Allow-Int64",
    ),
]

Scope: TypeAlias = Mapping[str, Any]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]


class Application:
    """Reads on the loop, answers on a pool; what is vital has one to itself."""

    def __init__(self, site: Site, pool: Executor, vital: Executor) -> None:
        self._site = site
        self._pool = pool
        self._vital = vital
        self._room = Room(HELD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        intake = Intake(self._room)
        try:
            body = await intake.read(headers, receive)
            await _send(send, await self._answered(_request(scope, headers, body)))
        except Unreadable as refusal:
            if refusal.response is not None:
                await _send(send, refusal.response, (b"connection", b"close"))
        finally:
            intake.release()

    async def _answered(self, request: Request) -> Response:
        """The response; when the caller's time is over first, that is what it is told (the call itself goes on)."""
        endpoint = self._site.find(request)
        pool = self._vital if endpoint.vital else self._pool
        running = asyncio.get_running_loop().run_in_executor(pool, endpoint.answer, request)
        try:
            return await asyncio.wait_for(asyncio.shield(running), _patience_s(request.headers))
        except TimeoutError:
            return json_response({"code": TimedOut.code, "message": "request timeout"}, 408, failed=True)


def _request(scope: Scope, headers: Mapping[str, str], body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        body=body,
    )


def _patience_s(headers: Mapping[str, str]) -> float | None:
    """What the header ``Request-Timeout`` says, in seconds; None = no limit (also for what is no positive number)."""
    try:
        seconds = float(headers.get("request-timeout", ""))
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None


async def _send(send: Send, response: Response, *headers: tuple[bytes, bytes]) -> None:
    start = {"type": "http.response.start", "status": response.status, "headers": [*_headers(response), *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": response.body})


def _headers(response: Response) -> Iterator[tuple[bytes, bytes]]:
    yield from _CORS
    yield from response.headers
    if response.content_type:
        yield b"content-type", response.content_type.encode()
        yield b"content-length", str(len(response.body)).encode()
