"""IVF_FLAT: full vectors in lists around trained centres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elanus.index._compact import code_kind, is_compact, kept_bytes, measured
from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import NLIST, NPROBE, open_ivf
from elanus.index._lists.two_passes import TwoPassIvfBuilder
from elanus.index.base import FLOATING, BuildEstimate, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.schema.metric import Metric


class IvfFlatBuilder(TwoPassIvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist = cls.list_count(spec, row_count)
        faiss, metric = library(), faiss_metric(spec.metric)
        if is_compact(spec):
            return faiss.IndexIVFScalarQuantizer(quantizer, spec.dim, nlist, code_kind(spec), metric, False)
        return faiss.IndexIVFFlat(quantizer, spec.dim, nlist, metric)

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        return cls.ivf_estimate(spec, row_count, kept_bytes(spec))


def open_ivf_flat(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    return measured(open_ivf(path, spec, vectors), spec, vectors)


DECLARATION = IndexType(
    name="IVF_FLAT",
    aliases=("IVFLAT", "IVFFLAT", "FAISS_IVFFLAT"),
    about="Full vectors in lists; a search visits the nearest lists. Quick to build, good for filters and large k.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST,),
    search_params=(NPROBE,),
    builder=IvfFlatBuilder,
    open=open_ivf_flat,
    code_1x=2,
)
