"""What BM25 asks of many sparse rows together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elanus.schema.sparse import SparseRows

Dims = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TermTotals:
    """Of the terms that occur in some rows.

    dims    (d,) of each term, ascending
    starts  (d + 1,) ascending: ``starts[i + 1] - starts[i]`` rows have term i
    length  terms of all rows, as often as they come
    """

    dims: Dims
    starts: Counts
    length: float

    @classmethod
    def of(cls, rows: SparseRows) -> TermTotals:
        packed = rows.packed()
        dims, holders = np.unique(packed.indices, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(holders)])
        return cls(dims, starts, float(packed.values.sum(dtype=np.float64)))

    def holders(self, dims: Dims) -> Counts:
        """(len(dims),) how many rows have each of these."""
        if not len(self.dims):
            return np.zeros(len(dims), np.int64)
        places = np.minimum(np.searchsorted(self.dims, dims), len(self.dims) - 1)
        return np.where(self.dims[places] == dims, self.starts[places + 1] - self.starts[places], 0)
