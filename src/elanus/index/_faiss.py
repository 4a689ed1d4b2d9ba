"""Everything that touches faiss: its import, its files, its threads, its search call.

source  https://github.com/facebookresearch/faiss, C++ API; IndexHNSW, IndexIVF, index_io, IDSelector
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from elanus.index.base import Bits, Floats, Foreseen, Hits, IndexBuilder, IndexSpec, Queries, Rows, VectorIndex, Vectors
from elanus.index.distance import for_metric
from elanus.index.params import Values
from elanus.index.stored import as_floats
from elanus.schema.metric import Metric


@cache
def library() -> Any:
    """The faiss module. Imported at first use: it takes 0.4 s that a server without an index need not wait."""
    import faiss

    return faiss


@cache
def machine_threads() -> int:
    """Native threads this process may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(count: int) -> None:
    """Native threads for the next faiss calls of this Python thread (OpenMP keeps the number per calling thread)."""
    library().omp_set_num_threads(count or machine_threads())


def faiss_metric(metric: Metric) -> int:
    """COSINE is the inner product of unit vectors, HAMMING the squared L2 of rows of 0 and 1."""
    faiss = library()
    return int(faiss.METRIC_INNER_PRODUCT if metric.larger_is_nearer else faiss.METRIC_L2)


def read_native(path: Path, flags: int = 0) -> Any:
    """The faiss index in this file, its arrays mapped from it where faiss can. Bytes after it are ignored."""
    faiss = library()
    return faiss.read_index(str(path), flags | faiss.IO_FLAG_MMAP_IFC)


def lend(storage: Any, graph: Any) -> None:
    """Lets a graph use rows or codes that Python made, in place of its own, which go.

    It must not free them, and they must outlive it.
    """
    own = graph.storage
    if graph.own_fields and own is not None:
        type(own).__swig_destroy__(own)
    graph.storage = storage  # which takes it from Python, were it not claimed again
    storage.this.own(True)
    graph.own_fields = False


def copied_storage(graph: Any) -> Any:
    """What a graph keeps its rows in, once more, owned by Python.

    The graph's own cannot be claimed: freed by a wrapper that did not make it, it takes the wrapper's class along.
    """
    return library().clone_index(graph.storage)


def reserve(array: Any, size: int) -> None:
    """Room for so many elements in an array of C++, whose content stays."""
    held = array.size()
    array.resize(max(size, held))
    array.resize(held)


def rows_as_storage(vectors: Floats, metric: Metric) -> Any:
    """A faiss flat index over these C-ordered rows without a copy. The caller keeps the array as long as the index."""
    faiss = library()
    storage = faiss.IndexFlat(vectors.shape[1], faiss_metric(metric))
    empty = faiss.MaybeOwnedVectorUInt8()  # faiss wants a C++ owner for a view; that of an empty vector owns nothing
    address = faiss.swig_ptr(vectors.reshape(-1).view(np.uint8))
    storage.codes = faiss.MaybeOwnedVectorUInt8.create_view(address, vectors.nbytes, empty.owner)
    storage.ntotal = len(vectors)
    return storage


class FaissIndex(VectorIndex):
    """An opened faiss index. The native object is never changed, so threads share it.

    A subclass says which search parameter goes into which faiss parameter object.

    kept_alive  what the native object points to without owning it
    """

    def __init__(self, native: Any, spec: IndexSpec, resident_bytes: int, *kept_alive: object) -> None:
        self._native = native
        self._kept_alive = kept_alive
        self._metric = spec.metric
        self._sign = np.float32(-1.0 if spec.metric.larger_is_nearer else 1.0)
        self._swig_ptr = library().swig_ptr
        self._set_threads = library().omp_set_num_threads
        self._parameters: dict[Hashable, Any] = {}
        self.row_count = int(native.ntotal)
        self.resident_bytes = resident_bytes

    def effort(self, params: Values) -> Any:
        """What of the search parameters faiss needs to know: ef, nprobe. Hashable."""
        raise NotImplementedError

    def native_parameters(self, effort: Any, selector: Any) -> Any:
        """The faiss parameter object for this effort, returning only what the selector (or None) lets through."""
        raise NotImplementedError

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        nq = len(queries)
        queries = for_metric(as_floats(queries), self._metric)
        distances = np.empty((nq, k), np.float32)
        rows = np.empty((nq, k), np.int64)
        if nq == 0:
            return Hits(distances, rows)
        parameters = self._masked(params, mask) if mask is not None else self._unmasked(self.effort(params))
        self._set_threads(1 if nq == 1 else machine_threads())
        pointer = self._swig_ptr
        # search_c is the C++ method itself; faiss's Python search() around it checks and copies what is known here.
        self._native.search_c(nq, pointer(queries), k, pointer(distances), pointer(rows), parameters)
        distances *= self._sign
        return _filled(distances, rows)

    def close(self) -> None:
        self._native = None
        self._kept_alive = ()
        self._parameters.clear()

    def _unmasked(self, effort: Hashable) -> Any:
        parameters = self._parameters.get(effort)
        if parameters is None:
            parameters = self._parameters[effort] = self.native_parameters(effort, None)
        return parameters

    def _masked(self, params: Values, mask: Bits) -> Any:
        selector = library().IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        return self.native_parameters(self.effort(params), selector)


def _filled(distances: Floats, rows: Rows) -> Hits:
    """Hits with +inf where faiss found nothing (its row is -1, at the end)."""
    if rows[:, -1].min() >= 0:
        return Hits(distances, rows, complete=True)
    distances[rows < 0] = np.inf
    return Hits(distances, rows)


class FaissBuilder(IndexBuilder):
    """Fills the faiss index that a subclass makes. What it chooses from the spec are class methods, for estimates."""

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        self._spec = spec
        self._row_count = row_count
        self._native = self.empty(spec, row_count)

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        """The faiss index of this spec before any row."""
        raise NotImplementedError

    def fewest_rows(self) -> int:
        """Rows without which faiss refuses to train."""
        return 1

    def prepared(self, sample: Queries) -> Floats:
        """The sample as faiss trains with it."""
        return for_metric(repeated(as_floats(sample), self.fewest_rows()), self._spec.metric)

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        use_threads(self.threads)
        self._native.train(self.prepared(sample))
        return iter(())

    def add(self, vectors: Vectors) -> None:
        use_threads(self.threads)
        self._native.add(for_metric(contiguous(vectors), self._spec.metric))

    def save(self, path: Path) -> None:
        library().write_index(self._native, str(path))

    def resume(self, path: Path, vectors: Vectors) -> int:
        self._native = library().read_index(str(path))
        return int(self._native.ntotal)


def sample_bytes(spec: IndexSpec, rows: int) -> int:
    """Of so many rows to train with, as floats; COSINE needs them at length 1 too."""
    copies = 2 if spec.metric is Metric.COSINE else 1
    return 4 * spec.dim * rows * copies


def contiguous(vectors: Vectors) -> Floats:
    """Dense rows as faiss takes them: float32, one after the other in memory."""
    return np.ascontiguousarray(as_floats(vectors))


def repeated(sample: Floats, rows: int) -> Floats:
    """The sample, its rows repeated where it has fewer; zeros for none at all."""
    if len(sample) >= rows:
        return sample
    return np.resize(sample, (rows, sample.shape[1]))
