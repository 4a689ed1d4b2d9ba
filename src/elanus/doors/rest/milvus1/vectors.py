"""Calls on rows: insert, read, delete, search."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Work
from elanus.doors.rest.keys import primary_keys
from elanus.doors.rest.milvus1.call import DONE, OK, Body, Reply, body_of, endpoint
from elanus.errors import BodyIncomplete, BodyUnreadable, ParameterInvalid
from elanus.search.requests import SearchResult
from elanus.service import Service
from elanus.service.rows.json_vectors import read_vectors
from elanus.service.v1.rows import Ids, Vectors
from elanus.service.v1.search import Search
from elanus.service.v1.table import Table


class NewRows(Body, frozen=True, kw_only=True):
    """vectors  lists of numbers, or (binary) of byte values; ids  texts, none = they are made"""

    vectors: list[Any]
    ids: list[Any] = field(default_factory=list)
    partition_tag: str = ""


class Searched(Body, frozen=True, kw_only=True):
    """vectors or ids of stored ones; partition_tags  patterns; file_ids  names of segments to look in"""

    topk: int
    params: dict[str, Any]
    vectors: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    partition_tags: list[str] = field(default_factory=list)
    file_ids: list[str] = field(default_factory=list)


class Deleted(Body, frozen=True, kw_only=True):
    ids: list[Any]
    partition_tag: str = ""


class SearchOrDelete(Body, frozen=True, kw_only=True):
    search: Searched | None = None
    delete: Deleted | None = None


class VectorCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._rows = service.v1.rows
        self._searches = service.v1.searches

    def endpoints(self) -> list[Endpoint]:
        path = "/collections/{collection}/vectors"
        return [
            endpoint("POST", path, self.insert, "Store rows.", NewRows),
            endpoint("GET", path, self.get, "Rows by id: ids=1,2."),
            endpoint("PUT", path, self.search_or_delete, "Search, or delete by id.", SearchOrDelete),
        ]

    def insert(self, request: Request) -> Reply:
        body = body_of(request, NewRows)
        table = self._table(request)
        ids = self._rows.insert(table, _vectors(table, body.vectors), _ids(table, body.ids), body.partition_tag)
        return Reply({"ids": [str(one) for one in ids.tolist()]}, 201, Work(inserted=len(ids)))

    def get(self, request: Request) -> Reply:
        table = self._table(request)
        if not request.query.get("ids"):
            raise ParameterInvalid("Query parameter ids is needed: ids=1,2")
        ids = _ids(table, request.query["ids"].split(","))
        rows = self._rows.get(table, ids, request.query.get("partition_tag", ""))
        found = ids[rows.found].tolist()
        shown = [{"id": str(one), "vector": vector} for one, vector in zip(found, rows.vectors, strict=True)]
        return Reply({**OK, "vectors": shown})

    def search_or_delete(self, request: Request) -> Reply:
        body = body_of(request, SearchOrDelete)
        table = self._table(request)
        if body.delete is not None:
            self._rows.delete(table, _ids(table, body.delete.ids), body.delete.partition_tag)
            return DONE
        if body.search is None:
            raise BodyIncomplete("Field 'search' or 'delete' is required")
        return self._searched(table, body.search)

    def _searched(self, table: Table, body: Searched) -> Reply:
        asked = Search(body.topk, tuple(body.partition_tags), body.params, tuple(body.file_ids))
        if body.ids:
            result = self._searches.search_by_ids(table, asked, _ids(table, body.ids))
        else:
            result = self._searches.search(table, asked, _vectors(table, body.vectors))
        work = Work(searched=len(result.counts))
        if not self._collections.count(table):
            return Reply({"num": 0, "result": []}, work=work)
        return Reply({"num": len(result.counts), "result": _hits(result)}, work=work)

    def _table(self, request: Request) -> Table:
        return self._collections.table(request.parameters["collection"])


def _vectors(table: Table, sent: Sequence[Any]) -> Vectors:
    try:
        return cast("Vectors", read_vectors(table.vector.type, sent))
    except (ValueError, TypeError, OverflowError) as wrong:
        raise BodyUnreadable(f"Field 'vectors' is invalid: {wrong}") from None


def _ids(table: Table, sent: Sequence[Any]) -> Ids:
    return np.array(primary_keys(table.collection.schema.primary, list(sent)), np.int64)


def _hits(result: SearchResult) -> list[list[dict[str, str]]]:
    """One list per query."""
    hits = [
        {"id": str(one), "distance": str(score)} for one, score in zip(result.ids.tolist(), result.scores, strict=True)
    ]
    ends = np.cumsum([0, *result.counts]).tolist()
    return [hits[first:last] for first, last in pairwise(ends)]
