"""What the disk graph types share: a graph over product codes, its candidates measured again on the full vectors.

Codes and links are mapped from the index file, the vectors from the segment's: memory holds what is in use, the disk
the rest.

source  Subramanya et al., "DiskANN: Fast Accurate Billion-point Nearest Neighbor Search on a Single Node", 2019
"""

from __future__ import annotations

from pathlib import Path

from elanus.index._graph.base import FEWEST_LINKS, GraphIndex
from elanus.index._graph.codes import code_graph
from elanus.index._graph.pieces import PieceGraphBuilder
from elanus.index._product import bit_count
from elanus.index._rerank import RerankedIndex
from elanus.index.base import IndexSpec, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values

DEGREE = Param(
    "max_degree",
    int,
    "Links per row: more gives better recall, for disk (4 bytes each) and build time.",
    low=1,
    high=2048,
    default=56,
    since=Generation.V2_5,
)
BUILD_LIST = Param(
    "search_list_size",
    int,
    "Candidates looked at while a row is linked: more gives a better graph for a slower build.",
    low=1,
    high=INT_MAX,
    default=100,
    since=Generation.V2_5,
)
SEARCH_LIST = Param(
    "search_list_size",
    int,
    "Candidates looked at in a search and measured again, at least k: more gives better recall for a slower search.",
    low=1,
    high=INT_MAX,
    default=16,
    at_least_k=True,
    aliases=("search_list",),
)
BITS = 8
DEFAULT_SHARE = 0.125
"""Size of the codes as a share of the vectors'."""


class DiskGraphBuilder(PieceGraphBuilder):
    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return max(FEWEST_LINKS, int(spec.params[DEGREE.name]) // 2)

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return int(spec.params[BUILD_LIST.name])

    @classmethod
    def share(cls, spec: IndexSpec) -> float:
        return DEFAULT_SHARE

    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        """The most pieces of a byte each that divide dim and fit the share."""
        budget = max(1, min(spec.dim, int(4 * spec.dim * cls.share(spec))))
        return next(pieces for pieces in range(budget, 0, -1) if spec.dim % pieces == 0)

    @classmethod
    def bits(cls, spec: IndexSpec, row_count: int) -> int:
        return bit_count(BITS, row_count)


class DiskGraphIndex(GraphIndex):
    effort_name = SEARCH_LIST.name


def open_disk_graph(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    index = code_graph(path, spec, DiskGraphBuilder.tables_bytes(spec, len(vectors)), DiskGraphIndex)
    return RerankedIndex(index, vectors, spec.metric, _all_candidates)


def _all_candidates(params: Values, k: int) -> int:
    return int(params[SEARCH_LIST.name])
