"""HNSW_PRQ: a graph over vectors cut into m pieces, each kept as the sum of nrq trained vectors.

source  Martinez et al., "Stacked Quantizers for Compositional Vector Compression", 2014; faiss ProductResidualQuantizer
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._clustering import Rounds
from elanus.index._faiss import faiss_metric, library
from elanus.index._foresight import seconds_for
from elanus.index._graph.base import EF, EF_CONSTRUCTION, M
from elanus.index._graph.codes import CodeGraphBuilder, code_graph
from elanus.index._product import BITS, PIECES, bit_count
from elanus.index._rerank import REFINE, REFINE_K, REFINE_TYPE, refined
from elanus.index.base import DENSE, Floats, Foreseen, IndexSpec, IndexType, VectorIndex, Vectors
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
FORESEEN_PART = 32
"""Of the rows, what one piece is trained with to foresee the training of all."""


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
            piece = _piece(codes, i)
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

    def codes_foreseen(self, rows: Floats) -> Foreseen:
        """From a piece that a small part of the rows trains."""
        codes = self.codes(self._spec, self._row_count)
        pieces, few = int(codes.prq.nsplits), rows[: max(self.fewest_rows() + 1, len(rows) // FORESEEN_PART)]
        own, piece = _own_dimensions(few, 0, pieces), _piece(codes, 0)
        started = time.process_time()
        piece.train(own)
        training_s = (time.process_time() - started) * pieces * len(rows) / len(few)
        return Foreseen(training_s, pieces * seconds_for(self._row_count, piece.compute_codes, own))

    def train_codes(self, rows: Floats) -> Iterator[float]:
        faiss, codes = library(), self._codes.prq
        rounds = Rounds(int(codes.nsplits), 0.0)
        books = []
        for i in range(int(codes.nsplits)):
            piece = _piece(self._codes, i)
            piece.train(_own_dimensions(rows, i, int(codes.nsplits)))
            books.append(faiss.vector_to_array(piece.codebooks))
            yield rounds.did(1)
        faiss.copy_array_to_vector(np.concatenate(books), codes.codebooks)
        codes.is_trained = True

    def fewest_rows(self) -> int:
        return 1 << _shape(self._spec, self._row_count)[2]


def open_hnsw_prq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    tables = HnswPrqBuilder.tables_bytes(spec, len(vectors))
    return refined(code_graph(path, spec, tables), spec, vectors)


def _piece(codes: Any, i: int) -> Any:
    """The residual quantizer of a piece."""
    return library().downcast_AdditiveQuantizer(codes.prq.subquantizer(i))


def _own_dimensions(rows: Floats, i: int, pieces: int) -> Floats:
    """(n, dim / pieces) what a piece is made from."""
    dim = rows.shape[1] // pieces
    return np.ascontiguousarray(rows[:, i * dim : (i + 1) * dim])


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
