"""Sparse vectors as columns: compressed sparse rows, in memory, in Arrow and on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_PAIR = np.dtype([("index", "<u4"), ("value", "<f4")])
"""How Milvus writes one entry of a sparse vector."""
PAIR_BYTES = _PAIR.itemsize


@dataclass(frozen=True, slots=True, eq=False)
class SparseRows:
    """n sparse vectors; row i holds the entries ``indptr[i]:indptr[i + 1]``.

    indptr   (n + 1,) int64, ascending; need not begin at 0, so that a slice shares the arrays of the whole
    indices  uint32 dimensions, ascending within a row, each at most once
    values   float32, one for each index
    """

    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, rows: slice) -> SparseRows:
        """The rows of a slice with step 1, without a copy of their entries."""
        first, last, _ = rows.indices(len(self))
        return SparseRows(self.indptr[first : max(first, last) + 1], self.indices, self.values)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """(n,) entries of each row."""
        return np.diff(self.indptr)

    @property
    def entry_count(self) -> int:
        return int(self.indptr[-1] - self.indptr[0])

    @property
    def nbytes(self) -> int:
        """Bytes of these rows' entries and offsets."""
        return PAIR_BYTES * self.entry_count + self.indptr.nbytes

    def packed(self) -> SparseRows:
        """The same rows over arrays that hold nothing else; ``indptr`` begins at 0."""
        first, last = int(self.indptr[0]), int(self.indptr[-1])
        return SparseRows(self.indptr - first, self.indices[first:last], self.values[first:last])

    def row_of_entry(self) -> npt.NDArray[np.int64]:
        """(entry_count,) the row number of each entry, in order."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def out_of_order(self) -> npt.NDArray[np.bool_]:
        """(entry_count,) entries whose index is not above that of the entry before them in their row."""
        rows = self.packed()
        wrong = np.zeros(rows.entry_count, bool)
        wrong[1:] = rows.indices[1:] <= rows.indices[:-1]
        first_entries = rows.indptr[:-1]
        wrong[first_entries[first_entries < len(wrong)]] = False
        return wrong

    def take(self, rows: npt.NDArray[np.int64]) -> SparseRows:
        """These rows, in this order, copied."""
        lengths = self.indptr[rows + 1] - self.indptr[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        entries = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return SparseRows(indptr, self.indices[entries], self.values[entries])

    def to_wire(self) -> list[bytes]:
        """Each row as Milvus sends it: pairs of uint32 index and float32 value, little-endian."""
        rows = self.packed()
        pairs = np.empty(rows.entry_count, _PAIR)
        pairs["index"], pairs["value"] = rows.indices, rows.values
        content = pairs.tobytes()
        ends = (rows.indptr * PAIR_BYTES).tolist()
        return [content[first:last] for first, last in pairwise(ends)]


def from_wire(rows: Sequence[bytes]) -> SparseRows:
    """The rows of :meth:`SparseRows.to_wire`; each a multiple of ``PAIR_BYTES`` long. Nothing else is checked."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows)) // PAIR_BYTES
    pairs = np.frombuffer(b"".join(rows), _PAIR)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return SparseRows(indptr, np.ascontiguousarray(pairs["index"]), np.ascontiguousarray(pairs["value"]))


def concatenated(parts: Sequence[SparseRows]) -> SparseRows:
    """One matrix with the rows of all, in order."""
    packed = [part.packed() for part in parts]
    lengths = np.concatenate([np.empty(0, np.int64), *(part.lengths for part in packed)])
    return SparseRows(
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([np.empty(0, np.uint32), *(part.indices for part in packed)]),
        np.concatenate([np.empty(0, np.float32), *(part.values for part in packed)]),
    )
