"""Distances between dense vectors as numpy computes them in float32; smaller is nearer for every metric."""

from __future__ import annotations

import numpy as np

from elanus.index.base import Dense, Floats, Rows
from elanus.index.stored import as_floats
from elanus.schema.metric import Metric

GATHER_BYTES = 16 << 20
"""Most bytes of vectors gathered at once."""
CACHED_BYTES = 1 << 20
"""Gathered for several queries at once: no more than a core keeps near."""
_SMALLEST = np.finfo(np.float32).tiny


def squared_norms(vectors: Dense) -> Floats:
    """(n,) float32: the squared length of each row."""
    if vectors.dtype == np.float32:
        norms: Floats = np.vecdot(vectors, vectors)
        return norms
    step = max(1, GATHER_BYTES // (4 * max(1, vectors.shape[1])))
    parts = [squared_norms(as_floats(vectors[at : at + step])) for at in range(0, len(vectors), step)]
    return np.concatenate([np.empty(0, np.float32), *parts])


def inverse_lengths(norms: Floats) -> Floats:
    """1 / length from squared lengths; finite for a zero vector, so that its products, and its cosine, stay 0."""
    return np.reciprocal(np.sqrt(np.maximum(norms, _SMALLEST)))


def _lengths(vectors: Floats) -> Floats:
    """As :func:`inverse_lengths` turned over; never 0."""
    norms = squared_norms(vectors)
    np.maximum(norms, _SMALLEST, out=norms)
    return np.sqrt(norms, out=norms)


def unit(vectors: Floats) -> Floats:
    """The rows at length 1; zero vectors stay zero."""
    return vectors * inverse_lengths(squared_norms(vectors))[:, None]


def for_metric(vectors: Floats, metric: Metric) -> Floats:
    """The rows as an inner-product kernel needs them: at length 1 for COSINE, else as they are."""
    return unit(vectors) if metric is Metric.COSINE else vectors


def pair_distances(left: Floats, right: Floats, metric: Metric) -> Floats:
    """Distance of each row of ``left`` to the same row of ``right`` (or to its only row); further axes may lead.

    L2 sums (x - q)^2, so that a vector's distance to itself is exactly 0.
    """
    if metric is Metric.L2:
        return squared_norms(left - right)
    products: Floats = np.vecdot(left, right)
    np.negative(products, out=products)
    if metric is Metric.COSINE:
        products /= _lengths(left)
        products /= _lengths(right)
    return products


def distances_to(vectors: Dense, rows: Rows, query: Floats, metric: Metric) -> Floats:
    """(len(rows),) distances of these rows to one (dim,) query, in the order of ``rows``."""
    step = max(1, GATHER_BYTES // (4 * max(1, vectors.shape[1])))
    if len(rows) <= step:
        return pair_distances(as_floats(vectors.take(rows, axis=0)), query[None], metric)
    starts = range(0, len(rows), step)
    gathered = (as_floats(vectors[rows[at : at + step]]) for at in starts)
    return np.concatenate([pair_distances(part, query[None], metric) for part in gathered])


def candidate_distances(vectors: Dense, rows: Rows, queries: Floats, metric: Metric) -> Floats:
    """(nq, c) distances of the (nq, c) candidate rows to their query; +inf where the row is -1."""
    if len(vectors) == 0:
        return np.full(rows.shape, np.inf, np.float32)
    there = np.maximum(rows, 0)
    query_bytes = 4 * max(1, rows.shape[1] * vectors.shape[1])
    if len(queries) == 1 or query_bytes > GATHER_BYTES:
        parts = [distances_to(vectors, own, query, metric)[None] for own, query in zip(there, queries, strict=True)]
    else:
        step = max(1, CACHED_BYTES // query_bytes)
        starts = range(0, len(queries), step)
        parts = [_grouped(vectors, there[at : at + step], queries[at : at + step], metric) for at in starts]
    distances = np.concatenate([np.empty((0, rows.shape[1]), np.float32), *parts])
    distances[rows < 0] = np.inf
    return distances


def _grouped(vectors: Dense, rows: Rows, queries: Floats, metric: Metric) -> Floats:
    """(nq, c) distances of the (nq, c) rows to their query, all gathered at once."""
    gathered = as_floats(vectors.take(rows.ravel(), axis=0))
    return pair_distances(gathered.reshape(*rows.shape, gathered.shape[1]), queries[:, None], metric)
