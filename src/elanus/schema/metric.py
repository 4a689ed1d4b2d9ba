"""Metrics: which way is nearer, and how a distance becomes the number a client sees.

Inside the engine there are only *distances*: smaller is nearer. At the door there are *scores*: what Milvus
returns. The flip happens here and nowhere else.

source  Milvus documentation, "Metric types": L2 is squared, COSINE is the similarity itself, HAMMING the number of bits
        that differ, JACCARD 1 - intersection / union, TANIMOTO -log2 of that similarity; SUBSTRUCTURE and
        SUPERSTRUCTURE are 0 for a match; MHJACCARD is the similarity estimated from MinHash signatures.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from elanus.schema.types import DataType


class Metric(StrEnum):
    L2 = "L2"
    IP = "IP"
    COSINE = "COSINE"
    HAMMING = "HAMMING"
    JACCARD = "JACCARD"
    TANIMOTO = "TANIMOTO"
    SUBSTRUCTURE = "SUBSTRUCTURE"
    SUPERSTRUCTURE = "SUPERSTRUCTURE"
    MHJACCARD = "MHJACCARD"
    BM25 = "BM25"

    @property
    def larger_is_nearer(self) -> bool:
        """Of the score; a distance is always smaller-is-nearer."""
        return self in _SIMILARITIES


_SIMILARITIES = frozenset({Metric.IP, Metric.COSINE, Metric.MHJACCARD, Metric.BM25})
_DENSE = (Metric.COSINE, Metric.L2, Metric.IP)
_BINARY = (
    Metric.HAMMING,
    Metric.JACCARD,
    Metric.TANIMOTO,
    Metric.SUBSTRUCTURE,
    Metric.SUPERSTRUCTURE,
    Metric.MHJACCARD,
)
_SPARSE = (Metric.IP, Metric.BM25)


def metrics_of(kind: DataType) -> tuple[Metric, ...]:
    """The metrics of a vector type; the first is the one meant where none is named."""
    if kind is DataType.BINARY_VECTOR:
        return _BINARY
    return _SPARSE if kind is DataType.SPARSE_FLOAT_VECTOR else _DENSE


def scores_from_distances(distances: npt.NDArray[np.float32], metric: Metric) -> npt.NDArray[np.float32]:
    """A distance as it is; of a similarity the distance was the negated value."""
    return np.float32(0) - distances if metric.larger_is_nearer else distances  # 0 - 0 is 0, while -0 shows its sign


def distance_from_score(score: float, metric: Metric) -> float:
    """The inverse of :func:`scores_from_distances`, for range bounds and iterator bounds."""
    return -score if metric.larger_is_nearer else score
