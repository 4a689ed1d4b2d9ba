"""Range search bounds, as distances.

L2: range_filter <= d < radius. IP and COSINE: radius < s <= range_filter. As distances both are the same:
inner <= distance < outer.

source  behaviour of Milvus 2.3 and later
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric, distance_from_score
from elanus.search.requests import SearchSpec


@dataclass(frozen=True, slots=True)
class Ring:
    """Distances from ``inner`` (included) to ``outer`` (not included), float32 values."""

    inner: float
    outer: float

    def holds(self, distances: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        return (distances >= self.inner) & (distances < self.outer)

    def beyond(self, score: float | None, metric: Metric) -> Ring:
        """The part of the ring strictly farther than this score; None = all of it."""
        if score is None:
            return self
        bound = np.float32(distance_from_score(score, metric))
        return Ring(max(self.inner, float(np.nextafter(bound, np.float32(np.inf)))), self.outer)


EVERYWHERE = Ring(-np.inf, np.inf)


def ring_of(spec: SearchSpec, metric: Metric) -> Ring:
    """The distances a search asks for. Raises ParameterInvalid when radius is not the outer bound.

    Bounds are rounded to float32, the precision of the scores a client was shown.
    """
    if spec.radius is None:
        return EVERYWHERE
    outer = float(np.float32(distance_from_score(spec.radius, metric)))
    if spec.range_filter is None:
        return Ring(-np.inf, outer)
    inner = float(np.float32(distance_from_score(spec.range_filter, metric)))
    if inner >= outer:
        relation = "greater" if metric.larger_is_nearer else "less"
        raise ParameterInvalid(
            f"metric type ({metric}), range_filter({spec.range_filter:g}) "
            f"must be {relation} than radius({spec.radius:g})"
        )
    return Ring(inner, outer)
