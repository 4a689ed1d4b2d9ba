"""What the IVF types share: lists of rows around trained centres, of which a search visits the nearest few.

source  faiss IndexIVF; the rule of 39 rows a list is Milvus's and knowhere's
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._faiss import FaissBuilder, FaissIndex, faiss_metric, library, read_native
from elanus.index._rerank import RerankedIndex
from elanus.index.base import BuildEstimate, Floats, IndexSpec, VectorIndex
from elanus.index.params import Param, Value, Values
from elanus.schema.metric import Metric

NLIST = Param(
    "nlist",
    int,
    "Lists the rows are split into; lowered to one per 39 rows of a segment. "
    "More makes a search of one list cheaper and training slower.",
    low=1,
    high=65536,
    default=128,
)
NPROBE = Param(
    "nprobe",
    int,
    "Lists visited in a search, at most nlist: more gives better recall for a slower search.",
    low=1,
    high=65536,
    default=8,
)
REFINE = Param(
    "refine",
    bool,
    "Measure the best candidates again on the full vectors: better recall and exact distances, a little slower.",
    default=False,
)
REFINE_TYPE = Param(
    "refine_type",
    str,
    "Least precision to refine with. The stored float32 vectors serve every choice; no second copy is kept.",
    choices=("SQ6", "SQ8", "FP16", "BF16", "FP32", "FLAT"),
)
REFINE_K = Param(
    "refine_k",
    float,
    "Candidates to refine, as a multiple of k; without refine it does nothing.",
    low=1,
    high=float(np.finfo(np.float32).max),
    default=1.0,
)
ROWS_PER_LIST = 39
"""Fewer rows than this train no centre worth having."""
SAMPLE_PER_LIST = 128
LIST_HEADERS = 160
"""Bytes of memory for the array headers of one list."""
SLICE_WORK = 1 << 32
"""dim x nlist x rows of one slice; about 0.2 s on one core of 2024."""


class IvfIndex(FaissIndex):
    effort = NPROBE.name

    def __init__(self, native: Any, spec: IndexSpec, resident_bytes: int) -> None:
        super().__init__(native, spec, resident_bytes)
        self._nlist = int(native.nlist)

    def native_parameters(self, effort: Value, selector: Any) -> Any:
        return library().SearchParametersIVF(nprobe=min(int(effort), self._nlist), sel=selector)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        nprobe = int(params[NPROBE.name])
        return {**params, NPROBE.name: max(nprobe, min(self._nlist, math.ceil(nprobe / max(kept, 1e-6))))}


class IvfBuilder(FaissBuilder):
    """Trains nlist centres by k-means, then puts each row in the list of its nearest centre."""

    needs_training = True

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._native.cp.min_points_per_centroid = 1
        # Unit centres fit what an inner product compares (faiss's factory chooses the same).
        self._native.cp.spherical = spec.metric is not Metric.L2
        self.sample_rows = max(SAMPLE_PER_LIST * list_count(spec, row_count), self.fewest_rows())
        self.slice_rows = min(1 << 16, max(256, SLICE_WORK // (spec.dim * list_count(spec, row_count))))

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        quantizer = faiss.IndexFlat(spec.dim, faiss_metric(spec.metric))
        return cls.lists(quantizer, spec, row_count)

    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        """The faiss index over this quantizer of centres."""
        raise NotImplementedError

    def fewest_rows(self) -> int:
        return int(self._native.nlist)


def list_count(spec: IndexSpec, row_count: int) -> int:
    """Lists really made: nlist, but at least 39 rows for each."""
    return max(1, min(int(spec.params[NLIST.name]), row_count // ROWS_PER_LIST))


def open_ivf(path: Path, spec: IndexSpec, vectors: Floats) -> VectorIndex:
    """The lists in this file; measured again on ``vectors`` when the spec says refine."""
    native = read_native(path)
    index = IvfIndex(native, spec, resident_bytes(native))
    if spec.params.get(REFINE.name):
        return RerankedIndex(index, vectors, spec.metric, refined_candidates)
    return index


def refined_candidates(params: Values, k: int) -> int:
    return math.ceil(k * float(params[REFINE_K.name]))


def resident_bytes(native: Any) -> int:
    """What faiss holds besides mapped pages: two array headers a list, and the distance tables of PQ."""
    tables = 4 * int(native.precomputed_table.size()) if hasattr(native, "precomputed_table") else 0
    return LIST_HEADERS * int(native.nlist) + tables


def ivf_estimate(spec: IndexSpec, row_count: int, code_bytes: int, tables_bytes: int = 0) -> BuildEstimate:
    """Need of an IVF build; code_bytes is what a row takes in its list. Lists grow by doubling.

    tables_bytes  what an opened index computes for itself
    """
    nlist = list_count(spec, row_count)
    lists = row_count * (code_bytes + 8) + 4 * nlist * spec.dim
    sample = 4 * spec.dim * min(row_count, SAMPLE_PER_LIST * nlist)
    return BuildEstimate(
        peak_bytes=2 * lists + 2 * sample, resident_bytes=LIST_HEADERS * nlist + tables_bytes, disk_bytes=lists
    )
