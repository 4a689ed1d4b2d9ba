"""BIN_IVF_FLAT: the numbers of binary rows in lists around trained centres; the rows stay in the segment.

source  centres: faiss, IndexBinaryIVF (k-means over the bits as +1 and -1)
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

import numpy as np

from elanus.index._faiss import library, use_threads
from elanus.index._ivf import NLIST, NPROBE, ROWS_PER_LIST, widened_nprobe
from elanus.index._row_lists import expanded, matrix_of
from elanus.index.arrays import map_arrays, write_arrays
from elanus.index.base import (
    Bits,
    BuildEstimate,
    Bytes,
    Hits,
    IndexBuilder,
    IndexSpec,
    IndexType,
    Queries,
    Rows,
    VectorIndex,
    Vectors,
)
from elanus.index.exact import exact_search, rerank
from elanus.index.params import Values
from elanus.index.stored import as_bytes
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

SAMPLE_PER_LIST, SAMPLE_COPIES = 64, 4
"""Rows that train a list, and the memory of training in sizes of its sample as floats."""
CANDIDATES_AT_ONCE = 1 << 20
"""Most rows measured at once, over all queries."""
SLICE_PAIRS = 1 << 25
"""Rows of one slice times lists; about 0.2 s on one core of 2024."""


class BinIvfFlatBuilder(IndexBuilder):
    """Trains centres, then notes the list of each row."""

    needs_training: ClassVar[bool] = True

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        self._spec = spec
        self._nlist = list_count(spec, row_count)
        self._centres = np.zeros((self._nlist, spec.dim // 8), np.uint8)
        self._lists: list[Rows] = []
        self.sample_rows = SAMPLE_PER_LIST * self._nlist
        self.slice_rows = min(1 << 16, max(64, SLICE_PAIRS // self._nlist))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        nlist = list_count(spec, row_count)
        file = 4 * row_count + 8 * nlist + nlist * spec.dim // 8
        sample = 4 * spec.dim * max(nlist, min(row_count, SAMPLE_PER_LIST * nlist))
        return BuildEstimate(max(24 * row_count + file, SAMPLE_COPIES * sample), 0, file)

    def train(self, sample: Queries) -> None:
        faiss = library()
        use_threads(self.threads)
        quantizer = faiss.IndexBinaryFlat(self._spec.dim)
        lists = faiss.IndexBinaryIVF(quantizer, self._spec.dim, self._nlist)
        lists.cp.min_points_per_centroid = 1
        rows = as_bytes(cast("Bytes", sample))
        lists.train(np.resize(rows, (max(len(rows), self._nlist), rows.shape[1])))
        self._centres = faiss.vector_to_array(quantizer.xb).reshape(self._nlist, -1)

    def add(self, vectors: Vectors) -> None:
        nearest = exact_search(self._centres, cast("Bytes", vectors), 1, self._spec.metric)
        self._lists.append(nearest.rows[:, 0])

    def save(self, path: Path) -> None:
        lists = np.concatenate([np.empty(0, np.int64), *self._lists])
        rows = lists.argsort(kind="stable").astype(np.uint32)
        ends = np.cumsum(np.bincount(lists, minlength=self._nlist))
        write_arrays(path, {"centres": self._centres, "ends": ends, "rows": rows})

    def resume(self, path: Path, vectors: Vectors) -> int:
        held = map_arrays(path)
        self._centres = held["centres"].copy()
        lists = np.empty(len(held["rows"]), np.int64)
        lists[held["rows"]] = np.repeat(np.arange(self._nlist), np.diff(held["ends"], prepend=0))
        self._lists = [lists]
        return len(lists)


class BinIvfFlatIndex(VectorIndex):
    """Visits the nearest lists of each query and measures their rows where the segment keeps them."""

    def __init__(self, path: Path, spec: IndexSpec, vectors: Bytes) -> None:
        arrays = map_arrays(path)
        self._centres: Bytes = arrays["centres"]
        self._ends: Rows = arrays["ends"]
        self._starts: Rows = self._ends - np.diff(self._ends, prepend=0)
        self._rows = arrays["rows"]
        self._vectors = vectors
        self._metric = spec.metric
        self.row_count = len(vectors)
        self.resident_bytes = self._starts.nbytes

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        asked = as_bytes(cast("Bytes", queries))
        nprobe = min(int(params[NPROBE.name]), len(self._centres))
        probed = exact_search(self._centres, asked, nprobe, self._metric).rows
        at_once = max(1, CANDIDATES_AT_ONCE * len(self._centres) // max(1, nprobe * self.row_count))
        parts = [
            self._measured(asked[at : at + at_once], probed[at : at + at_once], k, mask)
            for at in range(0, max(1, len(asked)), at_once)
        ]
        return Hits(np.concatenate([p.distances for p in parts]), np.concatenate([p.rows for p in parts]))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {**params, NPROBE.name: widened_nprobe(int(params[NPROBE.name]), kept, len(self._centres))}

    def _measured(self, queries: Bytes, lists: Rows, k: int, mask: Bits | None) -> Hits:
        positions, owners = expanded(self._starts[lists], self._ends[lists])
        candidates = matrix_of(self._rows[positions], owners, len(queries), mask)
        return rerank(self._vectors, candidates, queries, k, self._metric)


def open_bin_ivf_flat(path: Path, spec: IndexSpec, vectors: Vectors) -> BinIvfFlatIndex:
    return BinIvfFlatIndex(path, spec, as_bytes(vectors))


def list_count(spec: IndexSpec, row_count: int) -> int:
    """Lists really made: as many as asked, but at least 39 rows for each."""
    return max(1, min(int(spec.params[NLIST.name]), row_count // ROWS_PER_LIST))


DECLARATION = IndexType(
    name="BIN_IVF_FLAT",
    aliases=("FAISS_BIN_IVFFLAT",),
    about="Binary rows in lists; a search visits the nearest lists. For many millions of rows.",
    data_types=(DataType.BINARY_VECTOR,),
    metrics=(Metric.HAMMING, Metric.JACCARD, Metric.TANIMOTO),
    build_params=(NLIST,),
    search_params=(NPROBE,),
    builder=BinIvfFlatBuilder,
    open=open_bin_ivf_flat,
    code_1x=10,
)
