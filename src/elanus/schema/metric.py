"""Metrics: which way is nearer, and how a distance becomes the number a client sees.

Inside the engine there are only *distances*: smaller is nearer. At the door there are *scores*: what Milvus
returns. The flip happens here and nowhere else.

source  Milvus documentation, "Metric types": L2 is squared, COSINE is the similarity itself.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Metric(StrEnum):
    L2 = "L2"
    IP = "IP"
    COSINE = "COSINE"

    @property
    def larger_is_nearer(self) -> bool:
        """Of the score; a distance is always smaller-is-nearer."""
        return self is not Metric.L2


def scores_from_distances(distances: npt.NDArray[np.float32], metric: Metric) -> npt.NDArray[np.float32]:
    """L2: the squared distance as it is. IP, COSINE: the distance is the negated similarity."""
    return -distances if metric.larger_is_nearer else distances


def distance_from_score(score: float, metric: Metric) -> float:
    """The inverse of :func:`scores_from_distances`, for range bounds and iterator bounds."""
    return -score if metric.larger_is_nearer else score
