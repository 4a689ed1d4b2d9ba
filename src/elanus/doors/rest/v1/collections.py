"""Calls of v1 on collections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v1.address import V1
from elanus.doors.rest.v2.bodies import InDatabase, OfCollection
from elanus.doors.rest.v2.collections import LOAD_STATES, names_seen
from elanus.doors.rest.v2.indexes import IndexParam, index_draft, indexes_of, metric_of
from elanus.doors.rest.v2.setup import set_up
from elanus.engine.collection import Collection
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service import Service
from elanus.service.schema.drafts import CollectionDraft, FieldDraft

INDEX_NAME = "vector_idx"


class NewCollection(OfCollection, frozen=True, kw_only=True):
    """An int64 key that the server makes, one float vector, and room for undeclared keys."""

    dimension: int
    description: str = ""
    metric_type: str = "L2"
    primary_field: str = "id"
    vector_field: str = "vector"
    enable_dynamic_field: bool = True


class CollectionCalls:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._collections = service.collections
        self._indexes = service.indexes

    def endpoints(self) -> list[Endpoint]:
        return [
            V1.page("collections", InDatabase, self.list, "Names of the collections of a database."),
            V1.page("collections/describe", OfCollection, self.describe, "Schema, indexes and load state."),
            V1.endpoint("collections/create", NewCollection, self.create, "Make a collection, ready to search."),
            V1.endpoint("collections/drop", OfCollection, self.drop, "Drop a collection."),
        ]

    def list(self, _body: InDatabase, context: Context) -> Reply:
        return Reply(names_seen(self._service, context))

    def describe(self, body: OfCollection, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        indexes = [
            {"indexName": index.name, "fieldName": index.field, "metricType": metric_of(index)}
            for index in indexes_of(self._indexes, collection)
        ]
        return Reply(_description(collection) | {"indexes": indexes})

    def create(self, body: NewCollection, context: Context) -> Reply:
        index = IndexParam(field_name=body.vector_field, index_name=INDEX_NAME, metric_type=body.metric_type)
        set_up(self._service, context, replace(_draft(body), indexes=(index_draft(index),)))
        return Reply()

    def drop(self, body: OfCollection, context: Context) -> Reply:
        """A missing one is refused, unlike in v2."""
        self._collections.get(context.database, body.collection_name)
        self._collections.drop(context.database, body.collection_name)
        return Reply()


def _draft(body: NewCollection) -> CollectionDraft:
    key = FieldDraft(name=body.primary_field, type=DataType.INT64, is_primary=True, auto_id=True)
    vector = FieldDraft(name=body.vector_field, type=DataType.FLOAT_VECTOR, params={"dim": str(body.dimension)})
    return CollectionDraft(
        name=body.collection_name,
        fields=(key, vector),
        description=body.description,
        enable_dynamic_field=body.enable_dynamic_field,
    )


def _description(collection: Collection) -> dict[str, Any]:
    return {
        "collectionName": collection.name,
        "description": collection.schema.description,
        "fields": [_field(one) for one in collection.schema.user_fields],
        "load": LOAD_STATES[collection.load_state()],
        "shardsNum": collection.shards,
        "enableDynamicField": collection.schema.dynamic is not None,
    }


def _field(one: Field) -> dict[str, Any]:
    size = one.dim or (one.max_length if one.type is DataType.VARCHAR else 0)
    return {
        "name": one.name,
        "type": f"{one.type.milvus_name}({size})" if size else one.type.milvus_name,
        "primaryKey": one.is_primary,
        "autoId": one.auto_id,
        "description": one.description,
    }
