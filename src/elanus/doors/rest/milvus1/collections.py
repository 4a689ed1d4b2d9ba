"""Calls on collections."""

from __future__ import annotations

from typing import Any

import orjson

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request
from elanus.doors.rest.milvus1.call import GONE, MADE, Body, Reply, body_of, endpoint, page_of
from elanus.doors.rest.milvus1.indexes import index_name
from elanus.doors.rest.milvus1.segments import segment_shown
from elanus.errors import MetricNotFound
from elanus.service import Service
from elanus.service.v1.collections import NewTable
from elanus.service.v1.statistics import statistics
from elanus.service.v1.table import DEFAULT_INDEX_FILE_SIZE, METRICS, Table

_METRIC_NUMBERS = {metric.value: number for number, metric in METRICS.items()}


class NewCollection(Body, frozen=True, kw_only=True):
    """index_file_size  MB of a segment"""

    collection_name: str
    dimension: int
    index_file_size: int = DEFAULT_INDEX_FILE_SIZE
    metric_type: str = "L2"


class CollectionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._indexes = service.v1.indexes

    def endpoints(self) -> list[Endpoint]:
        return [
            endpoint("POST", "/collections", self.create, "Make a collection.", NewCollection),
            endpoint("GET", "/collections", self.list, "Collections, a page of them."),
            endpoint("GET", "/collections/{collection}", self.describe, "A collection; info=stat: what it holds."),
            endpoint("DELETE", "/collections/{collection}", self.drop, "Drop a collection."),
        ]

    def create(self, request: Request) -> Reply:
        body = body_of(request, NewCollection)
        if body.metric_type not in _METRIC_NUMBERS:
            known = ", ".join(_METRIC_NUMBERS)
            raise MetricNotFound(f"Invalid index metric type: {body.metric_type}. Known are {known}.")
        metric = _METRIC_NUMBERS[body.metric_type]
        self._collections.create(NewTable(body.collection_name, body.dimension, body.index_file_size, metric))
        return MADE

    def list(self, request: Request) -> Reply:
        names = self._collections.names()
        shown = [self._shown(self._collections.table(name)) for name in page_of(request, names)]
        return Reply({"collections": shown, "count": len(names)})

    def describe(self, request: Request) -> Reply:
        table = self._collections.table(request.parameters["collection"])
        if request.query.get("info") == "stat":
            return Reply(_statistics(table))
        return Reply(self._shown(table))

    def drop(self, request: Request) -> Reply:
        self._collections.drop(request.parameters["collection"])
        return GONE

    def _shown(self, table: Table) -> dict[str, Any]:
        index = self._indexes.describe(table)
        return {
            "collection_name": table.collection.name,
            "dimension": table.vector.dim,
            "index_file_size": table.index_file_size,
            "metric_type": table.metric.value,
            "count": self._collections.count(table),
            "index": index_name(index.code),
            "index_params": orjson.dumps(index.params).decode(),
        }


def _statistics(table: Table) -> dict[str, Any]:
    partitions = statistics(table)
    return {
        "row_count": sum(one.row_count for one in partitions),
        "partitions": [
            {
                "tag": one.tag,
                "row_count": one.row_count,
                "segments": [segment_shown(segment) for segment in one.segments],
            }
            for one in partitions
        ],
    }
