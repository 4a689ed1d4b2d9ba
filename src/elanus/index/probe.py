"""Measures an opened index against exact search: recall with its interval, and latency.

source  Wilson score interval, E. B. Wilson 1927; recall by distance, so that ties are not punished
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from elanus.index.base import Floats, IndexSpec, Rows, VectorIndex
from elanus.index.distance import candidate_distances
from elanus.index.exact import exact_search
from elanus.index.registry import index_type

QUERIES = 100
NEIGHBOURS = 10
_Z_95 = 1.959964
_TIE = 1e-5
"""Relative difference of distances that counts as a tie."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the probe found, with default search parameters.

    queries      stored vectors used as queries, each looking for its nearest others
    recall       share of the neighbours found at NEIGHBOURS; 1.0 when there was nothing to find
    p50_us, p99_us  time of one single-vector search, microseconds
    """

    queries: int
    recall: float
    recall_low: float
    recall_high: float
    p50_us: float
    p99_us: float


def measure(index: VectorIndex, spec: IndexSpec, vectors: Floats, seed: int) -> Measured:
    """Searches a seeded sample of the stored vectors both ways; the query's own row does not count."""
    own = sample_rows(len(vectors), QUERIES, seed)
    queries = np.ascontiguousarray(vectors[own])
    k = min(NEIGHBOURS + 1, max(1, len(vectors)))
    found, seconds = _timed_searches(index, spec, queries, k)
    wanted = exact_search(vectors, queries, k, spec.metric).rows
    hits, trials = _count_hits(vectors, queries, spec, (_others(found, own), _others(wanted, own)))
    low, high = wilson_interval(hits, trials)
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e6 if len(own) else (0.0, 0.0)
    recall = hits / trials if trials else 1.0
    return Measured(len(own), recall, low, high, round(float(p50), 1), round(float(p99), 1))


def sample_rows(row_count: int, wanted: int, seed: int) -> Rows:
    """Distinct row numbers, sorted, at most ``wanted``; the same for the same seed."""
    if row_count <= wanted:
        return np.arange(row_count)
    return np.sort(np.random.default_rng(seed).choice(row_count, wanted, replace=False))


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share; (0, 1) without a trial."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = hits / trials, _Z_95**2
    centre = share + z2 / (2 * trials)
    half = _Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    scale = 1 + z2 / trials
    low = (centre - half) / scale if hits else 0.0
    high = (centre + half) / scale if hits < trials else 1.0
    return low, high


def _timed_searches(index: VectorIndex, spec: IndexSpec, queries: Floats, k: int) -> tuple[Rows, list[float]]:
    params = index_type(spec.type).check_search({}, k)
    rows, seconds = [np.empty((0, k), np.int64)], []
    for at in range(len(queries)):
        start = time.perf_counter()
        rows.append(index.search(queries[at : at + 1], k, mask=None, params=params).rows)
        seconds.append(time.perf_counter() - start)
    return np.concatenate(rows), seconds


def _others(rows: Rows, own: Rows) -> Rows:
    """The rows without the query's own (-1 there); without the last when the own row was not found."""
    rows = rows.copy()
    is_own = rows == own[:, None]
    rows[is_own] = -1
    rows[~is_own.any(axis=1), -1] = -1
    return rows


def _count_hits(vectors: Floats, queries: Floats, spec: IndexSpec, pair: tuple[Rows, Rows]) -> tuple[int, int]:
    """How many found rows are as near as the farthest wanted one, of how many wanted."""
    found, wanted = (candidate_distances(vectors, rows, queries, spec.metric) for rows in pair)
    trials = np.isfinite(wanted)
    if not trials.any():
        return 0, 0
    farthest = np.where(trials, wanted, -np.inf).max(axis=1)
    near = found <= (farthest + _TIE * np.maximum(1.0, np.abs(farthest)))[:, None]
    return int(np.minimum(near.sum(axis=1), trials.sum(axis=1)).sum()), int(trials.sum())
