"""What a search does and how long each step takes: it is done once, its answer left aside."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from elanus.index.base import Vectors
from elanus.index.params import Values
from elanus.schema.metric import Metric
from elanus.search.kept import Kept
from elanus.search.nearest import Nearest, Run
from elanus.search.plan import Step
from elanus.search.requests import SearchSpec
from elanus.search.run import answer, plan
from elanus.segment.view import View


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One block of a segment.

    index_type, params  of the index used; "" and empty when the part is searched exactly
    filtered_by         names of what the scalar indexes that the filter takes rows from are over (``info/price``)
    search_us           time its search took, microseconds
    """

    segment_id: int
    is_growing: bool
    row_count: int
    kept: int
    step: Step
    index_type: str = ""
    params: Values = field(default_factory=dict)
    filtered_by: tuple[str, ...] = ()
    search_us: float = 0.0


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Of one search, microseconds, as measured.

    plan    the request checked, and what can be read
    filter  rows to return found; about nothing where a mask of the filter is kept since an earlier search
    search  all parts together; each has its own in :class:`PartPlan`
    merge   of the parts' hits
    fetch   ids, scores and output fields of the hits
    """

    plan_us: float
    filter_us: float
    search_us: float
    merge_us: float
    fetch_us: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """parts that hold no row to return are left out."""

    field: str
    metric: Metric
    filter: str
    parts: tuple[PartPlan, ...]
    times: StepTimes


def explain(view: View, spec: SearchSpec, queries: Vectors) -> Explanation:
    """The plan and times of :func:`elanus.search.search` for the same arguments, which name no group, ring or page.

    Raises what it raises.
    """
    watch = _Watch()
    planned = plan(view, spec, queries)
    plan_us = watch.lap()
    nearest = planned.bound()
    filter_us = watch.lap()
    k, found, part_us = nearest.request.wanted, [], list[float]()
    for run in nearest.runs():
        found.append(nearest.of_run(run, planned.queries, k))
        part_us += _shared(watch.lap(), run)
    hits = nearest.merged(found, len(planned.queries), k)
    merge_us = watch.lap()
    answer(view, nearest, hits)
    times = StepTimes(plan_us, filter_us, sum(part_us), merge_us, watch.lap())
    nq = len(planned.queries)
    parts = tuple(_part(nearest, kept, nq, took) for kept, took in zip(nearest.kept, part_us, strict=True))
    return Explanation(nearest.request.field.name, nearest.metric, spec.filter, parts, times)


class _Watch:
    """Microseconds from lap to lap."""

    def __init__(self) -> None:
        self._last_ns = time.perf_counter_ns()

    def lap(self) -> float:
        now_ns = time.perf_counter_ns()
        took, self._last_ns = now_ns - self._last_ns, now_ns
        return took / 1000


def _shared(took_us: float, run: Run) -> list[float]:
    """Parts that are searched together share the time by their rows."""
    rows = sum(kept.part.row_count for kept in run)
    return [took_us * kept.part.row_count / rows for kept in run]


def _part(nearest: Nearest, kept: Kept, nq: int, took_us: float) -> PartPlan:
    k = nearest.request.wanted
    step = nearest.step(kept, k, nq)
    serving = nearest.serving(kept.part)
    index_type, params = "", _NONE
    if serving is not None and step in (Step.INDEX, Step.MASKED_INDEX):
        index_type, params = serving.spec.type, nearest.params(serving, kept, k)
    segment, filtered_by = kept.part.segment, _filtered_by(nearest, kept)
    return PartPlan(
        segment_id=segment.id,
        is_growing=segment.is_growing,
        row_count=kept.part.row_count,
        kept=kept.count,
        step=step,
        index_type=index_type,
        params=params,
        filtered_by=filtered_by,
        search_us=took_us,
    )


def _filtered_by(nearest: Nearest, kept: Kept) -> tuple[str, ...]:
    """The filter is run once more: its mask, which a search keeps, does not tell where it came from."""
    predicate = nearest.request.predicate
    if predicate is None:
        return ()
    return tuple(sorted(map(str, predicate.used_indexes(kept.part.block, kept.part.segment.filter_indexes))))


_NONE: Values = {}
