"""Calls on collections."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import InDatabase, OfCollection
from elanus.doors.rest.v2.consistency import LEVELS
from elanus.doors.rest.v2.functions import functions_described
from elanus.doors.rest.v2.indexes import indexes_of, metric_of
from elanus.doors.rest.v2.new_collections import NewCollection, draft_of
from elanus.doors.rest.v2.schemas import fields_described
from elanus.doors.rest.v2.setup import set_up
from elanus.doors.rest.values import pairs, texts
from elanus.engine.collection import Collection
from elanus.engine.requests import LoadState
from elanus.errors import CollectionNotFound, NotImplementedYet
from elanus.service import Service
from elanus.service.load import LoadRequest

LOAD_STATES = {
    LoadState.NOT_EXIST: "LoadStateNotExist",
    LoadState.NOT_LOAD: "LoadStateNotLoad",
    LoadState.LOADING: "LoadStateLoading",
    LoadState.LOADED: "LoadStateLoaded",
}


class OfLoad(OfCollection, frozen=True, kw_only=True):
    partition_names: list[str] = field(default_factory=list)


class Renamed(OfCollection, frozen=True, kw_only=True):
    """new_db_name  "" = it stays in its database"""

    new_collection_name: str
    new_db_name: str = ""

    def subjects(self, database: str) -> tuple[Subject, ...]:
        here = Subject(database, self.collection_name)
        return (here, Subject(self.new_db_name)) if self.new_db_name not in ("", database) else (here,)


class CollectionProperties(OfCollection, frozen=True, kw_only=True):
    properties: dict[str, Any] = field(default_factory=dict)


class CollectionPropertyKeys(OfCollection, frozen=True, kw_only=True):
    property_keys: list[str] = field(default_factory=list)


class Compacted(OfCollection, frozen=True, kw_only=True):
    is_clustering: bool = False


class Job(Body, frozen=True, kw_only=True):
    job_id: int = field(default=0, name="jobID")


class CollectionCalls:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._collections = service.collections
        self._indexes = service.indexes
        self._loads = service.loads
        self._data = service.data
        self._admin = service.admin

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("collections/list", InDatabase, self.list, "Names of the collections of a database."),
            V2.endpoint("collections/has", OfCollection, self.has, "Whether there is this collection."),
            V2.endpoint("collections/describe", OfCollection, self.describe, "Schema, indexes, load state."),
            V2.endpoint("collections/get_stats", OfCollection, self.get_stats, "Number of rows."),
            V2.endpoint("collections/get_load_state", OfLoad, self.get_load_state, "Whether it may be searched."),
            V2.endpoint("collections/create", NewCollection, self.create, "Make a collection."),
            V2.endpoint("collections/drop", OfCollection, self.drop, "Drop a collection; a missing one is a success."),
            V2.endpoint("collections/rename", Renamed, self.rename, "Give a collection another name."),
            V2.endpoint("collections/load", OfCollection, self.load, "Make a collection searchable."),
            V2.endpoint("collections/refresh_load", OfCollection, self.refresh_load, "Load again what was loaded."),
            V2.endpoint("collections/release", OfCollection, self.release, "Make a collection not searchable."),
            V2.endpoint("collections/alter_properties", CollectionProperties, self.alter, "Set properties."),
            V2.endpoint(
                "collections/drop_properties", CollectionPropertyKeys, self.drop_properties, "Drop properties."
            ),
            V2.endpoint("collections/flush", OfCollection, self.flush, "Write growing rows to segment files."),
            V2.endpoint("collections/compact", Compacted, self.compact, "Merge small segments, drop deleted rows."),
            V2.endpoint("collections/get_compaction_state", Job, self.get_compaction_state, "How a compaction stands."),
            V2.endpoint("collections/truncate", OfCollection, self.truncate, "Delete every row."),
        ]

    def list(self, _body: InDatabase, context: Context) -> Reply:
        return Reply(names_seen(self._service, context))

    def has(self, body: OfCollection, context: Context) -> Reply:
        try:
            self._collection(body, context)
        except CollectionNotFound:
            return Reply({"has": False})
        return Reply({"has": True})

    def describe(self, body: OfCollection, context: Context) -> Reply:
        collection = self._collection(body, context)
        indexes = [
            {"indexName": index.name, "fieldName": index.field, "metricType": metric_of(index)}
            for index in indexes_of(self._indexes, collection)
        ]
        return Reply(_description(collection) | {"indexes": indexes}, {"message": ""})

    def get_stats(self, body: OfCollection, context: Context) -> Reply:
        return Reply({"rowCount": self._collection(body, context).row_count()})

    def get_load_state(self, body: OfLoad, context: Context) -> Reply:
        collection = self._collection(body, context)
        state = self._loads.state(collection, body.partition_names)
        shown: dict[str, Any] = {"loadState": LOAD_STATES[state]}
        if state is not LoadState.NOT_LOAD:
            shown["loadProgress"] = self._loads.progress(collection, body.partition_names)
        return Reply(shown)

    def create(self, body: NewCollection, context: Context) -> Reply:
        set_up(self._service, context, draft_of(body))
        return Reply()

    def drop(self, body: OfCollection, context: Context) -> Reply:
        self._collections.drop(context.database, body.collection_name)
        return Reply()

    def rename(self, body: Renamed, context: Context) -> Reply:
        self._collections.rename(context.database, body.collection_name, body.new_db_name, body.new_collection_name)
        return Reply()

    def load(self, body: OfCollection, context: Context) -> Reply:
        self._loads.load(self._collection(body, context), LoadRequest())
        return Reply()

    def refresh_load(self, body: OfCollection, context: Context) -> Reply:
        self._loads.load(self._collection(body, context), LoadRequest(refresh=True))
        return Reply()

    def release(self, body: OfCollection, context: Context) -> Reply:
        self._loads.release(self._collection(body, context))
        return Reply()

    def alter(self, body: CollectionProperties, context: Context) -> Reply:
        self._collections.alter(self._collection(body, context), texts(body.properties), [])
        return Reply()

    def drop_properties(self, body: CollectionPropertyKeys, context: Context) -> Reply:
        self._collections.alter(self._collection(body, context), {}, body.property_keys)
        return Reply()

    def flush(self, body: OfCollection, context: Context) -> Reply:
        self._data.flush(self._collection(body, context))
        return Reply()

    def compact(self, body: Compacted, context: Context) -> Reply:
        if body.is_clustering:
            raise NotImplementedYet("clustering compaction is not implemented by Elanus yet")
        return Reply({"compactionID": self._admin.compact(self._collection(body, context))})

    def get_compaction_state(self, body: Job, _context: Context) -> Reply:
        status = self._admin.compaction(body.job_id)
        return Reply(
            {
                "compactionID": status.id,
                "state": "Executing" if status.executing else "Completed",
                "executingPlanNumber": status.executing,
                "timeoutPlanNumber": 0,
                "completedPlanNumber": status.completed,
            }
        )

    def truncate(self, body: OfCollection, context: Context) -> Reply:
        self._collection(body, context).truncate()
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def names_seen(service: Service, context: Context) -> list[str]:
    """Of the collections of a database, those that the caller may see."""
    names = (collection.name for collection in service.collections.list(context.database))
    return [name for name in names if service.access.sees_collection(context.caller, context.database, name)]


def _description(collection: Collection) -> dict[str, Any]:
    return {
        "collectionName": collection.name,
        "collectionID": collection.id,
        "description": collection.schema.description,
        "autoId": collection.schema.primary.auto_id,
        "fields": fields_described(collection.schema),
        "functions": functions_described(collection.schema),
        "aliases": list(collection.aliases),
        "load": LOAD_STATES[collection.load_state()],
        "shardsNum": collection.shards,
        "partitionsNum": collection.num_partitions or len(collection.partitions),
        "consistencyLevel": LEVELS[collection.consistency_level],
        "enableDynamicField": collection.schema.dynamic is not None,
        "externalSource": "",
        "externalSpec": "",
        "properties": pairs(collection.properties),
    }
