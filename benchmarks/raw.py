"""Raw libraries: the index a user would build with the library alone, from the same vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, ClassVar

import faiss
import numpy as np

from benchmarks.data import Floats, Ints
from benchmarks.kinds import K, Kind
from elanus.index.base import Queries
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows


class Raw(ABC):
    """needs  the package it cannot do without, "" = one of ours"""

    needs: ClassVar[str] = ""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    @property
    def is_there(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None

    @property
    @abstractmethod
    def label(self) -> str: ...

    @abstractmethod
    def build(self) -> None: ...

    @abstractmethod
    def search(self, queries: Queries, effort: int) -> Ints:
        """(nq, K) row numbers; effort is ef or nprobe."""


class Faiss(Raw):
    """An index by its factory string.

    parameter  faiss's name for the effort, "" without one
    prepare    what the string cannot say, before training
    """

    def __init__(
        self, kind: Kind, factory: str, parameter: str = "", prepare: Callable[[Any], None] | None = None
    ) -> None:
        super().__init__(kind)
        self._factory, self._parameter, self._prepare = factory, parameter, prepare
        self._space = faiss.ParameterSpace()
        self._effort_set = -1

    @property
    def label(self) -> str:
        return f"faiss {self._factory}"

    def build(self) -> None:
        metric = faiss.METRIC_L2 if self.kind.metric is Metric.L2 else faiss.METRIC_INNER_PRODUCT
        self._native = faiss.index_factory(self.kind.dim, self._factory, metric)
        if self._prepare is not None:
            self._prepare(self._native)
        self._native.train(self.kind.base)
        self._native.add(self.kind.base)
        self._effort_set = -1

    def search(self, queries: Queries, effort: int) -> Ints:
        if self._parameter and effort != self._effort_set:
            self._space.set_index_parameter(self._native, self._parameter, effort)
            self._effort_set = effort
        found: Ints = self._native.search(queries, K)[1]
        return found


class FaissBinary(Raw):
    def __init__(self, kind: Kind, factory: str) -> None:
        super().__init__(kind)
        self._factory = factory

    @property
    def label(self) -> str:
        return f"faiss {self._factory}"

    def build(self) -> None:
        self._native = faiss.index_binary_factory(self.kind.dim, self._factory)
        self._native.train(self.kind.base)
        self._native.add(self.kind.base)

    def search(self, queries: Queries, effort: int) -> Ints:
        if hasattr(self._native, "nprobe"):
            self._native.nprobe = effort
        found: Ints = self._native.search(queries, K)[1].astype(np.int64)
        return found


class Hnswlib(Raw):
    needs = "hnswlib"
    label = "hnswlib"

    def build(self) -> None:
        import hnswlib

        self._native = hnswlib.Index("l2" if self.kind.metric is Metric.L2 else "ip", self.kind.dim)
        self._native.init_index(self.kind.row_count, M=16, ef_construction=200)
        self._native.set_num_threads(1)
        self._native.add_items(self.kind.base)

    def search(self, queries: Queries, effort: int) -> Ints:
        self._native.set_ef(effort)
        found: Ints = self._native.knn_query(queries, k=K)[0].astype(np.int64)
        return found


class Usearch(Raw):
    needs = "usearch"
    label = "usearch"

    def build(self) -> None:
        from usearch.index import Index

        metric = "l2sq" if self.kind.metric is Metric.L2 else "ip"
        self._native = Index(ndim=self.kind.dim, metric=metric, connectivity=16, expansion_add=200)
        self._native.add(np.arange(self.kind.row_count), self.kind.base, threads=1)

    def search(self, queries: Queries, effort: int) -> Ints:
        self._native.expansion_search = effort
        found: Ints = self._native.search(queries, K, threads=1).keys.astype(np.int64).reshape(-1, K)
        return found


class Scipy(Raw):
    """A product of sparse matrices, then the best of each column."""

    needs = "scipy"
    label = "scipy csr product"

    def build(self) -> None:
        assert isinstance(self.kind.base, SparseRows)
        self._width = int(self.kind.base.indices.max()) + 1
        self._rows = _matrix(self.kind.base, self._width)

    def search(self, queries: Queries, effort: int) -> Ints:
        assert isinstance(queries, SparseRows)
        scores: Floats = (_matrix(queries, self._width) @ self._rows.T).toarray()
        best = np.argpartition(scores, -K, axis=1)[:, -K:]
        return np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)


def _matrix(rows: SparseRows, width: int) -> Any:
    from scipy.sparse import csr_matrix

    packed = rows.packed()
    return csr_matrix((packed.values, packed.indices.astype(np.int32), packed.indptr), shape=(len(rows), width))
