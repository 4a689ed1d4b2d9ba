"""An index over codes whose best candidates are measured again on the segment's float rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from elanus.index.base import Bits, Floats, Hits, VectorIndex
from elanus.index.exact import rerank
from elanus.index.params import Values
from elanus.schema.metric import Metric


class RerankedIndex(VectorIndex):
    """Searches ``inner`` for more than k candidates and returns the k best by exact distance.

    candidates  (params, k) -> how many candidates to measure
    """

    def __init__(
        self, inner: VectorIndex, vectors: Floats, metric: Metric, candidates: Callable[[Values, int], int]
    ) -> None:
        self._inner = inner
        self._vectors = np.asarray(vectors)  # a memmap would take its own slow way at every gather
        self._metric = metric
        self._candidates = candidates
        self.row_count = inner.row_count
        self.resident_bytes = inner.resident_bytes

    def search(self, queries: Floats, k: int, *, mask: Bits | None, params: Values) -> Hits:
        found = self._inner.search(queries, max(k, self._candidates(params, k)), mask=mask, params=params)
        return rerank(self._vectors, found.rows, queries, k, self._metric)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return self._inner.widened(params, k=k, kept=kept)

    def close(self) -> None:
        self._inner.close()
