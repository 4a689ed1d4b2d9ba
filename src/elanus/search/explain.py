"""What a search would do, without doing it."""

from __future__ import annotations

from dataclasses import dataclass, field

from elanus.index.base import Vectors
from elanus.index.params import Values
from elanus.schema.metric import Metric
from elanus.search.kept import Kept
from elanus.search.nearest import Nearest
from elanus.search.plan import Step
from elanus.search.requests import SearchSpec
from elanus.search.run import bind
from elanus.segment.view import View


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One block of a segment.

    index_type, params  of the index used; "" and empty when the part is searched exactly
    filtered_by         names of what the scalar indexes that the filter takes rows from are over (``info/price``)
    """

    segment_id: int
    is_growing: bool
    row_count: int
    kept: int
    step: Step
    index_type: str = ""
    params: Values = field(default_factory=dict)
    filtered_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """parts that hold no row to return are left out."""

    field: str
    metric: Metric
    filter: str
    parts: tuple[PartPlan, ...]


def explain(view: View, spec: SearchSpec, queries: Vectors) -> Explanation:
    """The plan of :func:`elanus.search.search` for the same arguments; raises what it raises."""
    nearest, _ = bind(view, spec, queries)
    parts = tuple(_part(nearest, kept) for kept in nearest.kept)
    return Explanation(nearest.request.field.name, nearest.metric, spec.filter, parts)


def _part(nearest: Nearest, kept: Kept) -> PartPlan:
    k = nearest.request.wanted
    step = nearest.step(kept, k)
    serving = nearest.serving(kept.part)
    index_type, params = "", _NONE
    if serving is not None and step in (Step.INDEX, Step.MASKED_INDEX):
        index_type, params = serving.spec.type, nearest.params(serving, kept, k)
    segment, filtered_by = kept.part.segment, _filtered_by(nearest, kept)
    return PartPlan(
        segment.id, segment.is_growing, kept.part.row_count, kept.count, step, index_type, params, filtered_by
    )


def _filtered_by(nearest: Nearest, kept: Kept) -> tuple[str, ...]:
    """The filter is run once more: its mask, which a search keeps, does not tell where it came from."""
    predicate = nearest.request.predicate
    if predicate is None:
        return ()
    return tuple(sorted(map(str, predicate.used_indexes(kept.part.block, kept.part.segment.filter_indexes))))


_NONE: Values = {}
