"""RHNSW_FLAT: the name of HNSW in a few versions of Milvus."""

from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexType
from elanus.index.generation import Generation
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="RHNSW_FLAT",
    aliases=(),
    about="HNSW under an older name.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(M, EF_CONSTRUCTION),
    search_params=(EF,),
    builder=RowGraphBuilder,
    open=open_row_graph,
    since=Generation.V2_0,
    until=Generation.V2_2,
)
