"""A graph whose links are measured on full vectors and whose file holds only codes of them.

Links found on coarse codes would be coarse for good; found on the rows themselves they are those of HNSW, and only the
search is approximate. The rows are dropped when the build ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elanus.index._faiss import (
    contiguous,
    faiss_metric,
    lend,
    library,
    read_native,
    repeated,
    take_storage,
    use_threads,
)
from elanus.index._graph import GraphBuilder, GraphIndex, graph_estimate, open_cost
from elanus.index.base import BuildEstimate, IndexSpec, Queries, Vectors
from elanus.index.distance import for_metric
from elanus.index.stored import as_floats

TRAINING_ROWS = 65_536


class CodeGraphBuilder(GraphBuilder):
    """A subclass says which faiss index keeps the codes."""

    needs_training = True
    sample_rows = TRAINING_ROWS

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._rows = take_storage(self._native)
        self._codes = self.codes(spec, row_count)

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        return library().IndexHNSWFlat(spec.dim, cls.links(spec), faiss_metric(spec.metric))

    @classmethod
    def codes(cls, spec: IndexSpec, row_count: int) -> Any:
        """The faiss index of codes, before training."""
        raise NotImplementedError

    @classmethod
    def code_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        """Bytes of a row's code."""
        raise NotImplementedError

    @classmethod
    def tables_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        """Bytes of what is trained: in the file, and in memory when it is open."""
        raise NotImplementedError

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        code, tables = cls.code_bytes(spec, row_count), cls.tables_bytes(spec, row_count)
        graph = graph_estimate(row_count, cls.links(spec), 4 * spec.dim + code, stored_bytes=code)
        sample = 4 * spec.dim * min(row_count, TRAINING_ROWS)
        return BuildEstimate(
            max(sample, graph.peak_bytes) + tables, graph.resident_bytes + tables, graph.disk_bytes + tables
        )

    def train(self, sample: Queries) -> None:
        use_threads(self.threads)
        self._codes.train(for_metric(repeated(as_floats(sample), self.fewest_rows()), self._spec.metric))

    def add(self, vectors: Vectors) -> None:
        super().add(vectors)
        self._codes.add(for_metric(contiguous(vectors), self._spec.metric))

    def save(self, path: Path) -> None:
        lend(self._codes, self._native)
        super().save(path)
        lend(self._rows, self._native)

    def resume(self, path: Path, vectors: Vectors) -> int:
        done = super().resume(path, vectors)
        self._codes = take_storage(self._native)
        self._rows = library().IndexFlat(self._spec.dim, faiss_metric(self._spec.metric))
        self._rows.add(for_metric(contiguous(vectors[:done]), self._spec.metric))
        lend(self._rows, self._native)
        return done


def code_graph(path: Path, spec: IndexSpec, tables_bytes: int, kind: type[GraphIndex] = GraphIndex) -> GraphIndex:
    """The graph over codes in this file; ``tables_bytes`` is what faiss holds of it besides mapped pages and links."""
    native = read_native(path)
    return kind(native, spec, open_cost(native.ntotal) + tables_bytes)
