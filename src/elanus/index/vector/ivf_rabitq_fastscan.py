"""IVF_RABITQ_FASTSCAN: IVF_RABITQ whose codes lie in blocks of 32 rows, compared at once by vector instructions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from elanus.index._faiss import faiss_metric, library, read_native
from elanus.index._ivf import BLOCK_ROWS, NLIST, NPROBE, REFINE_FACTOR, REFINEMENT, resident_bytes
from elanus.index._rerank import refined
from elanus.index._rotated_ivf import QUERY_BITS, RotatedIvfBuilder, RotatedIvfIndex
from elanus.index.base import FLOATING, BuildEstimate, IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.schema.metric import Metric

FACTOR_BYTES = 8
"""Per row, to turn bits into distances."""


class IvfRabitqFastscanBuilder(RotatedIvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist, metric = cls.list_count(spec, row_count), faiss_metric(spec.metric)
        return library().IndexIVFRaBitQFastScan(quantizer, spec.dim, nlist, metric)

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        rows = row_count + BLOCK_ROWS // 2 * cls.list_count(spec, row_count)
        code = -(-spec.dim // 8) + FACTOR_BYTES
        rotation = 4 * spec.dim * spec.dim
        lists = cls.ivf_estimate(spec, rows, code, rotation + rows * (code + 8))
        return BuildEstimate(lists.peak_bytes + rotation, lists.resident_bytes, lists.disk_bytes + rotation)


def open_ivf_rabitq_fastscan(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """faiss reads the blocks into memory; they are not mapped."""
    native = read_native(path)
    held = resident_bytes(native) + path.stat().st_size
    return refined(RotatedIvfIndex(native, spec, held), spec, vectors)


DECLARATION = IndexType(
    name="IVF_RABITQ_FASTSCAN",
    aliases=(),
    about="IVF_RABITQ in blocks of rows for faster scans of whole lists, held in memory.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(
        NLIST,
        REFINEMENT[0],
        replace(REFINEMENT[1], choices=("FP32", "FLAT")),
    ),
    search_params=(NPROBE, replace(QUERY_BITS, low=8, default=8, inert=True), REFINE_FACTOR),
    builder=IvfRabitqFastscanBuilder,
    open=open_ivf_rabitq_fastscan,
    since=Generation.V3_0,
)
