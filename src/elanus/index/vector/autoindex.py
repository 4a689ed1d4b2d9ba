"""AUTOINDEX: a graph over 8-bit codes of the rows' leading directions, its best candidates measured again.

The best of the measured types (see the performance notes): faster to search, quicker to build and smaller than a float
graph; measuring again on the segment's float rows gives back the recall that codes cost, and exact distances.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.index._graph.base import EF, graph_estimate
from elanus.index._graph.directions import SAMPLE_COPIES, SAMPLE_ROWS
from elanus.index._graph.leading import LeadingGraphBuilder, open_leading_graph
from elanus.index._rerank import RerankedIndex
from elanus.index.base import DENSE, BuildEstimate, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.curve import TARGET_RECALL
from elanus.index.generation import Generation
from elanus.index.params import Param, Values
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

LINKS = 24
EF_CONSTRUCTION = 240
DEFAULT_EF = 48


class AutoBuilder(LeadingGraphBuilder):
    sample_rows = SAMPLE_ROWS

    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return LINKS

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return EF_CONSTRUCTION

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        """Of rows that need all their dimensions: no less is known before they are seen."""
        sample = SAMPLE_COPIES * 4 * spec.dim * min(row_count, SAMPLE_ROWS)
        return graph_estimate(row_count, LINKS, spec.dim, stored_bytes=spec.dim, sample_bytes=sample)


def open_auto(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    return RerankedIndex(open_leading_graph(path, spec), vectors, spec.metric, candidates)


def candidates(params: Values, k: int) -> int:
    """Rows to measure again, of those the graph looked at: twice as many as wanted, more where recall is dear.

    On text of 384 dimensions cut to 192, 20 of 24 find all that the cut leaves within reach, 30 of 80 do.
    """
    ef = int(params[EF.name])
    return min(ef, max(2 * k, k + ef // 4))


GOAL = Param(
    TARGET_RECALL,
    float,
    "Recall that searches shall reach: the effort of each is chosen from what was measured after the build.",
    low=0.5,
    high=0.999,
    since=Generation.V2_2,
)

DECLARATION = IndexType(
    name="AUTOINDEX",
    aliases=(),
    about="Chosen for you: a graph over 8-bit codes of the directions that matter, with exact distances. Fast, small, "
    "recall above 0.95 by default. Of binary rows it is BIN_FLAT (of MHJACCARD MINHASH_LSH), of sparse ones "
    "SPARSE_INVERTED_INDEX.",
    data_types=(*DENSE, DataType.BINARY_VECTOR, DataType.SPARSE_FLOAT_VECTOR),
    metrics=tuple(Metric),
    build_params=(GOAL,),
    search_params=(replace(EF, default=DEFAULT_EF, earlier=()),),
    builder=AutoBuilder,
    open=open_auto,
    since=Generation.V2_2,
)
