"""What the GPU types share. There is no GPU kernel here: each is served by its equivalent on the CPU, on request."""

from __future__ import annotations

import math
from typing import Any

from elanus.index._ivf import IvfBuilder, lists_of
from elanus.index.base import IndexSpec
from elanus.index.generation import Generation
from elanus.index.params import Param

ITERATIONS = Param(
    "kmeans_n_iters", int, "Rounds of training the centres: more fits them better, slower.", low=1, default=20
)
TRAINING_SHARE = Param(
    "kmeans_trainset_fraction",
    float,
    "Share of the rows to train the centres with: more fits them better, slower.",
    low=0,
    high=1,
    default=0.5,
)


def kernel_param(name: str, kind: type, **rules: Any) -> Param:
    """A parameter of the GPU kernel alone."""
    return Param(name, kind, "Of the GPU kernel; checked, and without effect on the CPU.", inert=True, **rules)


def served_by(name: str) -> str:
    return f"Served by {name} on the CPU, where the request or the settings allow it: GPU kernels are not offered yet."


CACHE_ON_DEVICE = kernel_param("cache_dataset_on_device", bool, default=False)
SINCE_IVF = Generation.V2_3
SINCE_GRAPH = Generation.V2_4


class GpuTraining(IvfBuilder):
    """Trains centres with the rounds and the share of rows that the GPU types let a user choose."""

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        lists_of(self._native).cp.niter = int(spec.params[ITERATIONS.name])
        share = math.ceil(float(spec.params[TRAINING_SHARE.name]) * row_count)
        self.sample_rows = max(self.fewest_rows(), share)
