"""RHNSW_SQ: HNSW_SQ with one byte a dimension, under the name of a few versions of Milvus."""

from __future__ import annotations

from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index.base import IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.index.vector.hnsw_sq import HnswSqBuilder, open_hnsw_sq
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class RhnswSqBuilder(HnswSqBuilder):
    @classmethod
    def rounding(cls, spec: IndexSpec) -> str:
        return "SQ8"


DECLARATION = IndexType(
    name="RHNSW_SQ",
    aliases=(),
    about="HNSW over vectors of one byte a dimension, under an older name.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(M, EF_CONSTRUCTION),
    search_params=(EF,),
    builder=RhnswSqBuilder,
    open=open_hnsw_sq,
    since=Generation.V2_0,
    until=Generation.V2_2,
)
