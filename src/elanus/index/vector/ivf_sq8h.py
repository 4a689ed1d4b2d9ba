"""IVF_SQ8H: the hybrid of GPU and CPU of Milvus 1.x, served on the CPU."""

from __future__ import annotations

from elanus.index._ivf import NLIST, NPROBE, open_ivf
from elanus.index.base import IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.index.vector.ivf_sq8 import IvfSq8Builder
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class IvfSq8hBuilder(IvfSq8Builder):
    @classmethod
    def bits(cls, spec: IndexSpec) -> int:
        return 8


DECLARATION = IndexType(
    name="IVF_SQ8H",
    aliases=("IVF_SQ8_H", "IVFSQ8H", "IVF_SQ8_HYBRID", "FAISS_IVFSQ8H"),
    about="IVF_SQ8 under its older name.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(NLIST,),
    search_params=(NPROBE,),
    builder=IvfSq8hBuilder,
    open=open_ivf,
    until=Generation.V2_0,
    code_1x=5,
    stands_in="Served by IVF_SQ8 on the CPU; the original kept its centres on a GPU. The answers are the same.",
)
