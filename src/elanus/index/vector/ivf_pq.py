"""IVF_PQ: lists of vectors cut into m pieces, each kept as the number of its nearest trained piece.

source  Jegou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011; faiss IndexIVFPQ
"""

from __future__ import annotations

from typing import Any

from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import (
    NLIST,
    NPROBE,
    REFINE,
    REFINE_K,
    REFINE_TYPE,
    IvfBuilder,
    ivf_estimate,
    list_count,
    open_ivf,
)
from elanus.index.base import BuildEstimate, IndexSpec, IndexType
from elanus.index.params import Param
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

PIECES = Param(
    "m",
    int,
    "Pieces a vector is cut into, a divisor of dim: more gives better recall for more memory.",
    low=1,
    high=65536,
    required=True,
    divides_dim=True,
)
BITS = Param(
    "nbits",
    int,
    "Bits a piece is kept in; lowered where a segment has fewer than 2^nbits rows to train with.",
    low=1,
    high=24,
    default=8,
)


class IvfPqBuilder(IvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist, bits = list_count(spec, row_count), bit_count(spec, row_count)
        pieces = int(spec.params[PIECES.name])
        native = library().IndexIVFPQ(quantizer, spec.dim, nlist, pieces, bits, faiss_metric(spec.metric))
        native.pq.cp.min_points_per_centroid = 1
        return native

    def fewest_rows(self) -> int:
        return int(max(self._native.nlist, self._native.pq.ksub))

    @staticmethod
    def estimate(spec: IndexSpec, row_count: int) -> BuildEstimate:
        pieces, bits = int(spec.params[PIECES.name]), bit_count(spec, row_count)
        tables = 4 * list_count(spec, row_count) * pieces << bits if spec.metric is Metric.L2 else 0
        return ivf_estimate(spec, row_count, -(-pieces * bits // 8), tables)


def bit_count(spec: IndexSpec, row_count: int) -> int:
    """Bits really used: nbits, but no more values than rows."""
    return max(1, min(int(spec.params[BITS.name]), row_count.bit_length() - 1))


DECLARATION = IndexType(
    name="IVF_PQ",
    aliases=("IVFPQ", "PQ", "FAISS_PQ"),
    about="The smallest index: a vector in m bytes. Low recall by itself; refine measures candidates again.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, PIECES, BITS, REFINE, REFINE_TYPE),
    search_params=(NPROBE, REFINE_K),
    builder=IvfPqBuilder,
    open=open_ivf,
)
