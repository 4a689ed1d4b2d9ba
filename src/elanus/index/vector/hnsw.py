"""HNSW: a navigable graph over the float rows.

For L2 and IP the graph's vectors are the segment's own rows, mapped from disk: the file holds links only. COSINE
needs unit vectors, so its file holds a copy of the rows at length 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._faiss import faiss_metric, library, read_native, rows_as_storage
from elanus.index._graph import EF, EF_CONSTRUCTION, GraphBuilder, GraphIndex, M, graph_estimate, open_cost
from elanus.index.base import BuildEstimate, Floats, IndexSpec, IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType


class HnswBuilder(GraphBuilder):
    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        return library().IndexHNSWFlat(spec.dim, int(spec.params[M.name]), faiss_metric(spec.metric))

    @staticmethod
    def estimate(spec: IndexSpec, row_count: int) -> BuildEstimate:
        row_bytes = 4 * spec.dim
        stored = 0 if _shares_rows(spec) else row_bytes
        return graph_estimate(row_count, int(spec.params[M.name]), row_bytes, stored_bytes=stored)

    def save(self, path: Path) -> None:
        library().write_index(self._native, str(path), _flags(self._spec))

    def resume(self, path: Path, vectors: Floats) -> int:
        self._native = library().read_index(str(path), _flags(self._spec))
        done = int(self._native.ntotal)
        if _shares_rows(self._spec):
            self._storage = library().IndexFlat(self._spec.dim, faiss_metric(self._spec.metric))
            self._storage.add(vectors[:done])
            _lend(self._storage, self._native)
        return done


def open_hnsw(path: Path, spec: IndexSpec, vectors: Floats) -> GraphIndex:
    native = read_native(path, _flags(spec))
    if not _shares_rows(spec):
        return GraphIndex(native, spec, open_cost(native.ntotal))
    rows = np.ascontiguousarray(vectors)
    storage = rows_as_storage(rows, spec.metric)
    _lend(storage, native)
    return GraphIndex(native, spec, open_cost(native.ntotal), storage, rows)


def _lend(storage: Any, graph: Any) -> None:
    """Lets the graph use rows that Python owns: it must not free them, and they must outlive it."""
    graph.storage = storage
    graph.own_fields = False


def _shares_rows(spec: IndexSpec) -> bool:
    return spec.metric is not Metric.COSINE


def _flags(spec: IndexSpec) -> int:
    return int(library().IO_FLAG_SKIP_STORAGE) if _shares_rows(spec) else 0


DECLARATION = IndexType(
    name="HNSW",
    aliases=("RHNSW_FLAT",),
    about="A graph over the full vectors. Fast with high recall; needs memory for links and a slow build.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(M, EF_CONSTRUCTION),
    search_params=(EF,),
    builder=HnswBuilder,
    open=open_hnsw,
)
