"""What the HNSW types share: their parameters, how they are built, how they are searched.

source  Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
        Small World graphs", 2016; faiss IndexHNSW
"""

from __future__ import annotations

import math
from typing import Any

from elanus.index._faiss import FaissBuilder, FaissIndex, library
from elanus.index.base import BuildEstimate, IndexSpec
from elanus.index.params import INT_MAX, Param, Value, Values

M = Param(
    "M",
    int,
    "Links per row: more gives better recall at the same ef, for memory (8 bytes each) and build time.",
    low=2,
    high=2048,
    default=30,
)
EF_CONSTRUCTION = Param(
    "efConstruction",
    int,
    "Candidates looked at while a row is linked: more gives a better graph for a slower build.",
    low=1,
    high=INT_MAX,
    default=360,
)
EF = Param(
    "ef",
    int,
    "Candidates looked at in a search, at least k: more gives better recall for a slower search.",
    low=1,
    high=INT_MAX,
    default=16,
    at_least_k=True,
)
LARGEST_WIDENED_EF = 4096
SLICE_WORK = 1 << 27
"""dim x efConstruction x rows of one slice; about 0.4 s on one core of 2024."""


class GraphIndex(FaissIndex):
    effort = EF.name

    def native_parameters(self, effort: Value, selector: Any) -> Any:
        return library().SearchParametersHNSW(efSearch=effort, sel=selector)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {**params, EF.name: widened_ef(int(params[EF.name]), kept, self.row_count)}


def widened_ef(ef: int, kept: float, row_count: int) -> int:
    """An ef of which, after the mask, about ``ef`` candidates remain; bounded by rows and by patience."""
    bound = min(row_count, LARGEST_WIDENED_EF)
    return max(ef, min(bound, math.ceil(ef / max(kept, 1e-6))))


def open_cost(row_count: int) -> int:
    """Bytes faiss holds besides mapped pages: an 8-byte offset and a 4-byte level a row."""
    return 12 * row_count


class GraphBuilder(FaissBuilder):
    """Links rows one after the other; nothing to train for float rows."""

    needs_training = False

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._native.hnsw.efConstruction = self.ef_construction(spec)
        self.slice_rows = max(64, SLICE_WORK // (spec.dim * self.ef_construction(spec)))

    @staticmethod
    def ef_construction(spec: IndexSpec) -> int:
        return int(spec.params[EF_CONSTRUCTION.name])

    @staticmethod
    def work(rows: int) -> float:
        return rows * math.log2(rows + 2)


def graph_estimate(row_count: int, links: int, code_bytes: int, *, stored_bytes: int) -> BuildEstimate:
    """Need of an HNSW build.

    code_bytes    a row of the vectors the builder holds; stored_bytes: of those that go to the file
    """
    graph = row_count * (8 * links + 4 * links // max(1, links - 1) + 16)
    return BuildEstimate(
        peak_bytes=graph + row_count * code_bytes,
        resident_bytes=open_cost(row_count),
        disk_bytes=graph + row_count * stored_bytes,
    )
