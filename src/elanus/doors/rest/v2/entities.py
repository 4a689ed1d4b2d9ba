"""Calls that change and read rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import field

from elanus.doors.rest.answers import COUNT, Answers
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Work
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.keys import primary_keys
from elanus.doors.rest.rows import Row, check_same_fields, sent_columns
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.consistency import check_consistency
from elanus.doors.rest.v2.search_bodies import DEFAULT_LIMIT
from elanus.engine.collection import Collection
from elanus.errors import NotImplementedYet
from elanus.search.requests import QuerySpec
from elanus.service import Service
from elanus.service.rows.data import Deletion, SentRows

_ALL = ["*"]

_REPLACE = "REPLACE"

NO_COST = {"cost": 0}
"""Milvus counts cost in its cloud only."""


class Rows(OfCollection, frozen=True, kw_only=True):
    """data  one row or several"""

    data: list[Any] | dict[str, Any]
    partition_name: str = ""


class UpsertedRows(Rows, frozen=True, kw_only=True):
    """partial_update  fields that are not sent stay as they are"""

    partial_update: bool = False
    field_ops: list[dict[str, Any]] = field(default_factory=list)


class Deleted(OfCollection, frozen=True, kw_only=True):
    filter: str
    partition_name: str = ""
    expr_params: dict[str, Any] = field(default_factory=dict)


class Query(OfCollection, frozen=True, kw_only=True):
    """limit  0 = all that match"""

    filter: str = ""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    output_fields: list[str] = field(default_factory=_ALL.copy)
    partition_names: list[str] = field(default_factory=list)
    expr_params: dict[str, Any] = field(default_factory=dict)
    consistency_level: str = ""
    order_by_fields: list[Any] = field(default_factory=list)


class Get(OfCollection, frozen=True, kw_only=True):
    """id  a primary key or a list of them"""

    id: list[Any] | int | str
    output_fields: list[str] = field(default_factory=_ALL.copy)
    partition_name: str = ""
    partition_names: list[str] = field(default_factory=list)
    consistency_level: str = ""


class EntityCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._data = service.data
        self._searches = service.searches

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("entities/insert", Rows, self.insert, "Store rows; all or none."),
            V2.endpoint("entities/upsert", UpsertedRows, self.upsert, "Store rows in place of those with their keys."),
            V2.endpoint("entities/delete", Deleted, self.delete, "Delete the rows of a filter."),
            V2.endpoint("entities/query", Query, self.query, "Rows of a filter."),
            V2.endpoint("entities/get", Get, self.get, "Rows by primary key."),
        ]

    def insert(self, body: Rows, context: Context) -> Reply:
        collection = self._collection(body, context)
        rows = rows_of(body.data)
        inserted = self._data.insert(collection, _sent(collection, rows, body))
        ids = _answers(context).ids(inserted.ids)
        return Reply({"insertCount": len(rows), "insertIds": ids}, NO_COST, Work(inserted=len(rows)))

    def upsert(self, body: UpsertedRows, context: Context) -> Reply:
        if any(operation.get("op", _REPLACE) != _REPLACE for operation in body.field_ops):
            raise NotImplementedYet("fieldOps other than REPLACE are not implemented by Elanus yet")
        collection = self._collection(body, context)
        rows = rows_of(body.data)
        if body.partial_update:
            check_same_fields(rows)
        inserted = self._data.upsert(collection, _sent(collection, rows, body, partial_update=body.partial_update))
        ids = _answers(context).ids(inserted.ids)
        return Reply({"upsertCount": len(rows), "upsertIds": ids}, NO_COST, Work(inserted=len(rows)))

    def delete(self, body: Deleted, context: Context) -> Reply:
        deletion = Deletion(body.filter, body.expr_params, body.partition_name)
        deleted = self._data.delete(self._collection(body, context), deletion)
        return Reply({"deleteCount": deleted.count}, NO_COST)

    def query(self, body: Query, context: Context) -> Reply:
        check_consistency(body.consistency_level)
        if body.order_by_fields:
            raise NotImplementedYet("orderByFields are not implemented by Elanus yet")
        counts = body.output_fields == [COUNT]
        spec = QuerySpec(
            filter=body.filter,
            templates=body.expr_params,
            partitions=tuple(body.partition_names),
            output_fields=tuple(body.output_fields),
            limit=None if counts or not body.limit else body.limit,
            offset=0 if counts else body.offset,
        )
        return self._queried(self._collection(body, context), spec, context)

    def get(self, body: Get, context: Context) -> Reply:
        check_consistency(body.consistency_level)
        collection = self._collection(body, context)
        named = [body.partition_name] if body.partition_name else []
        spec = QuerySpec(
            ids=primary_keys(collection.schema.primary, body.id),
            partitions=tuple(named + body.partition_names),
            output_fields=tuple(body.output_fields),
        )
        return self._queried(collection, spec, context)

    def _queried(self, collection: Collection, spec: QuerySpec, context: Context) -> Reply:
        result = self._searches.query(collection, spec)
        return Reply(_answers(context).queried(result), NO_COST)

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def rows_of(data: list[Row] | Row) -> Sequence[Row]:
    return data if isinstance(data, list) else [data]


def _sent(collection: Collection, rows: Sequence[Row], body: Rows, *, partial_update: bool = False) -> SentRows:
    columns = sent_columns(collection.schema, rows)
    return SentRows(columns, len(rows), body.partition_name, partial_update=partial_update)


def _answers(context: Context) -> Answers:
    return Answers(int64_as_text=context.int64_as_text)
