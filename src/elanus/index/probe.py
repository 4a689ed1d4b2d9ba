"""Measures an opened index against exact search: recall with its interval, and latency.

source  Wilson score interval, E. B. Wilson 1927; recall by distance, so that ties are not punished
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from elanus.index.base import Floats, IndexSpec, Queries, Rows, VectorIndex, Vectors
from elanus.index.curve import ENOUGH, CurvePoint, effort_of, efforts
from elanus.index.exact import candidate_distances, comparable, exact_search, norms_by, norms_of
from elanus.index.params import Values
from elanus.index.registry import index_type
from elanus.index.stored import picked
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows

QUERIES = 100
CURVE_QUERIES = 200
NEIGHBOURS = 10
REHEARSED_ROWS, REHEARSED_QUERIES = 4096, 100
DISTANCES_AT_ONCE = 1 << 21
_Z_95 = 1.959964
ASIDE = 1.3
"""How far a stored row is moved, in differences of two of its neighbours: somewhat farther than its nearest one is."""
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


def measure(index: VectorIndex, spec: IndexSpec, vectors: Vectors, seed: int) -> Measured:
    """Searches a seeded sample of the stored vectors both ways; the query's own row does not count."""
    own = sample_rows(len(vectors), QUERIES, seed)
    return Probe(spec, vectors, picked(vectors, own), own).measure(index)


def exact_measured(vectors: Vectors, metric: Metric, queries: Queries) -> Measured:
    """Of exact search, which finds every neighbour: only its time is measured."""
    norms = norms_of(vectors, metric)
    seconds = []
    for at in range(len(queries)):
        start = time.perf_counter()
        exact_search(vectors, queries[at : at + 1], NEIGHBOURS, metric, norms=norms)
        seconds.append(time.perf_counter() - start)
    return Measured(len(queries), 1.0, 1.0, 1.0, *_percentiles(seconds))


def probe_seconds(spec: IndexSpec, vectors: Vectors, curve_s: float) -> float:
    """Processor seconds that measuring an index over these rows may take, with so many for its curve.

    Nearly all the rest is exact search, which is tried with a few rows and queries.
    """
    few, asked = vectors[:REHEARSED_ROWS], vectors[:REHEARSED_QUERIES]
    if not len(few):
        return curve_s
    truth = _truth_of(spec, few, picked(asked, np.arange(len(asked))))
    truth.nearest(NEIGHBOURS)  # the first time its memory has to be found
    started = time.process_time()
    truth.nearest(NEIGHBOURS)
    share = len(few) / len(vectors) * len(asked) / (QUERIES + CURVE_QUERIES)
    return (time.process_time() - started) / share + curve_s


def measured_curve(
    index: VectorIndex, spec: IndexSpec, vectors: Vectors, seed: int, patience_s: float
) -> tuple[CurvePoint, ...]:
    """What the efforts of the type buy for queries that the index has not seen; empty for a type without efforts.

    Stored rows are easier to find the way from than any real query: dense ones are moved aside first.
    """
    own = sample_rows(len(vectors), CURVE_QUERIES, seed)
    if effort_of(spec) is None or len(vectors) <= NEIGHBOURS:
        return ()
    stored = picked(vectors, own)
    if isinstance(stored, SparseRows) or stored.dtype != np.float32:
        return Probe(spec, vectors, stored, own).curve(index, patience_s)
    nearby = _truth_of(spec, vectors, stored).nearest(NEIGHBOURS)
    first, second = (picked(vectors, rows) for rows in (nearby[:, NEIGHBOURS // 2], nearby[:, -1]))
    moved = np.ascontiguousarray(stored + ASIDE * (cast("Floats", first) - cast("Floats", second)))
    return Probe(spec, vectors, moved, np.full(len(own), -1)).curve(index, patience_s)


class Probe:
    """Queries, and what exact search finds for them.

    own  (nq,) the stored row that each query is, which does not count; -1 = none
    """

    def __init__(self, spec: IndexSpec, vectors: Vectors, queries: Queries, own: Rows) -> None:
        self._spec = spec
        self._own = own
        self._queries = queries
        self._k = min(NEIGHBOURS + int((own >= 0).any()), max(1, len(vectors)))
        self._row_count = len(vectors)
        self._truth = _truth_of(spec, vectors, queries)
        self._wanted = _others(self._truth.nearest(self._k), self._own)

    def measure(self, index: VectorIndex) -> Measured:
        """With default search parameters."""
        hits, trials, seconds = self._searched(index, {})
        found, there = int(hits.sum()), int(trials.sum())
        low, high = wilson_interval(found, there)
        recall = found / there if there else 1.0
        return Measured(len(self._own), recall, low, high, *_percentiles(seconds))

    def curve(self, index: VectorIndex, patience_s: float) -> tuple[CurvePoint, ...]:
        """Over the efforts of the type, until recall is as good as 1 or the time is over; empty without any.

        patience_s  of processor, which other work on the machine does not use up
        """
        param = effort_of(self._spec)
        points: list[CurvePoint] = []
        started = time.thread_time()
        for effort in efforts(self._spec, self._row_count) if param is not None else ():
            hits, trials, seconds = self._searched(index, {param.name: effort})  # type: ignore[union-attr]
            shares = hits[trials > 0] / trials[trials > 0]
            if not len(shares):
                break
            error = float(shares.std() / math.sqrt(len(shares)))
            points.append(CurvePoint(effort, float(shares.mean()), error, *_percentiles(seconds)))
            if points[-1].recall >= ENOUGH or time.thread_time() - started > patience_s:
                break
        return tuple(points)

    def _searched(self, index: VectorIndex, given: Mapping[str, Any]) -> tuple[Rows, Rows, list[float]]:
        """Hits and what there was to hit, by query, and the seconds each search took."""
        params = index_type(self._spec.type).check_search(given, self._k)
        found, seconds = _timed_searches(index, self._queries, self._k, params)
        return (*self._truth.count_hits(_others(found, self._own), self._wanted), seconds)


def _truth_of(spec: IndexSpec, vectors: Vectors, queries: Queries) -> _Truth:
    return _Truth(comparable(vectors, spec), comparable(queries, spec), spec.metric, norms_by(vectors, spec))


@dataclass(frozen=True, slots=True)
class _Truth:
    """What exact search says of the queries."""

    vectors: Vectors
    queries: Queries
    metric: Metric
    norms: Floats | None

    def nearest(self, k: int) -> Rows:
        """The nearest rows, few queries at a time: an exact search holds a distance for every row and query."""
        at_once = max(1, DISTANCES_AT_ONCE // max(1, len(self.vectors)))
        starts = range(0, len(self.queries), at_once)
        parts = [
            exact_search(self.vectors, self.queries[at : at + at_once], k, self.metric, norms=self.norms).rows
            for at in starts
        ]
        return np.concatenate(parts) if parts else np.empty((0, k), np.int64)

    def count_hits(self, found: Rows, wanted: Rows) -> tuple[Rows, Rows]:
        """For each query, how many found rows are as near as the farthest wanted one, of how many wanted."""
        distances = self._distances(wanted)
        trials = np.isfinite(distances)
        farthest = np.where(trials, distances, np.finfo(np.float32).min).max(axis=1, initial=np.finfo(np.float32).min)
        near = self._distances(found) <= (farthest + _TIE * np.maximum(1.0, np.abs(farthest)))[:, None]
        return np.minimum(near.sum(axis=1), trials.sum(axis=1)), trials.sum(axis=1)

    def _distances(self, rows: Rows) -> Floats:
        return candidate_distances(self.vectors, rows, self.queries, self.metric, norms=self.norms)


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


def _timed_searches(index: VectorIndex, queries: Queries, k: int, params: Values) -> tuple[Rows, list[float]]:
    rows, seconds = [np.empty((0, k), np.int64)], []
    for at in range(len(queries)):
        start = time.perf_counter()
        rows.append(index.search(queries[at : at + 1], k, mask=None, params=params).rows)
        seconds.append(time.perf_counter() - start)
    return np.concatenate(rows), seconds


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th, in microseconds; 0 of nothing."""
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e6 if len(seconds) else (0.0, 0.0)
    return round(float(p50), 1), round(float(p99), 1)


def _others(rows: Rows, own: Rows) -> Rows:
    """The rows without the query's own (-1 there); without the last when the own row was not found."""
    rows = rows.copy()
    is_own = (rows == own[:, None]) & (own >= 0)[:, None]
    rows[is_own] = -1
    rows[(own >= 0) & ~is_own.any(axis=1), -1] = -1
    return rows
