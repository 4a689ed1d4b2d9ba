"""IVF_FLAT: full vectors in lists around trained centres."""

from __future__ import annotations

from typing import Any

from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import NLIST, NPROBE, IvfBuilder, open_ivf
from elanus.index.base import BuildEstimate, IndexSpec, IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class IvfFlatBuilder(IvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist = cls.list_count(spec, row_count)
        return library().IndexIVFFlat(quantizer, spec.dim, nlist, faiss_metric(spec.metric))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        return cls.ivf_estimate(spec, row_count, 4 * spec.dim)


DECLARATION = IndexType(
    name="IVF_FLAT",
    aliases=("IVFLAT", "IVFFLAT", "FAISS_IVFFLAT"),
    about="Full vectors in lists; a search visits the nearest lists. Quick to build, good for filters and large k.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST,),
    search_params=(NPROBE,),
    builder=IvfFlatBuilder,
    open=open_ivf,
    code_1x=2,
)
