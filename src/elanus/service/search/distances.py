"""Distances between given vectors, every left one with every right one.

source  Milvus 2.0 to 2.2, CalcDistance; later ones withdrew it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from elanus.errors import OperationNotSupported, ParameterInvalid
from elanus.index.base import Vectors
from elanus.index.generation import Generation
from elanus.index.stored import as_floats
from elanus.schema.sparse import SparseRows

Matrix: TypeAlias = npt.NDArray[Any]
"""(n, dim) float32; (n, dim / 8) bytes of binary vectors."""


def distances(left: Vectors, right: Vectors, metric: str, generation: Generation) -> Matrix:
    """(left, right): squared L2 or IP, float32; of binary vectors HAMMING, int32, or TANIMOTO, float32."""
    if generation > Generation.V2_2:
        raise OperationNotSupported("CalcDistance deprecated")
    one, other = _matrix(left), _matrix(right)
    calculations = _OF_BITS if one.dtype == np.uint8 else _OF_FLOATS
    calculate = calculations.get(metric.upper())
    if calculate is None:
        raise ParameterInvalid(f"Invalid metric type: {metric}, allowed are {', '.join(calculations)}")
    if one.dtype != other.dtype or one.shape[1] != other.shape[1]:
        raise ParameterInvalid("Cannot calculate distance between vectors of different dimension or type")
    return calculate(one, other)


def _matrix(vectors: Vectors) -> Matrix:
    if isinstance(vectors, SparseRows):
        raise ParameterInvalid("distances between sparse vectors are not calculated: send float or binary vectors")
    return vectors if vectors.dtype == np.uint8 else as_floats(vectors)


def _l2(left: Matrix, right: Matrix) -> Matrix:
    return np.stack([np.vecdot(right - one, right - one) for one in left])


def _ip(left: Matrix, right: Matrix) -> Matrix:
    products: Matrix = np.matmul(left, right.T)
    return products


def _hamming(left: Matrix, right: Matrix) -> Matrix:
    return np.stack([np.bitwise_count(right ^ one).sum(axis=1, dtype=np.int32) for one in left])


def _tanimoto(left: Matrix, right: Matrix) -> Matrix:
    """Of bits that are equal, not of those that are set: so it was in Milvus."""
    dim = left.shape[1] * 8
    equal = dim - _hamming(left, right)
    similarities: Matrix = np.divide(equal, 2 * dim - equal, dtype=np.float32)
    return similarities


_OF_FLOATS: Mapping[str, Callable[[Matrix, Matrix], Matrix]] = {"L2": _l2, "IP": _ip}
_OF_BITS: Mapping[str, Callable[[Matrix, Matrix], Matrix]] = {"HAMMING": _hamming, "TANIMOTO": _tanimoto}
