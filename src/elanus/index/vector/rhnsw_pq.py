"""RHNSW_PQ: HNSW_PQ with one byte a piece, under the name of a few versions of Milvus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.codes import code_graph
from elanus.index._product import PIECES, bit_count
from elanus.index.base import IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.vector.hnsw_pq import HnswPqBuilder
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

OLD_PIECES = replace(PIECES, name="PQM", required=True)


class RhnswPqBuilder(HnswPqBuilder):
    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        return int(spec.params[OLD_PIECES.name])

    @classmethod
    def bits(cls, spec: IndexSpec, row_count: int) -> int:
        return bit_count(8, row_count)


def open_rhnsw_pq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    return code_graph(path, spec, RhnswPqBuilder.tables_bytes(spec, len(vectors)))


DECLARATION = IndexType(
    name="RHNSW_PQ",
    aliases=(),
    about="HNSW over product codes, under an older name.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(M, EF_CONSTRUCTION, OLD_PIECES),
    search_params=(EF,),
    builder=RhnswPqBuilder,
    open=open_rhnsw_pq,
    since=Generation.V2_0,
    until=Generation.V2_2,
)
