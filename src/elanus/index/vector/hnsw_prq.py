"""HNSW_PRQ: a graph over vectors cut into m pieces, each kept as the sum of nrq trained vectors.

source  Martinez et al., "Stacked Quantizers for Compositional Vector Compression", 2014; faiss ProductResidualQuantizer
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from elanus.index._code_graph import CodeGraphBuilder, code_graph
from elanus.index._faiss import faiss_metric, library
from elanus.index._graph import EF, EF_CONSTRUCTION, M
from elanus.index._product import BITS, PIECES, bit_count
from elanus.index._rerank import REFINE, REFINE_K, REFINE_TYPE, refined
from elanus.index.base import DENSE, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric

STAGES = Param(
    "nrq",
    int,
    "Trained vectors that add up to a piece, each for what the ones before left over: more gives better recall.",
    low=1,
    high=16,
    default=2,
)
BEAM = 4
"""Partial sums kept while a row is coded."""


class HnswPrqBuilder(CodeGraphBuilder):
    sample_copies = 4.5  # each of the partial sums keeps what is left of every row

    @classmethod
    def codes(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        pieces, stages, bits = _shape(spec, row_count)
        codes = faiss.IndexProductResidualQuantizer(
            spec.dim, pieces, stages, bits, faiss_metric(spec.metric), faiss.AdditiveQuantizer.ST_decompress
        )
        for i in range(pieces):
            piece = faiss.downcast_AdditiveQuantizer(codes.prq.subquantizer(i))
            piece.max_beam_size = BEAM
            piece.train_type = faiss.ResidualQuantizer.Train_default
            piece.cp.min_points_per_centroid = 1
        return codes

    @classmethod
    def code_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        pieces, stages, bits = _shape(spec, row_count)
        return -(-pieces * stages * bits // 8)

    @classmethod
    def tables_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        _, stages, bits = _shape(spec, row_count)
        return 4 * spec.dim * stages << bits

    def fewest_rows(self) -> int:
        return 1 << _shape(self._spec, self._row_count)[2]


def open_hnsw_prq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    tables = HnswPrqBuilder.tables_bytes(spec, len(vectors))
    return refined(code_graph(path, spec, tables), spec, vectors)


def _shape(spec: IndexSpec, row_count: int) -> tuple[int, int, int]:
    """Pieces, stages of a piece, bits of a stage."""
    bits = bit_count(int(spec.params[BITS.name]), row_count)
    return int(spec.params[PIECES.name]), int(spec.params[STAGES.name]), bits


DECLARATION = IndexType(
    name="HNSW_PRQ",
    aliases=(),
    about="HNSW over product codes of several stages: better recall than HNSW_PQ at the same size, slow to build.",
    data_types=DENSE,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(M, EF_CONSTRUCTION, replace(PIECES, default=2), STAGES, BITS, REFINE, REFINE_TYPE),
    search_params=(EF, REFINE_K),
    builder=HnswPrqBuilder,
    open=open_hnsw_prq,
    since=Generation.V2_5,
)
