"""NGT_ONNG: the neighbourhood graph with chosen in- and out-degrees of Milvus 2.0 to 2.2."""

from __future__ import annotations

from functools import partial

from elanus.index._graph.base import FEWEST_LINKS
from elanus.index._graph.ngt import EDGE_SIZE, EPSILON, LINKED_PER_EDGE, MOST_EDGES, STANDS_IN, NgtIndex, edges
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

OUTGOING = edges("outgoing_edge_size", "Links from a row: more gives better recall, for memory.", default=10)
INCOMING = edges("incoming_edge_size", "Links to a row: more gives better recall, for memory.", default=40)


class OnngBuilder(RowGraphBuilder):
    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return max(FEWEST_LINKS, (int(spec.params[OUTGOING.name]) + int(spec.params[INCOMING.name])) // 2)

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return LINKED_PER_EDGE * int(spec.params[EDGE_SIZE.name])


DECLARATION = IndexType(
    name="NGT_ONNG",
    aliases=(),
    about="A graph over the full vectors, of Milvus 2.0 to 2.2. New indexes better use HNSW.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(EDGE_SIZE, OUTGOING, INCOMING),
    search_params=(EPSILON, MOST_EDGES),
    builder=OnngBuilder,
    open=partial(open_row_graph, kind=NgtIndex),
    since=Generation.V2_0,
    until=Generation.V2_2,
    stands_in=STANDS_IN,
)
