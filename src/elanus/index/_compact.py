"""Rows of other types than float32 in the files of faiss: in as many bytes as the segment keeps them in.

float16, bfloat16 and int8 rows lose nothing by it. COSINE needs them at length 1, which rounds them a little: what such
an index finds is measured again on the stored rows. A binary row takes a byte a bit, and faiss finds its neighbours by
HAMMING; of JACCARD these are candidates, measured again.
"""

from __future__ import annotations

from typing import Any

from elanus.index._faiss import library
from elanus.index._graph.base import EF
from elanus.index._rerank import RerankedIndex
from elanus.index.base import IndexSpec, VectorIndex, Vectors
from elanus.index.params import Values
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

_CODES = {
    DataType.FLOAT16_VECTOR: ("QT_fp16", 2),
    DataType.BFLOAT16_VECTOR: ("QT_bf16", 2),
    DataType.INT8_VECTOR: ("QT_8bit_direct_signed", 1),
    DataType.BINARY_VECTOR: ("QT_8bit_direct", 1),
}
_UNIT_CODE = ("QT_fp16", 2)
_FLOAT_BYTES = 4


def is_compact(spec: IndexSpec) -> bool:
    return spec.data_type in _CODES


def kept_bytes(spec: IndexSpec) -> int:
    """Bytes of a row as faiss keeps it."""
    return spec.dim * (_code(spec)[1] if is_compact(spec) else _FLOAT_BYTES)


def code_kind(spec: IndexSpec) -> Any:
    """The rounding of faiss that keeps rows of this type."""
    return getattr(library().ScalarQuantizer, _code(spec)[0])


def measured(index: VectorIndex, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """The index, its distances those of the stored rows also where it keeps them rounded."""
    if is_compact(spec) and spec.metric is Metric.COSINE:
        return RerankedIndex(index, vectors, spec.metric, _as_many)
    if spec.metric is Metric.JACCARD:
        return RerankedIndex(index, vectors, spec.metric, _all_candidates)
    return index


def _code(spec: IndexSpec) -> tuple[str, int]:
    return _UNIT_CODE if spec.metric is Metric.COSINE else _CODES[spec.data_type]


def _all_candidates(params: Values, k: int) -> int:
    return max(k, int(params[EF.name]))


def _as_many(params: Values, k: int) -> int:
    return k
