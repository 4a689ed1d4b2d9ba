"""GPU_IVF_PQ, served by IVF_PQ."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from elanus.index._faiss import read_native
from elanus.index._gpu import (
    CACHE_ON_DEVICE,
    ITERATIONS,
    SINCE_IVF,
    TRAINING_SHARE,
    GpuTraining,
    kernel_param,
    served_by,
)
from elanus.index._ivf import NLIST, NPROBE, IvfIndex, resident_bytes
from elanus.index._product import BITS, PIECES
from elanus.index._rerank import RerankedIndex
from elanus.index.base import IndexSpec, IndexType, VectorIndex, Vectors
from elanus.index.params import Param, Values
from elanus.index.vector.ivf_pq import IvfPqBuilder
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

REFINE_RATIO = Param(
    "refine_ratio",
    float,
    "Candidates to measure again on the full vectors, as a multiple of k: more gives better recall, slower.",
    low=1,
    default=1.0,
)
DIMS_PER_PIECE = 2
"""Where the number of pieces is left open and dim allows it."""


class GpuIvfPqBuilder(GpuTraining, IvfPqBuilder):
    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        automatic = spec.dim // DIMS_PER_PIECE if spec.dim % DIMS_PER_PIECE == 0 else spec.dim
        return int(spec.params[PIECES.name]) or automatic


def open_gpu_ivf_pq(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    native = read_native(path)
    return RerankedIndex(IvfIndex(native, spec, resident_bytes(native)), vectors, spec.metric, _measured)


def _measured(params: Values, k: int) -> int:
    return math.ceil(k * float(params[REFINE_RATIO.name]))


DECLARATION = IndexType(
    name="GPU_IVF_PQ",
    aliases=(),
    about="IVF_PQ on a GPU.",
    data_types=(DataType.FLOAT_VECTOR, DataType.FLOAT16_VECTOR, DataType.INT8_VECTOR),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(
        NLIST,
        replace(PIECES, low=0, default=0, about=f"{PIECES.about[:-1]}; 0 = one for two dimensions."),
        replace(BITS, low=4, high=8, earlier=()),
        CACHE_ON_DEVICE,
        ITERATIONS,
        TRAINING_SHARE,
        kernel_param("codebook_kind", str, choices=("PER_SUBSPACE", "PER_CLUSTER"), default="PER_SUBSPACE"),
        kernel_param("force_random_rotation", bool, default=False),
        kernel_param("conservative_memory_allocation", bool, default=False),
    ),
    search_params=(
        replace(NPROBE, earlier=()),
        REFINE_RATIO,
        kernel_param("lut_dtype", str, default="CUDA_R_32F"),
        kernel_param("internal_distance_dtype", str, default="CUDA_R_32F"),
        kernel_param("preferred_shmem_carveout", float, low=0, high=1, default=1.0),
    ),
    builder=GpuIvfPqBuilder,
    open=open_gpu_ivf_pq,
    since=SINCE_IVF,
    stands_in=served_by("IVF_PQ"),
    needs_gpu=True,
)
