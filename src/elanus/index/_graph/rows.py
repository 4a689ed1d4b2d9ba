"""A graph over the rows: HNSW, and the older graph types that it stands in for.

For L2 and IP the graph's vectors are the segment's own float32 rows, mapped from disk: the file holds links only.
COSINE needs unit vectors, so its file holds a copy of the rows at length 1. Rows of other types are in the file too
(:mod:`elanus.index._compact`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elanus.index._compact import code_kind, is_compact, kept_bytes, measured
from elanus.index._faiss import contiguous, faiss_metric, lend, library, read_native, rows_as_storage
from elanus.index._graph.base import GraphBuilder, GraphIndex, graph_estimate, open_cost
from elanus.index.base import BuildEstimate, IndexSpec, VectorIndex, Vectors
from elanus.schema.metric import Metric


class RowGraphBuilder(GraphBuilder):
    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss, metric = library(), faiss_metric(spec.metric)
        if is_compact(spec):
            return faiss.IndexHNSWSQ(spec.dim, code_kind(spec), cls.links(spec), metric)
        return faiss.IndexHNSWFlat(spec.dim, cls.links(spec), metric)

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        row_bytes = kept_bytes(spec)
        stored = 0 if _shares_rows(spec) else row_bytes
        return graph_estimate(row_count, cls.links(spec), row_bytes, stored_bytes=stored)

    def save(self, path: Path) -> None:
        library().write_index(self._native, str(path), _flags(self._spec))

    def resume(self, path: Path, vectors: Vectors) -> int:
        self._native = library().read_index(str(path), _flags(self._spec))
        done = int(self._native.ntotal)
        if _shares_rows(self._spec):
            self._storage = library().IndexFlat(self._spec.dim, faiss_metric(self._spec.metric))
            self._storage.add(contiguous(vectors[:done]))
            lend(self._storage, self._native)
        return done


def open_row_graph(path: Path, spec: IndexSpec, vectors: Vectors, kind: type[GraphIndex] = GraphIndex) -> VectorIndex:
    """The graph in this file over these rows, searched as ``kind`` says."""
    native = read_native(path, _flags(spec))
    if not _shares_rows(spec):
        return measured(kind(native, spec, open_cost(native.ntotal)), spec, vectors)
    rows = contiguous(vectors)
    storage = rows_as_storage(rows, spec.metric)
    lend(storage, native)
    return kind(native, spec, open_cost(native.ntotal), storage, rows)


def _shares_rows(spec: IndexSpec) -> bool:
    return spec.metric is not Metric.COSINE and not is_compact(spec)


def _flags(spec: IndexSpec) -> int:
    return int(library().IO_FLAG_SKIP_STORAGE) if _shares_rows(spec) else 0
