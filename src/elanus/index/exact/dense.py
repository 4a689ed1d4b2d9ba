"""Exact search over dense rows of any stored type, computed in float32.

Scores come from matrix products, block by block; only the few best are measured again without cancellation. For L2,
|x|^2 - 2 x.q loses digits where vectors are long and near each other, so the answer is proved by the error bound of
the product, and a query that cannot be proved (many duplicates, data far from the origin) is measured directly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from elanus.index._products import products_of_all, products_of_rows
from elanus.index.base import Dense, Floats, Hits, Rows
from elanus.index.distance import candidate_distances, distances_to, for_metric, inverse_lengths, squared_norms
from elanus.index.exact.scan import Scan
from elanus.index.exact.smallest import smallest
from elanus.index.stored import as_floats
from elanus.schema.metric import Metric

SCORE_BYTES = 32 << 20
"""Most bytes of scores at once."""
QUERIES_AT_ONCE = 2048
NARROWEST = 1024
"""Fewest rows of a block, however many queries there are."""
SPARE = 32
"""Candidates kept beyond k for the exact measure."""
ROUNDING = 8 * float(np.finfo(np.float32).eps)
"""Relative error a float32 product of blocks is granted."""
DENSE_FRACTION = 0.25
"""From this share of the rows on, multiplying all rows is cheaper than gathering some."""
WIDENED_BYTES = 1 << 20
"""Bytes of float32 rows made at once from another type."""
GATHERED_BYTES = 384 << 10
"""Rows gathered for one query are multiplied while they are still in the processor's cache: 3 times as fast."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """A scan over dense rows, with what only their products need.

    largest_product  no product of a row and a query is larger; for the rounding near the bounds
    """

    vectors: Dense
    rows: Rows | None
    norms: Floats | None
    metric: Metric
    inner: float
    outer: float
    largest_product: float

    @property
    def width(self) -> int:
        return len(self.vectors) if self.rows is None else len(self.rows)

    @property
    def is_unbounded(self) -> bool:
        """Every distance is between the bounds."""
        return math.isinf(self.inner) and math.isinf(self.outer)


def search(scan: Scan, queries: Floats, k: int) -> Hits:
    """The nearest k rows of a scan for each (nq, dim) float32 query."""
    vectors = cast("Dense", scan.vectors)
    largest = 1.0
    if scan.metric is Metric.IP and not scan.is_unbounded:
        longest = (squared_norms(vectors) if scan.norms is None else scan.norms).max(initial=0.0)
        largest = float(np.sqrt(longest * squared_norms(queries).max(initial=0.0)))
    bound = _Scan(vectors, scan.rows, scan.norms, scan.metric, scan.inner, scan.outer, largest)
    return _search(bound, queries, k)


def rerank(vectors: Dense, candidates: Rows, queries: Floats, k: int, metric: Metric) -> Hits:
    """The best k of each query's (nq, c) candidate rows, by exact distance; -1 = none."""
    if len(queries) == 1 and candidates.shape[1] >= k and candidates.min(initial=0) == 0:
        return _rerank_of_one(vectors, candidates[0], queries[0], k, metric)
    return _best(candidates, candidate_distances(vectors, candidates, queries, metric), k)


def _rerank_of_one(vectors: Dense, rows: Rows, query: Floats, k: int, metric: Metric) -> Hits:
    """What :func:`_best` finds among the candidates of one query, all of them rows, in a third of the time."""
    distances = distances_to(vectors, rows, query, metric)
    chosen = np.lexsort((rows, distances))[:k]
    return Hits(distances[chosen][None], rows[chosen][None], complete=True)


def _search(scan: _Scan, queries: Floats, k: int) -> Hits:
    parts = [_answer(scan, queries[at : at + QUERIES_AT_ONCE], k) for at in range(0, len(queries), QUERIES_AT_ONCE)]
    if len(parts) == 1:
        return parts[0]
    none = Hits(np.empty((0, k), np.float32), np.empty((0, k), np.int64))
    parts = parts or [none]
    return Hits(np.concatenate([p.distances for p in parts]), np.concatenate([p.rows for p in parts]))


def _answer(scan: _Scan, queries: Floats, k: int) -> Hits:
    if len(queries) == 1 and scan.is_unbounded and scan.width and len(scan.vectors) <= SCORE_BYTES // 4:
        return _answer_of_one(scan, queries, k)
    scores, candidates = _candidates(scan, queries, min(k + SPARE, scan.width))
    distances = candidate_distances(scan.vectors, candidates, queries, scan.metric)
    distances[~((distances >= scan.inner) & (distances < scan.outer))] = np.inf
    hits = _best(candidates, distances, k)
    if scan.metric is not Metric.L2 or candidates.shape[1] == scan.width:
        return hits
    return _measured_where_unproved(scan, queries, hits, scores.max(axis=1, initial=-np.inf))


def _answer_of_one(scan: _Scan, queries: Floats, k: int) -> Hits:
    """The answer for one query without bounds, all scores at once: half the steps of the way for many."""
    scores, numbers = next(_blocks(scan, _factors(queries, scan.metric)))
    near = smallest(scores, min(k + SPARE, scan.width))[0]
    rows = numbers[near]
    hits = _best(rows[None], distances_to(scan.vectors, rows, queries[0], scan.metric)[None], k)
    if scan.metric is not Metric.L2 or len(near) == scan.width:
        return hits
    return _measured_where_unproved(scan, queries, hits, scores[:, near].max(axis=1))


def _candidates(scan: _Scan, queries: Floats, count: int) -> tuple[Floats, Rows]:
    """Scores and rows (nq, count) of the best by product; row -1 where the score is out of range.

    A score is the distance, for L2 less |q|^2.
    """
    shift = squared_norms(queries) if scan.metric is Metric.L2 else np.zeros(len(queries), np.float32)
    scores = np.empty((len(queries), 0), np.float32)
    rows = np.empty((len(queries), 0), np.int64)
    for block, numbers in _blocks(scan, _factors(queries, scan.metric)):
        _drop_out_of_range(scan, block, shift)
        best = smallest(block, count)
        scores = np.concatenate([scores, np.take_along_axis(block, best, 1)], axis=1)
        rows = np.concatenate([rows, numbers[best]], axis=1)
        if scores.shape[1] > count:
            best = np.argpartition(scores, count - 1, axis=1)[:, :count]
            scores, rows = np.take_along_axis(scores, best, 1), np.take_along_axis(rows, best, 1)
    return scores, np.where(np.isinf(scores), -1, rows)


def _factors(queries: Floats, metric: Metric) -> Floats:
    """What rows are multiplied by: products are then scores, but for the lengths of the rows."""
    return for_metric(queries, metric) * np.float32(-2.0 if metric is Metric.L2 else -1.0)


def _blocks(scan: _Scan, factors: Floats) -> Iterator[tuple[Floats, Rows]]:
    """Scores (nq, width) of one block of rows after the other, and their row numbers."""
    step = max(NARROWEST, SCORE_BYTES // (4 * len(factors)))
    if scan.rows is not None and len(scan.rows) < DENSE_FRACTION * len(scan.vectors):
        for at in range(0, len(scan.rows), step):
            numbers = scan.rows[at : at + step]
            yield _gathered_scores(scan, factors, numbers), numbers
        return
    for at in range(0, len(scan.vectors), step):
        part = slice(at, at + step)
        norms = None if scan.norms is None else scan.norms[part]
        scores = _scores(scan.vectors[part], factors, norms, scan.metric)
        if scan.rows is None:
            yield scores, np.arange(at, at + scores.shape[1])
        else:
            numbers = scan.rows[slice(*scan.rows.searchsorted([at, at + step]))]
            yield scores[:, numbers - at], numbers


def _gathered_scores(scan: _Scan, factors: Floats, numbers: Rows) -> Floats:
    """Scores of these rows for every query."""
    if len(factors) == 1 and scan.vectors.dtype == np.float32:
        products = products_of_rows(cast("Floats", scan.vectors), numbers, factors[0])[None]
        return _weighted(products, scan.metric, lambda: _norms_of_rows(scan, numbers))
    scores = np.empty((len(factors), len(numbers)), np.float32)
    gathered_bytes = min(SCORE_BYTES, GATHERED_BYTES * len(factors))  # many queries make large products worth it
    step = max(1, gathered_bytes // (4 * scan.vectors.shape[1]))
    buffer = np.empty((min(step, len(numbers)), scan.vectors.shape[1]), scan.vectors.dtype)
    for at in range(0, len(numbers), step):
        some = numbers[at : at + step]
        gathered = np.take(scan.vectors, some, axis=0, out=buffer[: len(some)], mode="clip")
        norms = None if scan.norms is None else scan.norms[some]
        scores[:, at : at + len(some)] = _scores(gathered, factors, norms, scan.metric)
    return scores


def _scores(vectors: Dense, factors: Floats, norms: Floats | None, metric: Metric) -> Floats:
    """Scores of every row for every query; ``factors`` are the queries times -1, for L2 times -2."""
    return _weighted(_products(vectors, factors), metric, lambda: squared_norms(vectors) if norms is None else norms)


def _weighted(products: Floats, metric: Metric, norms: Callable[[], Floats]) -> Floats:
    """Products with the rows of these squared norms made into scores, in place."""
    if metric is Metric.L2:
        products += norms()
    elif metric is Metric.COSINE:
        products *= inverse_lengths(norms())
    return products


def _norms_of_rows(scan: _Scan, numbers: Rows) -> Floats:
    return squared_norms(scan.vectors[numbers]) if scan.norms is None else scan.norms[numbers]


def _products(vectors: Dense, factors: Floats) -> Floats:
    """(nq, n) products; rows of other types become float32 a cacheful at a time."""
    if len(factors) == 1 and vectors.dtype == np.float32:
        return products_of_all(cast("Floats", vectors), factors[0])[None]
    if vectors.dtype == np.float32:
        products: Floats = factors @ cast("Floats", vectors).T
        return products
    products = np.empty((len(factors), len(vectors)), np.float32)
    step = max(1, WIDENED_BYTES // (4 * vectors.shape[1]))
    for at in range(0, len(vectors), step):
        part = slice(at, at + step)
        np.matmul(factors, as_floats(vectors[part]).T, out=products[:, part])
    return products


def _drop_out_of_range(scan: _Scan, scores: Floats, shift: Floats) -> None:
    """Sets what is surely out of range to +inf; what is near a bound stays and is measured."""
    if scan.is_unbounded:
        return
    outside = scores < (scan.inner - shift - _slack(scan, scan.inner, shift))[:, None]
    outside |= scores > (scan.outer - shift + _slack(scan, scan.outer, shift))[:, None]
    scores[outside] = np.inf


def _slack(scan: _Scan, bound: float | Floats, shift: Floats) -> Floats:
    """How far rounding can carry the score of a row at distance ``bound``, per query.

    L2: such a row is at most twice as long, squared, as query and distance together: |x|^2 <= 2 |q|^2 + 2 d.
    """
    if scan.metric is Metric.L2:
        return np.asarray(ROUNDING * (3 * shift + 2 * np.abs(bound)), np.float32)
    return np.full(len(shift), ROUNDING * scan.largest_product, np.float32)


def _best(rows: Rows, distances: Floats, k: int) -> Hits:
    """The first k by (distance, row); padded with -1 and +inf."""
    if distances.shape[1] < k:
        pad = ((0, 0), (0, k - distances.shape[1]))
        distances = np.pad(distances, pad, constant_values=np.inf)
        rows = np.pad(rows, pad, constant_values=-1)
    chosen = np.arange(len(rows))[:, None], np.lexsort((rows, distances), axis=1)[:, :k]
    distances = distances[chosen]
    return Hits(distances, np.where(np.isinf(distances), -1, rows[chosen]))


def _measured_where_unproved(scan: _Scan, queries: Floats, hits: Hits, worst: Floats) -> Hits:
    """Measures again, row by row, the queries whose answer rounding could have changed.

    worst  (nq,) the worst candidate score: every row that is no candidate scores at least this; +inf when there is
           no other row
    """
    shift, farthest = squared_norms(queries), hits.distances[:, -1]
    open_ended = np.flatnonzero(np.isfinite(worst))
    surely_beyond = (worst + shift)[open_ended] - _slack(scan, farthest, shift)[open_ended]
    for query in open_ended[surely_beyond < farthest[open_ended]]:
        best = _measured(scan, queries[query], hits.rows.shape[1])
        hits.distances[query], hits.rows[query] = best.distances[0], best.rows[0]
    return hits


def _measured(scan: _Scan, query: Floats, k: int) -> Hits:
    """The answer for one (dim,) query by the distance of every row."""
    rows = np.arange(len(scan.vectors)) if scan.rows is None else scan.rows
    distances = distances_to(scan.vectors, rows, query, scan.metric)
    distances[~((distances >= scan.inner) & (distances < scan.outer))] = np.inf
    kept = np.argpartition(distances, min(k, len(rows)) - 1)[:k]
    return _best(rows[kept][None], distances[kept][None], k)
