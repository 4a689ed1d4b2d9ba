"""What the two NGT types share: how they are searched, and what answers in their place."""

from __future__ import annotations

import math

from elanus.index._graph.base import LARGEST_WIDENED_EF, GraphIndex, widened_ef
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values

STANDS_IN = (
    "Served by an HNSW graph with as many links: the NGT library keeps an index as a folder of its own and cannot "
    "search under a filter."
)
EPSILON = Param(
    "epsilon",
    float,
    "How far beyond the nearest rows found a search goes on; 0.1 more looks at twice the candidates.",
    low=-1,
    high=1,
    default=0.1,
)
MOST_EDGES = Param(
    "max_search_edges",
    int,
    "Links followed from a row at most; the graph served instead follows all, so it is checked and without effect.",
    low=-1,
    high=INT_MAX,
    default=40,
    inert=True,
)
EF_AT_ZERO = 32
STEP = 0.1
LINKED_PER_EDGE = 8
"""Candidates looked at while a row is linked, for each edge of ``edge_size``."""


def edges(name: str, about: str, default: int, *, inert: bool = False) -> Param:
    """A number of links per row, which every client that knows the NGT types must give."""
    count = Param(name, int, about, low=1, high=200, default=default, inert=inert)
    return count.before(Generation.V2_3, required=True)


EDGE_SIZE = edges(
    "edge_size", "Care with which a row is linked: more gives a better graph for a slower build.", default=40
)


class NgtIndex(GraphIndex):
    def effort(self, params: Values) -> int:
        doublings = float(params[EPSILON.name]) / STEP
        return max(1, min(LARGEST_WIDENED_EF, round(EF_AT_ZERO * math.exp2(doublings))))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        ef = widened_ef(self.effort(params), kept, self.row_count)
        return {**params, EPSILON.name: STEP * math.log2(ef / EF_AT_ZERO)}
