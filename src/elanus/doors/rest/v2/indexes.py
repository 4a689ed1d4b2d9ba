"""Calls on indexes."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection, OfIndex
from elanus.doors.rest.values import pairs, texts
from elanus.engine.collection import Collection
from elanus.engine.requests import IndexState, IndexStatus
from elanus.errors import IndexNotFound
from elanus.service import Service
from elanus.service.indexes import Indexes
from elanus.service.schema.drafts import IndexDraft

_STATES = {
    IndexState.NONE: "IndexStateNone",
    IndexState.UNISSUED: "Unissued",
    IndexState.IN_PROGRESS: "InProgress",
    IndexState.FINISHED: "Finished",
    IndexState.FAILED: "Failed",
    IndexState.RETRY: "Retry",
}


_KEPT = ("mmap.enabled", "indexoffsetcache.enabled", "warmup")
"""How an index is kept, each a member of its own."""


class IndexParam(Body, frozen=True, kw_only=True):
    """An index to make. params  build parameters; ``index_type`` and ``metric_type`` may be among them"""

    field_name: str
    index_name: str = ""
    metric_type: str = ""
    index_type: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class NewIndexes(OfCollection, frozen=True, kw_only=True):
    index_params: list[IndexParam]


class DescribedIndex(OfIndex, frozen=True, kw_only=True):
    """timestamp  hybrid; only segments sealed before it count; 0 = all"""

    timestamp: int = 0


class IndexProperties(OfIndex, frozen=True, kw_only=True):
    properties: dict[str, Any] = field(default_factory=dict)


class IndexPropertyKeys(OfIndex, frozen=True, kw_only=True):
    property_keys: list[str] = field(default_factory=list)


class IndexCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._indexes = service.indexes

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("indexes/list", OfCollection, self.list, "Names of the indexes."),
            V2.endpoint("indexes/describe", DescribedIndex, self.describe, "Type, rows done and left, state."),
            V2.endpoint("indexes/create", NewIndexes, self.create, "Declare indexes; a build follows."),
            V2.endpoint("indexes/drop", OfIndex, self.drop, "Drop an index; a missing one is a success."),
            V2.endpoint("indexes/alter_properties", IndexProperties, self.alter, "Change how an index is kept."),
            V2.endpoint("indexes/drop_properties", IndexPropertyKeys, self.drop_properties, "Forget index properties."),
        ]

    def list(self, body: OfCollection, context: Context) -> Reply:
        return Reply([index.name for index in indexes_of(self._indexes, self._collection(body, context))])

    def describe(self, body: DescribedIndex, context: Context) -> Reply:
        found = self._indexes.describe(self._collection(body, context), body.index_name, body.timestamp)
        return Reply([_description(index) for index in found])

    def create(self, body: NewIndexes, context: Context) -> Reply:
        collection = self._collection(body, context)
        for index in map(index_draft, body.index_params):
            self._indexes.create(collection, index.field, index.name, index.params)
        return Reply()

    def drop(self, body: OfIndex, context: Context) -> Reply:
        self._indexes.drop(self._collection(body, context), body.index_name)
        return Reply()

    def alter(self, body: IndexProperties, context: Context) -> Reply:
        self._indexes.alter(self._collection(body, context), body.index_name, texts(body.properties), [])
        return Reply()

    def drop_properties(self, body: IndexPropertyKeys, context: Context) -> Reply:
        self._indexes.alter(self._collection(body, context), body.index_name, {}, body.property_keys)
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def index_draft(sent: IndexParam) -> IndexDraft:
    named = {"index_type": sent.index_type, "metric_type": sent.metric_type}
    params = texts(sent.params) | {key: value for key, value in named.items() if value}
    return IndexDraft(sent.field_name, sent.index_name, params)


def indexes_of(indexes: Indexes, collection: Collection) -> list[IndexStatus]:
    """All indexes of a collection, which may be none."""
    try:
        return indexes.describe(collection)
    except IndexNotFound:
        return []


def metric_of(index: IndexStatus) -> str:
    return index.user_params.get("metric_type") or str(index.spec.get("metric", ""))


def _description(index: IndexStatus) -> dict[str, Any]:
    return {
        "indexName": index.name,
        "fieldName": index.field,
        "indexType": index.user_params.get("index_type") or index.type,
        "metricType": metric_of(index),
        "totalRows": index.total_rows,
        "indexedRows": index.indexed_rows,
        "pendingRows": index.pending_rows,
        "indexState": _STATES[index.state],
        "failReason": index.reason,
        "minIndexVersion": 0,
        "maxIndexVersion": 0,
        "indexParams": pairs({**index.user_params, **index.properties}),
        **{name: index.properties.get(name, "") for name in _KEPT},
        "elanus": _progress(index),
    }


def _progress(index: IndexStatus) -> dict[str, Any]:
    """What Milvus has no words for."""
    return {
        "type": index.type,
        "phase": index.phase,
        "rowsPerSecond": index.rows_per_second,
        "secondsLeft": index.seconds_left,
        "recall": index.recall,
        "switchingTo": index.switching_to,
        "fileBytes": index.file_bytes,
        "residentBytes": index.resident_bytes,
    }
