"""An index over codes whose best candidates are measured again on the segment's own rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from elanus.index.base import Bits, Hits, IndexSpec, Queries, VectorIndex, Vectors
from elanus.index.exact import rerank
from elanus.index.params import Param, Values
from elanus.schema.metric import Metric

REFINE = Param(
    "refine",
    bool,
    "Measure the best candidates again on the full vectors: better recall and exact distances, a little slower.",
    default=False,
)
REFINE_TYPE = Param(
    "refine_type",
    str,
    "Least precision to refine with. The segment's own rows serve every choice: no second copy is kept, and "
    "the answer is at least as precise.",
    choices=("SQ4U", "SQ6", "SQ8", "FP16", "BF16", "FP32", "FLAT"),
    inert=True,
)
REFINE_K = Param(
    "refine_k",
    float,
    "Candidates to refine, as a multiple of k; without refine it does nothing.",
    low=1,
    high=float(np.finfo(np.float32).max),
    default=1.0,
)


class RerankedIndex(VectorIndex):
    """Searches ``inner`` for more than k candidates and returns the k best by exact distance.

    candidates  (params, k) -> how many candidates to measure
    """

    def __init__(
        self, inner: VectorIndex, vectors: Vectors, metric: Metric, candidates: Callable[[Values, int], int]
    ) -> None:
        self._inner = inner
        # A memmap would take its own slow way at every gather.
        self._vectors = vectors.view(np.ndarray) if isinstance(vectors, np.ndarray) else vectors
        self._metric = metric
        self._candidates = candidates
        self.row_count = inner.row_count
        self.resident_bytes = inner.resident_bytes

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        wanted = min(self._candidates(params, k), max(1, self.row_count))
        found = self._inner.search(queries, max(k, wanted), mask=mask, params=params)
        return rerank(self._vectors, found.rows, queries, k, self._metric)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return self._inner.widened(params, k=k, kept=kept)

    def close(self) -> None:
        self._inner.close()


def refined(index: VectorIndex, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """The index as its spec asks: its candidates measured again on ``vectors`` when refine is set, else as it is."""
    if spec.params.get(REFINE.name):
        return RerankedIndex(index, vectors, spec.metric, refined_candidates)
    return index


def refined_candidates(params: Values, k: int) -> int:
    return math.ceil(k * float(params[REFINE_K.name]))
