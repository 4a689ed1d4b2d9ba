"""Bodies as they arrive, and how much of them is held at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from threading import Lock
from typing import Any, Final, TypeAlias

from elanus.doors.rest.exchange import PLAIN, Response, json_response

BODY_BYTES: Final = 64 * 2**20
"""Largest body; as much as Milvus takes in one message."""
HELD_BYTES: Final = 8 * BODY_BYTES
"""All bodies together, those being answered included."""
DROPPED_BYTES: Final = 16 * BODY_BYTES
"""How much of a body that is too large is let arrive, so that its sender hears why it was in vain."""
STALL_S: Final = 30.0
"""How long a body may not go on arriving."""

Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]


class Unreadable(Exception):
    """There is no whole request to answer. response  what to say, None = nobody listens"""

    def __init__(self, response: Response | None) -> None:
        super().__init__(response)
        self.response = response


class Room:
    """Bytes that may be held; shared by all connections, on whatever thread."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._lock = Lock()

    def take(self, size: int) -> bool:
        with self._lock:
            if size > self._free:
                return False
            self._free -= size
            return True

    def give_back(self, size: int) -> None:
        with self._lock:
            self._free += size


class Intake:
    """One body: ``read`` once, ``release`` when its call has ended."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._parts: list[bytes] = []
        self._held = 0

    async def read(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """The whole body. Raises Unreadable."""
        if "expect" in headers and _announced(headers) > BODY_BYTES:
            raise Unreadable(_too_large())
        arrived = 0
        more = True
        while more:
            message = await _next(receive)
            arrived += len(message.get("body", b""))
            if arrived <= BODY_BYTES:
                self._keep(message.get("body", b""))
            elif arrived > DROPPED_BYTES:
                raise Unreadable(_too_large())
            more = message.get("more_body", False)
        if arrived > BODY_BYTES:
            raise Unreadable(_too_large())
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def release(self) -> None:
        self._parts = []
        self._room.give_back(self._held)
        self._held = 0

    def _keep(self, part: bytes) -> None:
        if not self._room.take(len(part)):
            raise Unreadable(_BUSY)
        self._held += len(part)
        self._parts.append(part)


async def _next(receive: Receive) -> Mapping[str, Any]:
    try:
        message = await asyncio.wait_for(receive(), STALL_S)
    except TimeoutError:
        raise Unreadable(_STALLED) from None
    if message["type"] == "http.disconnect":
        raise Unreadable(None)
    return message


def _announced(headers: Mapping[str, str]) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isdecimal() else 0


def _too_large() -> Response:
    said = f"the request body is larger than {BODY_BYTES} bytes: send fewer rows"
    return json_response({"code": 1801, "message": said}, 413, failed=True)


_STALLED: Final = Response(b"the body of the request did not arrive\n", 408, PLAIN, failed=True)
_BUSY: Final = json_response(
    {"code": 1807, "message": "request is rejected by limiter, error: too many large requests at once, try again"},
    503,
    failed=True,
)
