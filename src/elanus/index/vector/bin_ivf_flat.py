"""BIN_IVF_FLAT: binary rows in lists around trained centres.

HAMMING keeps the rows a second time, list after list, as faiss searches them. Under a mask, and for the other metrics,
which faiss's binary lists do not know, the lists hold row numbers and the rows are measured in the segment.

source  centres: faiss, IndexBinaryIVF (k-means over the bits as +1 and -1)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, cast

import numpy as np

from elanus.errors import DataCorrupted
from elanus.index._bit_lists import BitLists
from elanus.index._faiss import library, use_threads
from elanus.index._ivf import NLIST, NPROBE, ROWS_PER_LIST, compared_bytes, widened_nprobe
from elanus.index._lists.assigned import Assigned, Positions
from elanus.index._row_lists import expanded, matrix_of
from elanus.index.arrays import Arrays, Shape, map_arrays, map_new_arrays, offset_of, write_arrays
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

SAMPLE_PER_LIST = 64
"""Rows that train a list."""
DECODED_BYTES = 16 << 20
"""Memory of the rows that are floats at once while centres are trained."""
ROWS_BY_LIST = "rows_by_list"
"""The array of the rows themselves, in HAMMING's files."""
CANDIDATES_AT_ONCE = 1 << 20
"""Most rows measured at once, over all queries."""
CENTRE_COPIES = 3
"""As floats, while they are trained."""
SLICE_BYTES = 8 << 20
"""Memory of a slice while it is compared."""
SLICE_PAIRS = 1 << 25
"""Rows of one slice times lists; about 0.2 s on one core of 2024."""


class BinIvfFlatBuilder(IndexBuilder):
    """Trains centres, then notes the list of each row; in the second pass rows are put where their list lies."""

    needs_training: ClassVar[bool] = True
    passes: ClassVar[int] = 2

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        self._spec = spec
        self._nlist = list_count(spec, row_count)
        self._centres = np.zeros((self._nlist, spec.dim // 8), np.uint8)
        self._assigned = Assigned(self._nlist, row_count)
        self.sample_rows = SAMPLE_PER_LIST * self._nlist
        self.slice_rows = min(1 << 16, max(64, SLICE_PAIRS // self._nlist))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        nlist = list_count(spec, row_count)
        copied = row_count if spec.metric is Metric.HAMMING else 0
        file = 4 * row_count + 8 * nlist + (nlist + copied) * spec.dim // 8
        sample = spec.dim // 8 * min(row_count, SAMPLE_PER_LIST * nlist)
        training = sample + DECODED_BYTES + CENTRE_COPIES * 4 * spec.dim * nlist + 2 * compared_bytes(nlist)
        return BuildEstimate(max(2 * row_count + SLICE_BYTES, training), 0, file)

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        faiss = library()
        use_threads(self.threads)
        quantizer = faiss.IndexBinaryFlat(self._spec.dim)
        lists = faiss.IndexBinaryIVF(quantizer, self._spec.dim, self._nlist)
        lists.cp.min_points_per_centroid = 1
        lists.cp.decode_block_size = max(1, DECODED_BYTES // (4 * self._spec.dim))
        rows = as_bytes(cast("Bytes", sample))
        lists.train(np.resize(rows, (max(len(rows), self._nlist), rows.shape[1])))
        self._centres = faiss.vector_to_array(quantizer.xb).reshape(self._nlist, -1)
        return iter(())

    def add(self, vectors: Vectors) -> None:
        nearest = exact_search(self._centres, cast("Bytes", vectors), 1, self._spec.metric)
        self._assigned.append(nearest.rows[:, 0])

    def finish(self, path: Path, again: Iterator[Vectors]) -> None:
        lists, sizes = self._assigned.lists, self._assigned.sizes
        arrays = map_new_arrays(path, self._shapes())
        arrays["centres"][:] = self._centres
        arrays["ends"][:] = np.cumsum(sizes)
        starts, positions, done = np.cumsum(sizes) - sizes, Positions(self._nlist), 0
        for vectors in again:
            own = lists[done : done + len(vectors)].astype(np.int64)
            places = starts[own] + positions.next(own)
            arrays["rows"][places] = np.arange(done, done + len(vectors))
            if ROWS_BY_LIST in arrays:
                arrays[ROWS_BY_LIST][places] = cast("Bytes", vectors)
            done += len(vectors)

    def _shapes(self) -> dict[str, Shape]:
        """The arrays of the finished file."""
        count, row_bytes = len(self._assigned), self._spec.dim // 8
        shapes = {
            "centres": Shape(np.dtype(np.uint8), (self._nlist, row_bytes)),
            "ends": Shape(np.dtype(np.int64), (self._nlist,)),
            "rows": Shape(np.dtype(np.uint32), (count,)),
        }
        if self._spec.metric is Metric.HAMMING:
            shapes[ROWS_BY_LIST] = Shape(np.dtype(np.uint8), (count, row_bytes))
        return shapes

    def save(self, path: Path) -> None:
        write_arrays(path, {"trained": self._centres, "lists": self._assigned.lists})

    def resume(self, path: Path, vectors: Vectors) -> int:
        held = map_arrays(path)
        if "trained" not in held:
            raise DataCorrupted(f"{path}: a checkpoint of BIN_IVF_FLAT of an older version")
        self._centres = held["trained"].copy()
        self._assigned.append(held["lists"])
        return len(self._assigned)


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
