"""GPU_HNSW, served by HNSW."""

from dataclasses import replace

from elanus.index._gpu import served_by
from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexType
from elanus.index.generation import Generation
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="GPU_HNSW",
    aliases=(),
    about="HNSW on a GPU.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(replace(M, high=512), EF_CONSTRUCTION),
    search_params=(EF,),
    builder=RowGraphBuilder,
    open=open_row_graph,
    since=Generation.V3_0,
    stands_in=served_by("HNSW"),
    needs_gpu=True,
)
