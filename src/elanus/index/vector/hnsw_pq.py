"""HNSW_PQ: a graph over vectors cut into m pieces, each kept as the number of its nearest trained piece."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.codes import code_graph
from elanus.index._graph.pieces import PieceGraphBuilder
from elanus.index._product import BITS, PIECES, bit_count
from elanus.index._rerank import REFINE, REFINE_K, REFINE_TYPE, refined
from elanus.index.base import DENSE, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.schema.metric import Metric


class HnswPqBuilder(PieceGraphBuilder):
    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        return int(spec.params[PIECES.name])

    @classmethod
    def bits(cls, spec: IndexSpec, row_count: int) -> int:
        return bit_count(int(spec.params[BITS.name]), row_count)


def open_hnsw_pq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    tables = HnswPqBuilder.tables_bytes(spec, len(vectors))
    return refined(code_graph(path, spec, tables), spec, vectors)


DECLARATION = IndexType(
    name="HNSW_PQ",
    aliases=(),
    about="HNSW over product codes: the smallest graph. Low recall by itself; refine measures candidates again.",
    data_types=DENSE,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(M, EF_CONSTRUCTION, replace(PIECES, default=32), BITS, REFINE, REFINE_TYPE),
    search_params=(EF, REFINE_K),
    builder=HnswPqBuilder,
    open=open_hnsw_pq,
    since=Generation.V2_5,
)
