"""Hybrid search: several searches on one view, one list of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus import search as answering
from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric
from elanus.search.checks import WINDOW, check_round_decimal
from elanus.search.requests import QuerySpec, SearchResult, SearchSpec
from elanus.search.searched import searched_field
from elanus.segment.view import View
from elanus.service.search.query_texts import SentQueries, as_vectors
from elanus.service.search.rerank import Ranking, Reranker, Scores

MAX_SEARCHES = 1024


@dataclass(frozen=True, slots=True)
class HybridSpec:
    """searches  each with its own field, filter and k, and its queries; nq is the same in all."""

    searches: Sequence[tuple[SearchSpec, SentQueries]]
    reranker: Reranker
    k: int
    offset: int = 0
    output_fields: tuple[str, ...] = ()
    round_decimal: int = -1


def hybrid_search(view: View, spec: HybridSpec) -> SearchResult:
    """The k best rows for each query after the searches are merged by primary key; scores descending."""
    _check(spec)
    found = [
        answering.search(view, _whole(one), as_vectors(view.schema, one, queries)) for one, queries in spec.searches
    ]
    metrics = [_metric(view, one) for one, _ in spec.searches]
    nq = len(found[0].counts)
    merged = [_merged(spec, [_hits(result, query) for result in found], metrics) for query in range(nq)]
    ids = pa.concat_arrays([keys for keys, _ in merged])
    scores = np.concatenate([scores for _, scores in merged])
    return _with_fields(view, spec, ids, scores, [len(keys) for keys, _ in merged])


def _check(spec: HybridSpec) -> None:
    if not spec.searches:
        raise ParameterInvalid("no ann search requests in a hybrid search")
    if len(spec.searches) > MAX_SEARCHES:
        raise ParameterInvalid(f"maximum of ann search requests is {MAX_SEARCHES}")
    if len({len(queries) for _, queries in spec.searches}) > 1:
        raise ParameterInvalid("nq of the ann search requests of a hybrid search must be the same")
    if not 1 <= spec.k + spec.offset <= WINDOW or spec.k < 1 or spec.offset < 0:
        raise ParameterInvalid(
            f"(offset+limit) should be in range [1, {WINDOW}], but got {spec.offset + spec.k}: invalid parameter"
        )
    check_round_decimal(spec.round_decimal)
    spec.reranker.check(len(spec.searches))


def _whole(spec: SearchSpec) -> SearchSpec:
    """Keys only, and nothing skipped: an offset counts after the merge (clients send it with every search too)."""
    return replace(spec, output_fields=(), k=min(spec.k + spec.offset, WINDOW), offset=0)


def _metric(view: View, spec: SearchSpec) -> Metric:
    field = searched_field(view.schema, spec.field)
    return view.metric(field.id) or spec.metric or field.metrics[0]


def _hits(result: SearchResult, query: int) -> tuple[pa.Array, Scores]:
    """Keys and scores of one query."""
    first = sum(result.counts[:query])
    last = first + result.counts[query]
    return pa.array(result.ids[first:last]), result.scores[first:last].astype(np.float64)


def _merged(
    spec: HybridSpec, hits: Sequence[tuple[pa.Array, Scores]], metrics: Sequence[Metric]
) -> tuple[pa.Array, Scores]:
    rankings = [Ranking(scores, metric) for (_, scores), metric in zip(hits, metrics, strict=True)]
    coded = pa.concat_arrays([keys for keys, _ in hits]).dictionary_encode()
    added = np.concatenate(spec.reranker.contributions(rankings))
    scores: Scores = np.zeros(len(coded.dictionary))
    np.add.at(scores, coded.indices.to_numpy(), added)
    best = np.argsort(-scores, kind="stable")[spec.offset : spec.offset + spec.k]
    return coded.dictionary.take(pa.array(best)), scores[best]


def _with_fields(view: View, spec: HybridSpec, ids: pa.Array, scores: Scores, counts: list[int]) -> SearchResult:
    if spec.round_decimal >= 0:
        scores = np.round(scores, spec.round_decimal)
    wanted = QuerySpec(ids=tuple(ids.unique().to_pylist()), output_fields=spec.output_fields)
    rows = answering.query(view, wanted)
    places = pc.index_in(ids, rows.columns[rows.primary_name])
    shown = {
        name: column.take(places) for name, column in rows.columns.items() if _is_asked(spec, rows.primary_name, name)
    }
    return SearchResult(
        schema=view.schema,
        ids=ids,
        scores=scores.astype(np.float32),
        counts=counts,
        columns=shown,
        dynamic_keys=rows.dynamic_keys,
        output_fields=spec.output_fields and rows.output_fields,
        read_ts=view.ts,
    )


def _is_asked(spec: HybridSpec, primary: str, name: str) -> bool:
    """A query always returns the primary key; a search only when it is asked for."""
    return name != primary or primary in spec.output_fields or "*" in spec.output_fields
