"""HNSW: a navigable graph over the rows."""

from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import DENSE, IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="HNSW",
    aliases=(),
    about="A graph over the full vectors. Fast with high recall; needs memory for links and a slow build.",
    data_types=(*DENSE, DataType.BINARY_VECTOR),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE, Metric.HAMMING, Metric.JACCARD),
    build_params=(M, EF_CONSTRUCTION),
    search_params=(EF,),
    builder=RowGraphBuilder,
    open=open_row_graph,
    code_1x=11,
)
