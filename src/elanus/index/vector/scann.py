"""SCANN: lists of 4-bit codes compared by vector instructions, the best measured again on the full vectors.

source  Guo et al., "Accelerating Large-Scale Inference with Anisotropic Vector Quantization", 2020; faiss
        IndexIVFPQFastScan, on which Milvus builds its SCANN too
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._faiss import faiss_metric, library, read_native
from elanus.index._ivf import BLOCK_ROWS, NLIST, NPROBE, IvfBuilder, IvfIndex, lists_of, resident_bytes
from elanus.index._product import pieces_seconds, train_pieces
from elanus.index._rerank import RerankedIndex
from elanus.index.base import (
    FLOATING,
    Bits,
    BuildEstimate,
    Floats,
    Hits,
    IndexSpec,
    IndexType,
    Queries,
    VectorIndex,
    Vectors,
)
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values
from elanus.index.stored import as_floats
from elanus.schema.metric import Metric

RAW_DATA = Param(
    "with_raw_data",
    bool,
    "Measure candidates again on the segment's own rows; without it distances are those of the codes.",
    default=True,
)
PIECE_DIM = Param(
    "sub_dim",
    int,
    "Dimensions kept together in 4 bits, a divisor of dim: more makes a smaller index with lower recall.",
    low=1,
    high=65536,
    default=2,
    divides_dim=True,
    since=Generation.V2_5,
)
REORDER_K = Param(
    "reorder_k",
    int,
    "Candidates measured again, at least k: more gives better recall for a slower search. Needs with_raw_data.",
    low=1,
    high=INT_MAX,
    default=1,
    at_least_k=True,
)
BITS = 4
_SMALL = np.float32(1e-12)


class ScannIndex(IvfIndex):
    """Its 8-bit tables are scaled by their largest value, so that a query with nothing but zeros would find nothing."""

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        asked = as_floats(queries)
        anything = np.where(asked.any(axis=1, keepdims=True), asked, _SMALL)
        return super().search(anything, k, mask=mask, params=params)


class ScannBuilder(IvfBuilder):
    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist, metric = cls.list_count(spec, row_count), faiss_metric(spec.metric)
        native = library().IndexIVFPQFastScan(quantizer, spec.dim, nlist, _pieces(spec), BITS, metric)
        native.pq.cp.min_points_per_centroid = 1
        return native

    def fewest_rows(self) -> int:
        return max(super().fewest_rows(), 1 << BITS)

    def prepared(self, sample: Queries) -> Floats:
        rows = as_floats(sample)
        return super().prepared(_varied(rows) if (rows == rows[:1]).all() else rows)

    def codes_seconds(self, rows: Floats, assign_s: float) -> float:
        return pieces_seconds(lists_of(self._native).pq, len(rows))

    def train_codes(self, rows: Floats) -> Iterator[float]:
        return train_pieces(lists_of(self._native).pq, rows)

    def make_ready(self, lists: Any, rows: Floats) -> None:
        lists.is_trained = True

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        nlist, code = cls.list_count(spec, row_count), (_pieces(spec) + 1) // 2
        rows = row_count + BLOCK_ROWS // 2 * nlist
        lists = cls.ivf_estimate(spec, rows, code)
        return replace(lists, resident_bytes=lists.resident_bytes + lists.disk_bytes)


def open_scann(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """faiss reads the blocks into memory; they are not mapped."""
    native = read_native(path)
    index = ScannIndex(native, spec, resident_bytes(native) + path.stat().st_size)
    return RerankedIndex(index, vectors, spec.metric, _reordered) if spec.params[RAW_DATA.name] else index


def _varied(sample: Floats) -> Floats:
    """Equal rows made a little different: codes that are all alike would give the tables no scale."""
    rows = np.resize(sample, (1 << BITS, sample.shape[1]))
    noise = np.random.default_rng(0).standard_normal(rows.shape, np.float32)
    return rows + np.float32(1e-3) * np.maximum(1, np.abs(rows)) * noise


def _reordered(params: Values, k: int) -> int:
    return int(params[REORDER_K.name])


def _pieces(spec: IndexSpec) -> int:
    return spec.dim // int(spec.params[PIECE_DIM.name])


DECLARATION = IndexType(
    name="SCANN",
    aliases=(),
    about="Lists of 4-bit codes scanned by vector instructions and measured again: the fastest type with lists.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, RAW_DATA, PIECE_DIM),
    search_params=(NPROBE, REORDER_K),
    builder=ScannBuilder,
    open=open_scann,
    since=Generation.V2_3,
)
