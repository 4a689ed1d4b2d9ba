"""Calls of v1 on rows: each is one of v2, asked for in another form and answered without what v2 puts beside."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.keys import primary_keys
from elanus.doors.rest.v1.address import V1
from elanus.doors.rest.v2 import entities as v2
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.search_bodies import DEFAULT_LIMIT, Search
from elanus.doors.rest.v2.searches import SearchCalls
from elanus.errors import BodyIncomplete, ParameterInvalid
from elanus.service import Service


class Query(OfCollection, frozen=True, kw_only=True):
    filter: str
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    output_fields: list[str] = field(default_factory=lambda: ["*"])


class Get(OfCollection, frozen=True, kw_only=True):
    """id  a primary key or a list of them"""

    id: list[Any] | int | str
    output_fields: list[str] = field(default_factory=lambda: ["*"])


class Deleted(OfCollection, frozen=True, kw_only=True):
    """id, filter  one of the two; id  a primary key or a list of them"""

    id: list[Any] | int | str | None = None
    filter: str = ""


class Rows(OfCollection, frozen=True, kw_only=True):
    """data  one row or several"""

    data: list[Any] | dict[str, Any]


class VectorSearch(OfCollection, frozen=True, kw_only=True):
    """params  radius, range_filter and what the index knows"""

    vector: list[Any]
    filter: str = ""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    output_fields: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)


class EntityCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._entities = v2.EntityCalls(service)
        self._searches = SearchCalls(service)

    def endpoints(self) -> list[Endpoint]:
        return [
            V1.endpoint("query", Query, self.query, "Rows of a filter."),
            V1.endpoint("get", Get, self.get, "Rows by primary key."),
            V1.endpoint("delete", Deleted, self.delete, "Delete rows by primary key or filter."),
            V1.endpoint("insert", Rows, self.insert, "Store rows; all or none."),
            V1.endpoint("upsert", Rows, self.upsert, "Replace the rows with these keys, or store them."),
            V1.endpoint("search", VectorSearch, self.search, "The nearest rows of a vector."),
        ]

    def query(self, body: Query, context: Context) -> Reply:
        asked = v2.Query(
            collection_name=body.collection_name,
            filter=body.filter,
            limit=body.limit,
            offset=body.offset,
            output_fields=body.output_fields,
        )
        return _plain(self._entities.query(asked, context))

    def get(self, body: Get, context: Context) -> Reply:
        asked = v2.Get(collection_name=body.collection_name, id=body.id, output_fields=body.output_fields)
        return _plain(self._entities.get(asked, context))

    def delete(self, body: Deleted, context: Context) -> Reply:
        if body.filter:
            doomed = v2.Deleted(collection_name=body.collection_name, filter=body.filter)
        else:
            doomed = self._doomed_keys(body, context)
        self._entities.delete(doomed, context)
        return Reply()

    def insert(self, body: Rows, context: Context) -> Reply:
        return _plain(self._entities.insert(v2.Rows(collection_name=body.collection_name, data=body.data), context))

    def upsert(self, body: Rows, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        if collection.schema.primary.auto_id:
            raise ParameterInvalid(
                "cannot upsert an autoID collection: invalid parameter[expected=autoID: false][actual=autoID: true]"
            )
        asked = v2.UpsertedRows(collection_name=body.collection_name, data=body.data)
        return _plain(self._entities.upsert(asked, context))

    def search(self, body: VectorSearch, context: Context) -> Reply:
        asked = Search(
            collection_name=body.collection_name,
            data=[body.vector],
            filter=body.filter,
            limit=body.limit,
            offset=body.offset,
            output_fields=body.output_fields,
            search_params=body.params,
        )
        return _plain(self._searches.search(asked, context))

    def _doomed_keys(self, body: Deleted, context: Context) -> v2.Deleted:
        if body.id is None:
            raise BodyIncomplete("missing required parameters, error: id or filter is required")
        primary = self._collections.get(context.database, body.collection_name).schema.primary
        keys = list(primary_keys(primary, body.id))
        return v2.Deleted(
            collection_name=body.collection_name, filter=f"{primary.name} in {{keys}}", expr_params={"keys": keys}
        )


def _plain(reply: Reply) -> Reply:
    return Reply(reply.data, work=reply.work)
