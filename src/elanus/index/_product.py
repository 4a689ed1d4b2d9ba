"""What the product-quantized types share: vectors in pieces, each kept as the number of its nearest trained piece.

source  Jegou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from elanus.index._clustering import Rounds, clustered, fast_dim, round_seconds
from elanus.index._faiss import faiss_metric, library
from elanus.index.base import Floats, IndexSpec
from elanus.index.generation import Generation
from elanus.index.params import Param

PIECES = Param(
    "m",
    int,
    "Pieces a vector is cut into, a divisor of dim: more gives better recall for more memory.",
    low=1,
    high=65536,
    divides_dim=True,
)
BITS = (
    Param(
        "nbits",
        int,
        "Bits a piece is kept in; lowered where a segment has fewer than 2^nbits rows to train with.",
        low=1,
        high=24,
        default=8,
    )
    .before(Generation.V2_4, high=64)
    .before(Generation.V2_3, high=16)
)


def bit_count(asked: int, row_count: int) -> int:
    """Bits really used: as many as asked, but no more values than rows."""
    return max(1, min(asked, row_count.bit_length() - 1))


def piece_codes(spec: IndexSpec, pieces: int, bits: int) -> Any:
    """An untrained faiss index of codes of so many pieces."""
    codes = library().IndexPQ(spec.dim, pieces, bits, faiss_metric(spec.metric))
    codes.pq.cp.min_points_per_centroid = 1
    return codes


SAMPLE_SEED = 1


def pieces_seconds(pq: Any, rows: int) -> float:
    """What :func:`train_pieces` will take here and now with so many rows."""
    rows = min(rows, _most_rows(pq))
    return float(pq.M * pq.cp.niter * round_seconds(fast_dim(pq.dsub, pq.ksub, rows), pq.ksub, rows))


def train_pieces(pq: Any, rows: Floats) -> Iterator[float]:
    """Trains a faiss ProductQuantizer piece by piece; the seconds left before and after each step.

    rows  (n, dim), at least 2^bits
    """
    faiss, (pieces, dim) = library(), (int(pq.M), int(pq.dsub))
    if len(rows) > _most_rows(pq):
        rows = np.random.default_rng(SAMPLE_SEED).choice(rows, _most_rows(pq), replace=False, shuffle=False)
    own = np.zeros((len(rows), fast_dim(dim, int(pq.ksub), len(rows))), np.float32)
    rounds = Rounds(pieces * int(pq.cp.niter), round_seconds(own.shape[1], int(pq.ksub), len(rows)))
    yield rounds.left_s
    centres = np.empty((pieces, int(pq.ksub), dim), np.float32)
    for piece in range(pieces):
        own[:, :dim] = rows[:, piece * dim : (piece + 1) * dim]
        clustering = faiss.Clustering(own.shape[1], pq.ksub, pq.cp)
        yield from clustered(clustering, own, faiss.IndexFlatL2(own.shape[1]), rounds)
        centres[piece] = faiss.vector_to_array(clustering.centroids).reshape(-1, own.shape[1])[:, :dim]
    faiss.copy_array_to_vector(centres.ravel(), pq.centroids)


def _most_rows(pq: Any) -> int:
    """More would not better what is trained."""
    return int(pq.cp.max_points_per_centroid * pq.ksub)


CODING_BYTES = 1 << 24
"""Most memory of the distances to every trained piece, which faiss holds for all rows that it codes at once."""
LONG_PIECE, FEWEST_CODED = 16, 256
"""Pieces of fewer dimensions are coded row by row."""


def coded_at_once(pieces: int, bits: int) -> int:
    """Rows to code at once."""
    return max(FEWEST_CODED, CODING_BYTES // (4 * pieces << bits))


def coding_bytes(dim: int, pieces: int) -> int:
    """Memory of coding besides the codes."""
    return CODING_BYTES if dim // pieces >= LONG_PIECE else 0


def code_bytes(pieces: int, bits: int) -> int:
    return -(-pieces * bits // 8)


def table_bytes(spec: IndexSpec, bits: int) -> int:
    """Bytes of the trained pieces."""
    return 4 * spec.dim << bits
