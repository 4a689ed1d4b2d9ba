"""What the HNSW types share: their parameters, how they are built, how they are searched.

source  Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
        Small World graphs", 2016; faiss IndexHNSW
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from elanus.index._faiss import FaissBuilder, FaissIndex, library, reserve
from elanus.index.base import BuildEstimate, IndexSpec, Vectors
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values

M = (
    Param(
        "M",
        int,
        "Links per row: more gives better recall at the same ef, for memory (8 bytes each) and build time.",
        low=2,
        high=2048,
        default=30,
    )
    .before(Generation.V2_5, low=1, required=True)
    .before(Generation.V2_4, low=4, high=64)
)
EF_CONSTRUCTION = (
    Param(
        "efConstruction",
        int,
        "Candidates looked at while a row is linked: more gives a better graph for a slower build.",
        low=1,
        high=INT_MAX,
        default=360,
    )
    .before(Generation.V2_5, required=True)
    .before(Generation.V2_4, low=8, high=512)
)
EF = Param(
    "ef",
    int,
    "Candidates looked at in a search, at least k: more gives better recall for a slower search.",
    low=1,
    high=INT_MAX,
    default=16,
    at_least_k=True,
).before(Generation.V2_3, high=32768, required=True)
FEWEST_LINKS = 2
LARGEST_WIDENED_EF = 4096
SLICE_WORK = 1 << 27
"""dim x efConstruction x rows of one slice; about 0.4 s on one core of 2024. A quarter of it takes a quarter longer in
all: the threads of a slice end together."""


class GraphIndex(FaissIndex):
    effort_name: ClassVar[str] = EF.name
    """The search parameter that is the ef of faiss."""

    def effort(self, params: Values) -> int:
        return int(params[self.effort_name])

    def native_parameters(self, effort: Any, selector: Any) -> Any:
        return library().SearchParametersHNSW(efSearch=effort, sel=selector)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {**params, self.effort_name: widened_ef(self.effort(params), kept, self.row_count)}


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
        self._prepare()
        self.slice_rows = max(64, SLICE_WORK // (spec.dim * self.ef_construction(spec)))

    def _prepare(self) -> None:
        """What an empty graph needs before its first row."""
        self._native.hnsw.efConstruction = self.ef_construction(self._spec)

    def add(self, vectors: Vectors) -> None:
        if not self._native.ntotal:
            self._make_room()
        super().add(vectors)

    def _make_room(self) -> None:
        """For every row, in links and in what stores the rows: arrays that grow are copied, and are then there twice.

        Upper levels are drawn at random; six standard errors are spare.
        """
        links, rows = self.links(self._spec), self._row_count
        upper = links * (rows / max(1, links - 1) + 6 * math.sqrt(rows))
        reserve(self._native.hnsw.neighbors, 2 * links * rows + int(upper))
        storage = library().downcast_index(self._native.storage)
        reserve(storage.codes, rows * storage.code_size)

    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        """Links of a row on the upper levels; on the lowest it has twice as many."""
        return max(FEWEST_LINKS, int(spec.params[M.name]))

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return int(spec.params[EF_CONSTRUCTION.name])

    def work(self, rows: int) -> float:
        return rows * math.log2(rows + 2)


def graph_estimate(
    row_count: int, links: int, code_bytes: int, *, stored_bytes: int, sample_bytes: int = 0
) -> BuildEstimate:
    """Need of an HNSW build.

    code_bytes    a row of the vectors the builder holds; stored_bytes: of those that go to the file
    sample_bytes  of the rows that train, which are gone when the first row is linked
    """
    graph = int(row_count * (8 * links + 4 * links / max(1, links - 1) + 12))
    return BuildEstimate(
        peak_bytes=max(sample_bytes, graph + row_count * code_bytes),
        resident_bytes=open_cost(row_count),
        disk_bytes=graph + row_count * stored_bytes,
    )
