"""Searches of Milvus 1.x."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from elanus import search as answering
from elanus.errors import MetricNotFound, TopKInvalid
from elanus.index.generation import Generation
from elanus.index.request import check_search_of_any
from elanus.schema.metric import Metric
from elanus.search.checks import WINDOW
from elanus.search.requests import SearchResult, SearchSpec
from elanus.segment.view import View
from elanus.service.search.searches import Searches
from elanus.service.v1.collections import loaded
from elanus.service.v1.partitions import matching
from elanus.service.v1.rows import Ids, Vectors, check_vectors, segments_named
from elanus.service.v1.table import FLAT_TYPES, FLOAT_METRICS, METRICS, Table

MAX_TOPK = WINDOW


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked besides the vectors.

    tags      patterns of partition tags; () = every row
    params    search parameters as sent
    segments  names of the segments to look in; () = all
    """

    topk: int
    tags: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    segments: tuple[str, ...] = ()


class Searching:
    def __init__(self) -> None:
        self._searches = Searches()

    def search(self, table: Table, asked: Search, vectors: Vectors) -> SearchResult:
        """Nearest rows for each vector.

        raises  TopKInvalid, ParameterInvalid, VectorsInvalid, DimensionMismatch, PartitionNotFound, SegmentNotFound
        """
        _check(table, asked)
        check_vectors(table, vectors)
        return answering.search(_view(table, asked), _spec(table, asked), vectors)

    def search_by_ids(self, table: Table, asked: Search, ids: Ids) -> SearchResult:
        """As :meth:`search`, for the stored vectors of these ids."""
        _check(table, asked)
        loaded(table.collection)
        return self._searches.search_by_ids(table.collection, _spec(table, asked), tuple(ids.tolist()))


def _check(table: Table, asked: Search) -> None:
    if not 1 <= asked.topk <= MAX_TOPK:
        raise TopKInvalid(f"Invalid topk: {asked.topk}. The topk must be within the range of 1 ~ {MAX_TOPK}.")
    check_search_of_any(table.specs, asked.params, asked.topk, Generation.V1)


def _spec(table: Table, asked: Search) -> SearchSpec:
    partitions = matching(table.collection, asked.tags) if asked.tags else ()
    return SearchSpec(field=table.vector.name, k=asked.topk, params=asked.params, partitions=partitions)


def _view(table: Table, asked: Search) -> View:
    """What is searched, and by which metric."""
    view = loaded(table.collection).view
    metric = _metric(table, asked)
    if metric is not table.metric:
        declared = replace(table.spec, metric=metric)
        view = replace(view, declared={**view.declared, table.vector.id: (declared,)})
    if asked.segments:
        view = replace(view, segments=tuple(segments_named(view, asked.segments)))
    return view


def _metric(table: Table, asked: Search) -> Metric:
    """The table's, or, where rows are compared one by one, another of the same vectors that the search names."""
    number = asked.params.get("metric_type")
    if number is None or table.spec.type not in FLAT_TYPES:
        return table.metric
    metric = METRICS.get(number) if isinstance(number, int) else None
    if metric is None or (metric not in FLOAT_METRICS) != table.is_binary:
        raise MetricNotFound(f"Invalid index metric type: {number}. The collection has metric {table.metric}.")
    return metric
