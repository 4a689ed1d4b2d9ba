"""HNSW_SQ: a graph over vectors rounded to a few bits a dimension."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elanus.index._faiss import faiss_metric, library, read_native, sample_bytes
from elanus.index._graph.base import EF, EF_CONSTRUCTION, GraphBuilder, GraphIndex, M, graph_estimate, open_cost
from elanus.index._rerank import REFINE, REFINE_K, REFINE_TYPE, refined
from elanus.index.base import DENSE, BuildEstimate, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric

_ROUNDINGS = {
    "SQ4U": ("QT_4bit_uniform", 4),
    "SQ6": ("QT_6bit", 6),
    "SQ8": ("QT_8bit", 8),
    "BF16": ("QT_bf16", 16),
    "FP16": ("QT_fp16", 16),
}
SQ_TYPE = Param(
    "sq_type",
    str,
    "What a dimension is rounded to: fewer bits make a smaller, faster index with lower recall.",
    choices=tuple(_ROUNDINGS),
    default="SQ8",
).before(Generation.V2_6, choices=("SQ6", "SQ8", "BF16", "FP16"))
TRAINING_ROWS = 65_536


class HnswSqBuilder(GraphBuilder):
    needs_training = True
    sample_rows = TRAINING_ROWS

    @classmethod
    def rounding(cls, spec: IndexSpec) -> str:
        return str(spec.params[SQ_TYPE.name])

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        kind = getattr(faiss.ScalarQuantizer, _ROUNDINGS[cls.rounding(spec)][0])
        return faiss.IndexHNSWSQ(spec.dim, kind, cls.links(spec), faiss_metric(spec.metric))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        code = -(-spec.dim * _ROUNDINGS[cls.rounding(spec)][1] // 8)
        sample = sample_bytes(spec, min(row_count, TRAINING_ROWS))
        return graph_estimate(row_count, cls.links(spec), code, stored_bytes=code, sample_bytes=sample)


def open_hnsw_sq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    native = read_native(path)
    return refined(GraphIndex(native, spec, open_cost(native.ntotal)), spec, vectors)


DECLARATION = IndexType(
    name="HNSW_SQ",
    aliases=(),
    about="HNSW over rounded vectors: faster to search and to build than HNSW, a quarter of the memory with SQ8.",
    data_types=DENSE,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(M, EF_CONSTRUCTION, SQ_TYPE, REFINE, REFINE_TYPE),
    search_params=(EF, REFINE_K),
    builder=HnswSqBuilder,
    open=open_hnsw_sq,
    since=Generation.V2_5,
)
