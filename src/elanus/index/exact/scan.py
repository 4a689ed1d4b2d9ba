"""What one exact search looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from elanus.index.base import Floats, Rows, Vectors
from elanus.schema.metric import Metric


@dataclass(frozen=True, slots=True)
class Scan:
    """Which rows, measured how, and between which distances (inner <= d < outer).

    rows   the row numbers to consider, sorted; None = all
    norms  (n,) what the caller keeps of each row (:func:`elanus.index.exact.norms_of`); None = not kept
    """

    vectors: Vectors
    metric: Metric
    rows: Rows | None = None
    norms: Floats | None = None
    inner: float = -np.inf
    outer: float = np.inf

    @property
    def width(self) -> int:
        return len(self.vectors) if self.rows is None else len(self.rows)

    @property
    def is_unbounded(self) -> bool:
        """Every distance is between the bounds."""
        return bool(np.isinf(self.inner) and np.isinf(self.outer))

    def numbers(self, first: int, last: int) -> Rows:
        """Row numbers of the ``first`` to the ``last`` considered row (exclusive)."""
        return np.arange(first, min(last, self.width)) if self.rows is None else self.rows[first:last]

    def outside(self, distances: Floats) -> None:
        """Sets what is not between the bounds to +inf, in place."""
        if self.is_unbounded:
            return
        distances[~((distances >= self.inner) & (distances < self.outer))] = np.inf
