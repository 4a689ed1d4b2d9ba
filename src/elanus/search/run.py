"""A search, from request to answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from elanus.index.base import Floats, Hits, Queries, Rows, Vectors
from elanus.index.bm25 import Bm25
from elanus.schema.metric import Metric, scores_from_distances
from elanus.schema.sparse import SparseRows
from elanus.search.checks import check_queries, check_reply
from elanus.search.fetch import Located
from elanus.search.group_by import group_search
from elanus.search.iterate import page
from elanus.search.kept import keep, with_value
from elanus.search.nearest import Nearest
from elanus.search.prepare import Prepared, prepare
from elanus.search.queries import fitted
from elanus.search.range_search import range_search
from elanus.search.relevance import weighed
from elanus.search.requests import SearchResult, SearchSpec
from elanus.search.ring import ring_of
from elanus.search.visible import Reading, reading
from elanus.segment.view import View

HIT_BYTES = 12
"""An id and a score."""


def search(view: View, spec: SearchSpec, queries: Vectors) -> SearchResult:
    """The nearest rows of the view for each query.

    queries  in the type they were sent in (see :func:`elanus.search.queries.fitted`)
    raises   CollectionNotLoaded, PartitionNotFound, PartitionNotLoaded, FieldNotFound, FilterInvalid,
             DimensionMismatch, ParameterInvalid, Rejected
    """
    nearest, fitting = bind(view, spec, queries)
    most = min(nearest.request.wanted * spec.group_size, nearest.available)
    check_reply("search", len(queries) * most * HIT_BYTES)
    return answer(view, nearest, _hits(nearest, fitting))


def bind(view: View, spec: SearchSpec, queries: Vectors) -> tuple[Nearest, Queries]:
    """The search ready to run, and its queries: everything checked, the rows to consider known."""
    planned = plan(view, spec, queries)
    return planned.bound(), planned.queries


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A search whose filter has not run yet."""

    view: View
    request: Prepared
    seen: Reading
    queries: Queries
    metric: Metric
    bm25: Bm25 | None

    def bound(self) -> Nearest:
        """With the rows that may be returned: runs the filter where no mask of it is kept."""
        request, declared = self.request, self.view.declaration(self.request.field.id)
        kept = with_value(keep(self.seen, request.predicate, self.view.schema.primary), request.field)
        return Nearest(request, self.seen, kept, self.metric, declared, self.bm25)


def plan(view: View, spec: SearchSpec, queries: Vectors) -> Planned:
    """The search with everything checked that can be before a row is looked at."""
    request = prepare(spec, view.schema)
    check_queries(len(queries), spec)
    fitting = fitted(queries, request.field)
    metric, bm25 = request.metric(view), None
    request.check_params(view)
    seen = reading(view, request.scope)
    if metric is Metric.BM25 and isinstance(fitting, SparseRows):
        fitting, bm25 = weighed(view, request.field, fitting)
    return Planned(view, request, seen, fitting, metric, bm25)


def _hits(nearest: Nearest, queries: Queries) -> Hits:
    request = nearest.request
    spec = request.spec
    if spec.group_by:
        return group_search(nearest, queries)
    if spec.iterator_batch:
        return page(nearest, queries, ring_of(spec, nearest.metric))
    if spec.radius is not None:
        return range_search(nearest, queries, ring_of(spec, nearest.metric))
    hits = nearest(queries, request.wanted)
    if not spec.offset:
        return hits
    return Hits(hits.distances[:, spec.offset :], hits.rows[:, spec.offset :], hits.complete)


def answer(view: View, nearest: Nearest, hits: Hits) -> SearchResult:
    """The hits with their ids, scores and output columns."""
    spec, output = nearest.request.spec, nearest.request.output
    distances, places, counts = _flat(hits)
    located = Located(nearest.reading, places)
    check_reply("search", located.size_bytes(output.columns))
    scores = scores_from_distances(distances, nearest.metric)
    return SearchResult(
        schema=view.schema,
        ids=located.keys(),
        scores=scores if spec.round_decimal < 0 else np.round(scores, spec.round_decimal),
        counts=counts,
        columns=located.columns(output.columns),
        dynamic_keys=output.dynamic_keys,
        group_values=located.column(spec.group_by) if spec.group_by else None,
        output_fields=output.names,
        iterator_bound=float(scores[-1]) if spec.iterator_batch and len(scores) else spec.iterator_bound,
        read_ts=view.ts,
    )


def _flat(hits: Hits) -> tuple[Floats, Rows, list[int]]:
    """Distances and places of the hits there are, one query after the other, and how many each query has."""
    nq, k = hits.rows.shape
    if hits.complete or (hits.rows >= 0).all():
        return hits.distances.ravel(), hits.rows.ravel(), [k] * nq
    found = hits.rows >= 0
    return hits.distances[found], hits.rows[found], found.sum(axis=1).tolist()
