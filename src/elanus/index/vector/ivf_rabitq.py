"""IVF_RABITQ: lists of rotated vectors of one bit a dimension."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elanus.index._faiss import faiss_metric, library, read_native
from elanus.index._ivf import NLIST, NPROBE, REFINE_FACTOR, REFINEMENT, resident_bytes
from elanus.index._lists.two_passes import TwoPassIvfBuilder
from elanus.index._rerank import refined
from elanus.index._rotated_ivf import QUERY_BITS, RotatedIvfBuilder, RotatedIvfIndex
from elanus.index.base import FLOATING, BuildEstimate, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric

BITS = Param(
    "rbq_bits",
    int,
    "Bits a dimension is kept in: more gives better recall for more memory.",
    low=1,
    high=9,
    default=1,
    since=Generation.V3_0,
)


class IvfRabitqBuilder(RotatedIvfBuilder, TwoPassIvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist, metric = cls.list_count(spec, row_count), faiss_metric(spec.metric)
        return library().IndexIVFRaBitQ(quantizer, spec.dim, nlist, metric, True, _bits(spec))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        code = library().RaBitQuantizer(spec.dim, faiss_metric(spec.metric), _bits(spec))
        rotation = 4 * spec.dim * spec.dim
        lists = cls.ivf_estimate(spec, row_count, int(code.code_size), rotation)
        return BuildEstimate(lists.peak_bytes + rotation, lists.resident_bytes, lists.disk_bytes + rotation)


def open_ivf_rabitq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    native = read_native(path)
    held = resident_bytes(native) + 4 * spec.dim * spec.dim
    return refined(RotatedIvfIndex(native, spec, held), spec, vectors)


def _bits(spec: IndexSpec) -> int:
    return int(spec.params[BITS.name])


DECLARATION = IndexType(
    name="IVF_RABITQ",
    aliases=(),
    about="One bit a dimension, a thirtieth of the vectors' size. Use it with refine and a refine_k of 3 or more.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, BITS, *REFINEMENT),
    search_params=(NPROBE, QUERY_BITS, REFINE_FACTOR),
    builder=IvfRabitqBuilder,
    open=open_ivf_rabitq,
    since=Generation.V2_6,
)
