"""GPU_IVF_FLAT, served by IVF_FLAT."""

from __future__ import annotations

from dataclasses import replace

from elanus.index._gpu import CACHE_ON_DEVICE, ITERATIONS, SINCE_IVF, TRAINING_SHARE, GpuTraining, served_by
from elanus.index._ivf import NLIST, NPROBE
from elanus.index.base import IndexType
from elanus.index.vector.ivf_flat import IvfFlatBuilder, open_ivf_flat
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class GpuIvfFlatBuilder(GpuTraining, IvfFlatBuilder):
    """IVF_FLAT, trained as the GPU type is."""


DECLARATION = IndexType(
    name="GPU_IVF_FLAT",
    aliases=(),
    about="IVF_FLAT on a GPU.",
    data_types=(DataType.FLOAT_VECTOR, DataType.FLOAT16_VECTOR, DataType.INT8_VECTOR),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, CACHE_ON_DEVICE, ITERATIONS, TRAINING_SHARE),
    search_params=(replace(NPROBE, earlier=()),),
    builder=GpuIvfFlatBuilder,
    open=open_ivf_flat,
    since=SINCE_IVF,
    stands_in=served_by("IVF_FLAT"),
    needs_gpu=True,
)
