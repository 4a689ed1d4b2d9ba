"""The data as rows of each kind of vector field, with what exact search finds in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from benchmarks.data import Dataset, Floats, Ints
from elanus.index.base import Queries, Vectors
from elanus.index.exact import candidate_distances, exact_search
from elanus.schema.arrow import dense_type
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import sparse_column

K = 10
KEPT_ENTRIES = 48
"""Of a sparse row: its largest values, as a learned sparse embedding has about so many."""
_TIE = 1e-5


@dataclass(frozen=True)
class Kind:
    """dim is 0 of a sparse field; queries come in the form an index takes them."""

    type: DataType
    metric: Metric
    dim: int
    base: Vectors
    queries: Queries

    @property
    def row_count(self) -> int:
        return len(self.base)

    def column(self, first: int, last: int) -> pa.Array:
        """Rows first .. last - 1 as the engine takes them."""
        rows = self.base[first:last]
        if isinstance(rows, SparseRows):
            return sparse_column(rows)
        return pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), type=dense_type(self.type, self.dim))

    def recall(self, ids: Ints) -> float:
        """Share of the (n, K) ids, of the first n queries, that are as near as the K-th nearest row: ties count."""
        distances = candidate_distances(self.base, ids, self.queries[: len(ids)], self.metric)
        bound = self.farthest[: len(ids), None]
        return float((distances <= bound + _TIE * np.maximum(1.0, np.abs(bound))).mean())

    @cached_property
    def farthest(self) -> Floats:
        """(q,) the distance of each query's K-th nearest row."""
        starts = range(0, len(self.queries), 100)
        parts = [exact_search(self.base, self.queries[at : at + 100], K, self.metric).distances[:, -1] for at in starts]
        return np.concatenate(parts)


def dense(data: Dataset) -> Kind:
    return Kind(DataType.FLOAT_VECTOR, Metric[data.metric], data.dim, data.base, data.queries)


def binary(data: Dataset) -> Kind:
    """One bit a dimension: above the median of that dimension or not."""
    middle = np.median(data.base, axis=0)
    base, queries = (np.packbits(rows > middle, axis=1) for rows in (data.base, data.queries))
    return Kind(DataType.BINARY_VECTOR, Metric.HAMMING, base.shape[1] * 8, base, queries)


def sparse(data: Dataset) -> Kind:
    """The largest values of a row by their dimension, the others forgotten."""
    base, queries = _largest(data.base), _largest(data.queries)
    return Kind(DataType.SPARSE_FLOAT_VECTOR, Metric.IP, 0, base, queries)


def _largest(rows: Floats) -> SparseRows:
    kept = min(KEPT_ENTRIES, rows.shape[1])
    dims = np.sort(np.argpartition(rows, -kept, axis=1)[:, -kept:], axis=1)
    values = np.maximum(np.take_along_axis(rows, dims, axis=1), np.float32(1e-3))
    indptr = np.arange(len(rows) + 1, dtype=np.int64) * kept
    return SparseRows(indptr, dims.astype(np.uint32).ravel(), values.ravel())
