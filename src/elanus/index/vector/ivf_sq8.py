"""IVF_SQ8: lists of vectors rounded to 8 (or 6, or 4) bits a dimension."""

from __future__ import annotations

from typing import Any

from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import NLIST, NPROBE, REFINE_FACTOR, REFINEMENT, open_ivf
from elanus.index._lists.two_passes import TwoPassIvfBuilder
from elanus.index.base import FLOATING, BuildEstimate, IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric

SQ_TYPE = Param(
    "sq_type",
    str,
    "Bits a dimension is rounded to: fewer make a smaller index with lower recall.",
    choices=("SQ4", "SQ6", "SQ8"),
    default="SQ8",
    since=Generation.V2_6,
)
BITS = Param(
    "nbits",
    int,
    "Bits a dimension is rounded to, of which only 8 were ever offered.",
    low=8,
    high=8,
    inert=True,
    since=Generation.V2_2,
    until=Generation.V2_4,
)
MOST_ROUNDED = 100_000
"""Rows that the rounding is trained with."""
_BITS = {"SQ4": 4, "SQ6": 6, "SQ8": 8}


class IvfSq8Builder(TwoPassIvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        rounding = getattr(faiss.ScalarQuantizer, f"QT_{cls.bits(spec)}bit")
        nlist = cls.list_count(spec, row_count)
        return faiss.IndexIVFScalarQuantizer(quantizer, spec.dim, nlist, rounding, faiss_metric(spec.metric))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        return cls.ivf_estimate(spec, row_count, -(-spec.dim * cls.bits(spec) // 8))

    @classmethod
    def training_bytes(cls, spec: IndexSpec, rows: int) -> int:
        """What is left of rows without their centres comes on top; of a larger sample faiss takes some, as a copy."""
        rounded = 4 * spec.dim * (rows if rows <= MOST_ROUNDED else 2 * MOST_ROUNDED)
        return super().training_bytes(spec, rows) + rounded

    @classmethod
    def bits(cls, spec: IndexSpec) -> int:
        return _BITS[str(spec.params[SQ_TYPE.name])]


DECLARATION = IndexType(
    name="IVF_SQ8",
    aliases=("IVFSQ8", "FAISS_IVFSQ8"),
    about="IVF_FLAT with one byte a dimension: a quarter of the memory, faster, recall a little lower.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, SQ_TYPE, BITS, *REFINEMENT),
    search_params=(NPROBE, REFINE_FACTOR),
    builder=IvfSq8Builder,
    open=open_ivf,
    code_1x=3,
)
