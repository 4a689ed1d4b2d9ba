"""The server's side of the admin door: path -> handler, bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from elanus.doors.admin import wire
from elanus.engine.collection import Collection
from elanus.engine.requests import IndexStatus, SegmentInfo
from elanus.errors import Error, IndexNotFound
from elanus.service import Service

Handler = Callable[[bytes, Any], bytes]
"""(request, call context) -> answer"""


def admin_handlers(service: Service) -> dict[str, Handler]:
    """Every method of the admin service, for a channel or a listener to serve."""
    return {wire.path(name): partial(_answer, method, service) for name, method in _METHODS.items()}


def _answer(method: Callable[[Service, Any], object], service: Service, request: bytes, _context: Any) -> bytes:
    try:
        return wire.result(method(service, orjson.loads(request)))
    except Error as refused:
        return wire.refusal(refused)


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


def _create_index(service: Service, request: Mapping[str, Any]) -> None:
    new = wire.read_new_index(request)
    service.indexes.create(_collection(service, new.target), new.field, new.target.index, new.params)


def _list_indexes(service: Service, request: Mapping[str, Any]) -> list[IndexStatus]:
    target = wire.read_target(request)
    collection = _collection(service, target)
    if target.index:
        return service.indexes.describe(collection, target.index)
    try:
        return service.indexes.describe(collection)
    except IndexNotFound:
        return []


def _switch_index(service: Service, request: Mapping[str, Any]) -> None:
    switch = wire.read_switch(request)
    service.admin.switch_index(_collection(service, switch.target), switch.target.index, switch.params)


def _drop_index(service: Service, request: Mapping[str, Any]) -> None:
    target = wire.read_target(request)
    service.admin.drop_index(_collection(service, target), target.index)


def _cancel_build(service: Service, request: Mapping[str, Any]) -> None:
    build = wire.read_build_name(request)
    service.admin.cancel_build(_collection(service, build.target), build.build_id)


def _list_segments(service: Service, request: Mapping[str, Any]) -> list[SegmentInfo]:
    return service.admin.segments(_collection(service, wire.read_target(request)))


def _collection(service: Service, target: wire.Target) -> Collection:
    return service.collections.get(target.database, target.collection)


_METHODS: Mapping[str, Callable[[Service, Any], object]] = {
    "ListCollections": _list_collections,
    "CreateIndex": _create_index,
    "ListIndexes": _list_indexes,
    "SwitchIndex": _switch_index,
    "DropIndex": _drop_index,
    "CancelBuild": _cancel_build,
    "ListSegments": _list_segments,
}
