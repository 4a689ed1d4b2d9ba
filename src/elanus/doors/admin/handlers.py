"""The server's side of the admin door: path -> handler, bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from elanus.doors.admin import wire
from elanus.doors.admin.index_calls import INDEX_METHODS, Method, named
from elanus.engine.collection import Collection
from elanus.engine.requests import SegmentInfo
from elanus.errors import Error
from elanus.service import Service

Handler = Callable[[bytes, Any], bytes]
"""(request, call context) -> answer"""


def admin_handlers(service: Service) -> dict[str, Handler]:
    """Every method of the admin service, for a channel or a listener to serve."""
    return {wire.path(name): partial(_answer, method, service) for name, method in _METHODS.items()}


def _answer(method: Method, service: Service, request: bytes, _context: Any) -> bytes:
    try:
        return wire.result(method.answer(service, wire.opened(request, method.request)))
    except Error as refused:
        return wire.refusal(refused)


def _list_collections(service: Service, target: wire.Target) -> list[wire.CollectionSummary]:
    return [_summary(collection) for collection in service.collections.list(target.database)]


def _summary(collection: Collection) -> wire.CollectionSummary:
    return wire.CollectionSummary(
        name=collection.name,
        row_count=collection.row_count(),
        load_state=collection.load_state().name.lower(),
        fields=tuple(field.name for field in collection.schema.user_fields),
        indexes={index.name: index.type for index in collection.indexes.statuses()},
    )


def _list_segments(service: Service, target: wire.Target) -> list[SegmentInfo]:
    return service.admin.segments(named(service, target))


_METHODS: Mapping[str, Method] = {
    "ListCollections": Method(wire.Target, _list_collections),
    "ListSegments": Method(wire.Target, _list_segments),
    **INDEX_METHODS,
}
