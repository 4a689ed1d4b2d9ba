"""NGT_PANNG: the pruned neighbourhood graph of Milvus 2.0 to 2.2."""

from __future__ import annotations

from functools import partial

from elanus.errors import ParameterInvalid
from elanus.index._graph.base import FEWEST_LINKS
from elanus.index._graph.ngt import EDGE_SIZE, EPSILON, LINKED_PER_EDGE, MOST_EDGES, STANDS_IN, NgtIndex, edges
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

PRUNED_TO = edges(
    "forcedly_pruned_edge_size", "Links per row: more gives better recall, for memory and build time.", default=60
)
PRUNED_FROM = edges(
    "selectively_pruned_edge_size",
    "Links a row keeps without choice, fewer than forcedly_pruned_edge_size; the graph served instead chooses every "
    "link, so it is checked and without effect.",
    default=30,
    inert=True,
)


class PanngBuilder(RowGraphBuilder):
    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return max(FEWEST_LINKS, int(spec.params[PRUNED_TO.name]) // 2)

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return LINKED_PER_EDGE * int(spec.params[EDGE_SIZE.name])


def _check(spec: IndexSpec) -> None:
    low, high = spec.params[PRUNED_FROM.name], spec.params[PRUNED_TO.name]
    if int(low) >= int(high):
        raise ParameterInvalid(f"{PRUNED_FROM.name}({low}) should be less than {PRUNED_TO.name}({high})")


DECLARATION = IndexType(
    name="NGT_PANNG",
    aliases=(),
    about="A graph over the full vectors, of Milvus 2.0 to 2.2. New indexes better use HNSW.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(EDGE_SIZE, PRUNED_TO, PRUNED_FROM),
    search_params=(EPSILON, MOST_EDGES),
    builder=PanngBuilder,
    open=partial(open_row_graph, kind=NgtIndex),
    since=Generation.V2_0,
    until=Generation.V2_2,
    stands_in=STANDS_IN,
    check_build=_check,
)
