"""The server's side of the admin door: path -> handler, bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from elanus.doors.admin import wire
from elanus.doors.admin.index_calls import INDEX_METHODS, Method, named
from elanus.engine.collection import Collection
from elanus.engine.requests import SegmentInfo
from elanus.errors import BodyUnreadable, Error
from elanus.service import Service

Handler = Callable[[bytes, Any], bytes]
"""(request, call context) -> answer"""


def admin_handlers(service: Service) -> dict[str, Handler]:
    """Every method of the admin service, for a channel or a listener to serve."""
    return {wire.path(name): partial(_answer, method, service) for name, method in _METHODS.items()}


def _answer(method: Callable[[Service, Any], object], service: Service, request: bytes, _context: Any) -> bytes:
    try:
        return wire.result(method(service, _read(request)))
    except Error as refused:
        return wire.refusal(refused)


def _read(request: bytes) -> Mapping[str, Any]:
    """Raises BodyUnreadable."""
    try:
        content = orjson.loads(request)
    except orjson.JSONDecodeError as wrong:
        raise BodyUnreadable(f"the request is no JSON: {wrong}; send an object") from None
    if not isinstance(content, dict):
        raise BodyUnreadable(f"the request is a {type(content).__name__}; send an object")
    return content


def _list_collections(service: Service, request: Mapping[str, Any]) -> list[wire.CollectionSummary]:
    return [_summary(collection) for collection in service.collections.list(wire.read_target(request).database)]


def _summary(collection: Collection) -> wire.CollectionSummary:
    return wire.CollectionSummary(
        name=collection.name,
        row_count=collection.row_count(),
        load_state=collection.load_state().name.lower(),
        fields=tuple(field.name for field in collection.schema.user_fields),
        indexes={index.name: index.type for index in collection.indexes()},
    )


def _list_segments(service: Service, request: Mapping[str, Any]) -> list[SegmentInfo]:
    return service.admin.segments(named(service, wire.read_target(request)))


_METHODS: Mapping[str, Method] = {
    "ListCollections": _list_collections,
    "ListSegments": _list_segments,
    **INDEX_METHODS,
}
