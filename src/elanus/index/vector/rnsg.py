"""RNSG, later NSG: the navigating spreading-out graph of Milvus before 2.3."""

from __future__ import annotations

from functools import partial

from elanus.index._graph.base import FEWEST_LINKS, GraphIndex
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

OUT_DEGREE = Param(
    "out_degree",
    int,
    "Links per row: more gives better recall, for memory and build time.",
    low=5,
    high=300,
    default=50,
).before(Generation.V2_3, required=True)
CANDIDATES = Param(
    "candidate_pool_size",
    int,
    "Candidates looked at while a row is linked: more gives a better graph for a slower build.",
    low=50,
    high=1000,
    default=100,
).before(Generation.V2_3, required=True)
SEARCH_LENGTH = Param(
    "search_length",
    int,
    "Candidates looked at in a search: more gives better recall for a slower search.",
    low=10,
    high=300,
    default=50,
).before(Generation.V2_3, required=True)
_NO_STAGE = "Of a build stage that the graph served instead does not have; checked, and without effect."


def _unused(name: str, low: int) -> Param:
    """A parameter of the original's first graph, from which it cut its own."""
    unused = Param(name, int, _NO_STAGE, low=low, high=300, default=50, inert=True)
    return unused.before(Generation.V2_3, required=True)


class RnsgBuilder(RowGraphBuilder):
    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return max(FEWEST_LINKS, int(spec.params[OUT_DEGREE.name]) // 2)

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return int(spec.params[CANDIDATES.name])


class RnsgIndex(GraphIndex):
    effort_name = SEARCH_LENGTH.name


DECLARATION = IndexType(
    name="RNSG",
    aliases=("NSG", "NSG_MIX"),
    about="A graph over the full vectors, of Milvus before 2.3. New indexes better use HNSW.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(OUT_DEGREE, CANDIDATES, _unused("search_length", 10), _unused("knng", 5)),
    search_params=(SEARCH_LENGTH,),
    builder=RnsgBuilder,
    open=partial(open_row_graph, kind=RnsgIndex),
    until=Generation.V2_2,
    code_1x=4,
    stands_in="Served by an HNSW graph with out_degree links: the NSG of faiss can neither search under a filter nor "
    "be built slice by slice.",
)
