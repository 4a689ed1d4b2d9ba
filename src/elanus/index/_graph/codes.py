"""A graph whose links are measured on full vectors and whose file holds only codes of them.

Links found on coarse codes would be coarse for good; found on the rows themselves they are those of HNSW, and only the
search is approximate. The rows are dropped when the build ends.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from elanus.index._faiss import (
    contiguous,
    copied_storage,
    faiss_metric,
    lend,
    library,
    read_native,
    reserve,
    sample_bytes,
    use_threads,
)
from elanus.index._graph.base import GraphBuilder, GraphIndex, graph_estimate, open_cost
from elanus.index.base import BuildEstimate, Floats, Foreseen, IndexSpec, Queries, Vectors
from elanus.index.distance import for_metric

TRAINING_ROWS = 65_536
FORESEEN_ROWS, GROWTH = 1000, 1.3
"""Linking so few tells what all take: this power of the rows, seen (1.26 to 1.37) up to 20,000. Of far more rows it
says too much, but not for long: training is a small part of their build."""


class CodeGraphBuilder(GraphBuilder):
    """A subclass says which faiss index keeps the codes."""

    needs_training = True
    sample_rows = TRAINING_ROWS
    coded_at_once = TRAINING_ROWS
    sample_copies: ClassVar[float] = 1.1
    """Memory of training, in sizes of its sample."""

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._rows = self._no_rows()
        lend(self._rows, self._native)
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
    def coding_bytes(cls, spec: IndexSpec) -> int:
        """Memory of coding some rows, besides their codes."""
        return 0

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        code, tables = cls.code_bytes(spec, row_count), cls.tables_bytes(spec, row_count)
        sample = int(cls.sample_copies * sample_bytes(spec, min(row_count, TRAINING_ROWS)))
        links = cls.links(spec)
        graph = graph_estimate(row_count, links, 4 * spec.dim + code, stored_bytes=code, sample_bytes=sample)
        peak = max(graph.peak_bytes, graph.disk_bytes + 4 * spec.dim * row_count + cls.coding_bytes(spec))
        return BuildEstimate(peak + tables, graph.resident_bytes + tables, graph.disk_bytes + tables)

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        use_threads(self.threads)
        rows = self.prepared(sample)
        foreseen = self.codes_foreseen(rows) + Foreseen(0.0, self._linking_seconds(rows))
        yield foreseen
        for left_s in self.train_codes(rows):
            yield Foreseen(left_s, foreseen.adding_s)
        self._codes.is_trained = True

    def codes_foreseen(self, rows: Floats) -> Foreseen:
        """Of training with these rows, and of coding all."""
        raise NotImplementedError

    def train_codes(self, rows: Floats) -> Iterator[float]:
        """Trains what turns rows into codes; the seconds left after each step."""
        raise NotImplementedError

    def _linking_seconds(self, rows: Floats) -> float:
        """Of all rows, from a small graph of a few; the quicker of two, as the first also finds its memory."""
        few = rows[:FORESEEN_ROWS]
        seconds = min(self._small_graph_seconds(few) for _ in range(2))
        return seconds * math.pow(self._row_count / len(few), GROWTH)

    def _small_graph_seconds(self, rows: Floats) -> float:
        graph = self.empty(self._spec, len(rows))
        graph.hnsw.efConstruction = self.ef_construction(self._spec)
        started = time.process_time()
        graph.add(rows)
        return time.process_time() - started

    def add(self, vectors: Vectors) -> None:
        if not self._codes.ntotal:
            reserve(self._codes.codes, self._row_count * self._codes.code_size)
        super().add(vectors)
        rows = for_metric(contiguous(vectors), self._spec.metric)
        for at in range(0, len(rows), self.coded_at_once):
            self._codes.add(rows[at : at + self.coded_at_once])

    def save(self, path: Path) -> None:
        lend(self._codes, self._native)
        super().save(path)
        lend(self._rows, self._native)

    def resume(self, path: Path, vectors: Vectors) -> int:
        done = super().resume(path, vectors)
        self._codes = copied_storage(self._native)
        self._rows = self._no_rows()
        self._rows.add(for_metric(contiguous(vectors[:done]), self._spec.metric))
        lend(self._rows, self._native)
        return done

    def _no_rows(self) -> Any:
        return library().IndexFlat(self._spec.dim, faiss_metric(self._spec.metric))


def code_graph(path: Path, spec: IndexSpec, tables_bytes: int, kind: type[GraphIndex] = GraphIndex) -> GraphIndex:
    """The graph over codes in this file; ``tables_bytes`` is what faiss holds of it besides mapped pages and links."""
    # Without distances from code to code, 256 KiB for each piece: only a build that measures rows by codes wants them.
    native = read_native(path, library().IO_FLAG_PQ_SKIP_SDC_TABLE)
    return kind(native, spec, open_cost(native.ntotal) + tables_bytes)
