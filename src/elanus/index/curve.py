"""What effort buys: recall and latency of a finished index over the values of its search parameter, and the choice of
one for a wanted recall.

The curve is measured by the probe after a build, with stored rows as queries, and kept with the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elanus.errors import ParameterInvalid
from elanus.index.base import IndexSpec
from elanus.index.params import Param, Values
from elanus.index.registry import index_type

TARGET_RECALL = "target_recall"
"""The search parameter, and AUTOINDEX's build parameter, that asks for a recall instead of an effort."""
EFFORTS = ("ef", "nprobe", "search_list", "search_k", "search_length")
"""Search parameters of which more gives better recall for a slower search."""
NEIGHBOURS = 10
GROWTH = 1.5
ENOUGH = 0.999
LARGEST = 2048
CAUTION = 1.5
"""Real queries miss up to so many times what the curve's queries miss, which come from stored rows.

source  seen with held-out queries on random, clustered and folded data: 0.8 to 1.7 times
"""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Recall@10 with its standard error over queries, and the median time of one search, microseconds."""

    effort: int
    recall: float
    error: float
    p50_us: float
    p99_us: float

    @property
    def safe_recall(self) -> float:
        """What real queries can be promised."""
        return 1 - CAUTION * (1 - self.recall) - self.error


def effort_of(spec: IndexSpec) -> Param | None:
    """The search parameter of the type that sets its effort; None where there is none."""
    params = {param.name: param for param in index_type(spec.type).search_params}
    return next((params[name] for name in EFFORTS if name in params), None)


def efforts(spec: IndexSpec, row_count: int) -> Iterator[int]:
    """Values to measure, ascending, each half as large again as the one before."""
    param = effort_of(spec)
    if param is None:
        return
    value = max(int(param.low or 1), NEIGHBOURS + 1 if param.at_least_k else 1)
    last = min(int(param.high or LARGEST), LARGEST, max(row_count, value), int(spec.params.get("nlist", LARGEST)))
    while value < last:
        yield value
        value = max(value + 1, int(value * GROWTH))
    yield max(last, 1)


def chosen(curve: Sequence[CurvePoint], target: float) -> CurvePoint | None:
    """The least effort whose recall, said with caution, reaches the target; the greatest when none does."""
    return next((point for point in curve if point.safe_recall >= target), curve[-1] if curve else None)


def target_of(given: Mapping[str, Any], spec: IndexSpec) -> float | None:
    """The recall a search asks for, or else its index was built for. Raises ParameterInvalid."""
    asked = given.get(TARGET_RECALL, spec.params.get(TARGET_RECALL))
    if asked is None:
        return None
    try:
        target = float(asked)
    except (TypeError, ValueError):
        target = -1.0
    if not 0 < target <= 1:
        raise ParameterInvalid(f"{TARGET_RECALL} is {asked!r}; allowed: a number above 0 and at most 1")
    return target


def aimed(values: Values, given: Mapping[str, Any], spec: IndexSpec, k: int, curve: Sequence[CurvePoint]) -> Values:
    """Checked search parameters with the effort that the wanted recall takes; one that was given is kept.

    For more than 10 rows an effort that must reach k grows with k. Raises ParameterInvalid.
    """
    target, param = target_of(given, spec), effort_of(spec)
    if target is None or param is None or any(key in given for key in (param.name, *param.aliases)):
        return values
    point = chosen(curve, target)
    if point is None:
        return values
    effort = point.effort * max(1, k // NEIGHBOURS) if param.at_least_k else point.effort
    return {**values, param.name: max(k, effort) if param.at_least_k else effort}
