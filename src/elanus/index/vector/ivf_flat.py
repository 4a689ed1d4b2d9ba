"""IVF_FLAT: full vectors in lists around trained centres."""

from __future__ import annotations

from typing import Any

from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import NLIST, NPROBE, IvfBuilder, ivf_estimate, list_count, open_ivf
from elanus.index.base import BuildEstimate, IndexSpec, IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class IvfFlatBuilder(IvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        return library().IndexIVFFlat(quantizer, spec.dim, list_count(spec, row_count), faiss_metric(spec.metric))

    @staticmethod
    def estimate(spec: IndexSpec, row_count: int) -> BuildEstimate:
        return ivf_estimate(spec, row_count, 4 * spec.dim)


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
)
