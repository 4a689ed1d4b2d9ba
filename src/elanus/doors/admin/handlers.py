"""The server's side of the admin door: path -> handler, bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from elanus.doors.admin import wire
from elanus.doors.admin.access_calls import ACCESS_METHODS
from elanus.doors.admin.import_calls import IMPORT_METHODS
from elanus.doors.admin.index_calls import INDEX_METHODS, Method, named
from elanus.doors.admin.snapshot_calls import SNAPSHOT_METHODS
from elanus.doors.grpc_v2.call import CallContext
from elanus.engine.collection import Collection
from elanus.engine.requests import SegmentInfo
from elanus.errors import Error
from elanus.service import Service
from elanus.service.access import Caller

Handler = Callable[[bytes, CallContext], bytes]
"""(request, call context) -> answer"""


def admin_handlers(service: Service) -> dict[str, Handler]:
    """Every method of the admin service, for a channel or a listener to serve."""
    return {wire.path(name): partial(_answer, method, service) for name, method in METHODS.items()}


def _answer(method: Method, service: Service, request: bytes, context: CallContext) -> bytes:
    try:
        asked = wire.opened(request, method.request)
        if method.privilege:
            service.access.require(context.caller, method.privilege, asked.target.database, asked.target.collection)
        return wire.result(method.answer(service, asked, context.caller))
    except Error as refused:
        return wire.refusal(refused)


def _list_collections(service: Service, target: wire.Target, caller: Caller) -> list[wire.CollectionSummary]:
    """Those that the caller may see."""
    return [
        _summary(collection)
        for collection in service.collections.list(target.database)
        if service.access.sees_collection(caller, target.database, collection.name)
    ]


def _summary(collection: Collection) -> wire.CollectionSummary:
    return wire.CollectionSummary(
        name=collection.name,
        row_count=collection.row_count(),
        load_state=collection.load_state().name.lower(),
        fields=tuple(field.name for field in collection.schema.user_fields),
        indexes={index.name: index.type for index in collection.indexes.statuses()},
    )


def _list_segments(service: Service, target: wire.Target, _caller: Caller) -> list[SegmentInfo]:
    return service.admin.segments(named(service, target))


METHODS: Mapping[str, Method] = {
    "ListCollections": Method(wire.Target, _list_collections, ""),
    "ListSegments": Method(wire.Target, _list_segments, "GetStatistics"),
    **INDEX_METHODS,
    **ACCESS_METHODS,
    **SNAPSHOT_METHODS,
    **IMPORT_METHODS,
}
