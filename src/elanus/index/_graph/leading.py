"""A graph over 8-bit codes of the rows, cut to their leading directions where few of these are enough.

A search waits for memory: half the bytes a row are close to half the time. What the cut and the 8 bits misplace is put
right by measuring candidates again, which is left to who opens it (:mod:`elanus.index._rerank`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._faiss import contiguous, faiss_metric, library, read_native, repeated, use_threads
from elanus.index._graph.base import GraphBuilder, GraphIndex, open_cost
from elanus.index._graph.directions import leading_directions
from elanus.index.base import Bits, Floats, Foreseen, Hits, IndexSpec, Queries, VectorIndex, Vectors
from elanus.index.distance import for_metric
from elanus.index.params import Values
from elanus.index.stored import as_floats
from elanus.schema.metric import Metric


class LeadingGraphBuilder(GraphBuilder):
    """Its sample decides how many directions are kept; a build that goes on from a checkpoint reads them there."""

    needs_training = True

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._directions: Floats | None = None

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        return faiss.IndexHNSWSQ(spec.dim, faiss.ScalarQuantizer.QT_8bit, cls.links(spec), faiss_metric(spec.metric))

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        rows = for_metric(as_floats(sample), self._spec.metric)
        self._directions = leading_directions(rows, self._spec.metric)
        if self._directions is not None:
            self._native = self.empty(replace(self._spec, dim=self._directions.shape[1]), self._row_count)
            self._prepare()
        use_threads(self.threads)
        self._native.train(repeated(self._turned(rows), self.fewest_rows()))
        yield from ()  # trained while it is iterated, as the others are

    def add(self, vectors: Vectors) -> None:
        if not self._native.ntotal:
            self._make_room()
        use_threads(self.threads)
        self._native.add(self._turned(for_metric(contiguous(vectors), self._spec.metric)))

    def save(self, path: Path) -> None:
        library().write_index(_with_directions(self._native, self._directions), str(path))

    def resume(self, path: Path, vectors: Vectors) -> int:
        self._native, self._directions = _parts(library().read_index(str(path)))
        return int(self._native.ntotal)

    def _turned(self, rows: Floats) -> Floats:
        return rows if self._directions is None else rows @ self._directions


class TurnedIndex(VectorIndex):
    """Searches rows that were turned and cut; its distances are those of the cut rows."""

    def __init__(self, inner: VectorIndex, directions: Floats) -> None:
        self._inner = inner
        self._directions = directions
        self.row_count = inner.row_count
        self.resident_bytes = inner.resident_bytes + directions.nbytes

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        return self._inner.search(as_floats(queries) @ self._directions, k, mask=mask, params=params)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return self._inner.widened(params, k=k, kept=kept)

    def close(self) -> None:
        self._inner.close()


def open_leading_graph(path: Path, spec: IndexSpec) -> VectorIndex:
    """The graph in this file. Its distances are no better than its codes; of COSINE they are products."""
    native, directions = _parts(read_native(path))
    # The length of a query changes no order among the rows, so that it need not be taken out.
    as_product = replace(spec, metric=Metric.IP) if spec.metric is Metric.COSINE else spec
    graph = GraphIndex(native, as_product, open_cost(native.ntotal))
    return graph if directions is None else TurnedIndex(graph, directions)


def _with_directions(graph: Any, directions: Floats | None) -> Any:
    """What faiss writes: the graph, behind a linear transform when its rows are turned."""
    if directions is None:
        return graph
    faiss = library()
    turn = faiss.LinearTransform(*directions.shape, False)
    faiss.copy_array_to_vector(directions.T.ravel(), turn.A)
    turn.is_trained = True
    return faiss.IndexPreTransform(turn, graph)


def _parts(native: Any) -> tuple[Any, Floats | None]:
    """The graph of a file, and its directions when its rows are turned."""
    faiss = library()
    if not isinstance(native, faiss.IndexPreTransform):
        return native, None
    turn = faiss.downcast_VectorTransform(native.chain.at(0))
    by_direction = faiss.vector_to_array(turn.A).reshape(turn.d_out, turn.d_in)
    graph = faiss.downcast_index(native.index)
    graph.referenced_objects = [native]  # which owns it, and goes with it
    return graph, np.ascontiguousarray(by_direction.T)
