"""Rows of which every direction varies less than the one before, as those of embeddings do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.schema.metric import Metric

DIM = 96
METRICS = (Metric.L2, Metric.IP, Metric.COSINE)
Floats = npt.NDArray[np.float32]


def fading(rows: int, faded: float = 0.93) -> Floats:
    """Rows of which every direction varies less than the one before, turned at random."""
    rng = np.random.default_rng(3)
    turn, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    return (rng.standard_normal((rows, DIM)) * faded ** np.arange(DIM) @ turn).astype(np.float32)
