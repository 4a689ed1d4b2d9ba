"""BIN_IVF_FLAT: binary rows in lists around trained centres.

HAMMING keeps the rows a second time, list after list, as faiss searches them. Under a mask, and for the other metrics,
which faiss's binary lists do not know, the lists hold row numbers and the rows are measured in the segment.

source  centres: faiss, IndexBinaryIVF (k-means over the bits as +1 and -1)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from elanus.errors import DataCorrupted
from elanus.index._bit_lists import BitLists
from elanus.index._faiss import library, use_threads
from elanus.index._ivf import NLIST, NPROBE, ROWS_PER_LIST, widened_nprobe
from elanus.index._row_lists import expanded, matrix_of
from elanus.index.arrays import Arrays, map_arrays, offset_of, write_arrays
from elanus.index.base import (
    Bits,
    BuildEstimate,
    Bytes,
    Foreseen,
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
ROWS_BY_LIST = "rows_by_list"
"""The array of the rows themselves, in HAMMING's files."""
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
        self._slices: list[Bytes] = []
        self.sample_rows = SAMPLE_PER_LIST * self._nlist
        self.slice_rows = min(1 << 16, max(64, SLICE_PAIRS // self._nlist))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        nlist = list_count(spec, row_count)
        copied = row_count if spec.metric is Metric.HAMMING else 0
        file = 4 * row_count + 8 * nlist + (nlist + copied) * spec.dim // 8
        sample = 4 * spec.dim * max(nlist, min(row_count, SAMPLE_PER_LIST * nlist))
        return BuildEstimate(max(24 * row_count + file, SAMPLE_COPIES * sample), 0, file)

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        faiss = library()
        use_threads(self.threads)
        quantizer = faiss.IndexBinaryFlat(self._spec.dim)
        lists = faiss.IndexBinaryIVF(quantizer, self._spec.dim, self._nlist)
        lists.cp.min_points_per_centroid = 1
        rows = as_bytes(cast("Bytes", sample))
        lists.train(np.resize(rows, (max(len(rows), self._nlist), rows.shape[1])))
        self._centres = faiss.vector_to_array(quantizer.xb).reshape(self._nlist, -1)
        return iter(())

    def add(self, vectors: Vectors) -> None:
        nearest = exact_search(self._centres, cast("Bytes", vectors), 1, self._spec.metric)
        self._lists.append(nearest.rows[:, 0])
        self._slices.append(cast("Bytes", vectors))

    def save(self, path: Path) -> None:
        lists = np.concatenate([np.empty(0, np.int64), *self._lists])
        rows = lists.argsort(kind="stable").astype(np.uint32)
        ends = np.cumsum(np.bincount(lists, minlength=self._nlist))
        arrays: dict[str, npt.NDArray[Any]] = {"centres": self._centres, "ends": ends, "rows": rows}
        if self._spec.metric is Metric.HAMMING:
            arrays[ROWS_BY_LIST] = self._in_order_of(rows)
        write_arrays(path, arrays)

    def _in_order_of(self, rows: npt.NDArray[np.uint32]) -> Bytes:
        """The vectors of these rows, which are all there are."""
        places = np.empty(len(rows), np.int64)
        places[rows] = np.arange(len(rows))
        ordered = np.empty((len(rows), self._spec.dim // 8), np.uint8)
        first = 0
        for vectors in self._slices:
            ordered[places[first : first + len(vectors)]] = vectors
            first += len(vectors)
        return ordered

    def resume(self, path: Path, vectors: Vectors) -> int:
        held = map_arrays(path)
        self._centres = held["centres"].copy()
        lists = np.empty(len(held["rows"]), np.int64)
        lists[held["rows"]] = np.repeat(np.arange(self._nlist), np.diff(held["ends"], prepend=0))
        self._lists = [lists]
        self._slices = [cast("Bytes", vectors)[: len(lists)]]
        return len(lists)


class BinIvfFlatIndex(VectorIndex):
    """Visits the nearest lists of each query."""

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
        self._by_list: BitLists | None = None
        if spec.metric is Metric.HAMMING and self.row_count:
            starts = np.append(self._starts, self._ends[-1:])
            self._by_list = BitLists(path, _offset(path, arrays), vectors.shape[1], starts)

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        asked = as_bytes(cast("Bytes", queries))
        nprobe = min(int(params[NPROBE.name]), len(self._centres))
        probed = exact_search(self._centres, asked, nprobe, self._metric).rows
        if self._by_list is not None and mask is None:
            return self._found_by(self._by_list, asked, probed, k)
        at_once = max(1, CANDIDATES_AT_ONCE * len(self._centres) // max(1, nprobe * self.row_count))
        parts = [
            self._measured(asked[at : at + at_once], probed[at : at + at_once], k, mask)
            for at in range(0, max(1, len(asked)), at_once)
        ]
        return Hits(np.concatenate([p.distances for p in parts]), np.concatenate([p.rows for p in parts]))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {**params, NPROBE.name: widened_nprobe(int(params[NPROBE.name]), kept, len(self._centres))}

    def close(self) -> None:
        self._by_list = None

    def _found_by(self, lists: BitLists, queries: Bytes, probed: Rows, k: int) -> Hits:
        distances, places = lists.nearest(queries, probed, k)
        rows = np.where(places < 0, np.int64(-1), self._rows[places])
        by_row_where_equal = np.lexsort((rows, distances), axis=1)
        return Hits(distances, np.take_along_axis(rows, by_row_where_equal, 1))

    def _measured(self, queries: Bytes, lists: Rows, k: int, mask: Bits | None) -> Hits:
        positions, owners = expanded(self._starts[lists], self._ends[lists])
        candidates = matrix_of(self._rows[positions], owners, len(queries), mask)
        return rerank(self._vectors, candidates, queries, k, self._metric)


def open_bin_ivf_flat(path: Path, spec: IndexSpec, vectors: Vectors) -> BinIvfFlatIndex:
    return BinIvfFlatIndex(path, spec, as_bytes(vectors))


def _offset(path: Path, arrays: Arrays) -> int:
    """Raises DataCorrupted for a file from before the rows were in it: it is built again."""
    if ROWS_BY_LIST not in arrays:
        raise DataCorrupted(f"{path}: an index of BIN_IVF_FLAT without its rows, of an older version")
    return offset_of(path, ROWS_BY_LIST)


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
