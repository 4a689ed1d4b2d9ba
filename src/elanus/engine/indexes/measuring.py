"""Measures how well a field is searched as it is now: recall against exact search, its spread, latency.

Beside the probe after a build (:mod:`elanus.index.probe`), which knows one file: here whole searches are measured, over
every segment, growing rows too, through the planner, under filters.

source  Wilson score interval, E. B. Wilson 1927
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from elanus.engine.indexes.measured import Figures
from elanus.engine.indexes.recent import Asked, Workload
from elanus.index.base import Queries
from elanus.index.probe import wilson_interval
from elanus.index.stored import picked
from elanus.search.kept import Kept
from elanus.search.nearest import Nearest
from elanus.search.requests import SearchSpec
from elanus.search.ring import EVERYWHERE
from elanus.search.run import bind
from elanus.segment.view import ServingIndex, View

NEIGHBOURS = 10
KEPT_FRACTIONS = (1.0, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that a filter keeps, for which a report measures."""
WORST_SHARE = 0.1
_TIE = 1e-5
Recalls = npt.NDArray[np.float64]


def with_index(view: View, field_id: int, opened: Mapping[int, ServingIndex]) -> View:
    """The view as if these indexes, by segment, served the field; segments without one are searched exactly."""
    segments = []
    for segment in view.segments:
        others = {field: index for field, index in segment.indexes.items() if field != field_id}
        own = {field_id: opened[segment.id]} if segment.id in opened else {}
        segments.append(replace(segment, indexes={**others, **own}))
    return replace(view, segments=tuple(segments))


def stored_rows(view: View, field: str, count: int, seed: int) -> Workload:
    """Searches for the neighbours of stored rows, drawn from all that can be read."""
    nearest, _ = bind(view, SearchSpec(field=field, k=1), _one_query(view, field))
    parts = nearest.kept
    sizes = np.array([kept.count for kept in parts], np.int64)
    random = np.random.default_rng(seed)
    drawn = random.choice(int(sizes.sum()), min(count, int(sizes.sum())), replace=False)
    firsts = np.cumsum(sizes) - sizes
    asked = []
    for number in drawn:
        at = int(np.searchsorted(firsts, number, side="right")) - 1
        row = parts[at].rows()[number - firsts[at]]
        vector = picked(parts[at].part.block.vectors(field), np.array([row]))
        asked.append(Asked(SearchSpec(field=field, k=NEIGHBOURS + 1), vector))
    return Workload(asked, "stored rows", skip=1)


def measured(view: View, workload: Workload, kept: float = 1.0, seed: int = 0) -> Figures:
    """The figures of these searches on this view; of ``kept`` < 1, with so many rows left at random."""
    recalls, trials, seconds = [], 0, []
    for number, one in enumerate(workload.asked):
        nearest, queries = bind(view, replace(one.spec, output_fields=(), offset=0), one.queries)
        if kept < 1:
            nearest = replace(nearest, kept=thinned(nearest.kept, kept, np.random.default_rng((seed, number))))
        hits, wanted, took = _trial(nearest, queries, workload.skip)
        if wanted:
            recalls.append(hits / wanted)
            trials += wanted
        seconds.append(took)
    return _figures(kept, np.array(recalls), trials, seconds)


def thinned(parts: Sequence[Kept], fraction: float, random: np.random.Generator) -> list[Kept]:
    """The parts with only a share of their rows left, as a filter would leave them."""
    left = []
    for kept in parts:
        mask = random.random(kept.part.row_count) < fraction
        if kept.mask is not None:
            mask &= kept.mask
        count = int(np.count_nonzero(mask))
        if count:
            left.append(Kept(kept.part, mask, count))
    return left


def _trial(nearest: Nearest, queries: Queries, skip: int) -> tuple[int, int, float]:
    """Neighbours found, how many there were to find, and the seconds one search took."""
    k = nearest.request.wanted
    started = time.perf_counter()
    found = nearest(queries, k)
    seconds = time.perf_counter() - started
    truth = nearest.exactly(queries, 2 * k, EVERYWHERE)
    there = min(k, int((truth.rows[0] >= 0).sum()))
    if there <= skip:
        return 0, 0, seconds
    farthest = float(truth.distances[0, there - 1])
    near = truth.rows[0][truth.distances[0] <= farthest + _TIE * max(1.0, abs(farthest))][skip:]
    wanted = there - skip
    return min(wanted, int(np.isin(found.rows[0], near[near >= 0]).sum())), wanted, seconds


def _figures(kept: float, recalls: Recalls, trials: int, seconds: Sequence[float]) -> Figures:
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e6 if len(seconds) else (0.0, 0.0)
    if not len(recalls):
        return Figures(kept, 0, 1.0, 0.0, 1.0, 1.0, float(p50), float(p99))
    recall = float(recalls.mean())
    low, high = wilson_interval(round(recall * trials), trials)
    worst = np.sort(recalls)[: max(1, int(len(recalls) * WORST_SHARE))]
    return Figures(
        kept, len(recalls), recall, low, high, float(worst.mean()), round(float(p50), 1), round(float(p99), 1)
    )


def _one_query(view: View, field: str) -> Queries:
    """Any query that fits the field."""
    block = next(block for segment in view.segments for block in segment.blocks if block.row_count)
    return picked(block.vectors(field), np.array([0]))
