"""An index over the rows of a segment that have a vector, where the field may be NULL."""

from __future__ import annotations

import numpy as np

from elanus.index.base import Bits, Hits, Queries, Rows, VectorIndex
from elanus.index.params import Values


class PartialIndex(VectorIndex):
    """Numbers the rows of ``inner`` as the segment does.

    rows          (m,) int64, ascending: the segment's number of each row of ``inner``
    row_count     of the segment
    copied_bytes  of the vectors that ``inner`` reads, where they had to be brought together
    """

    def __init__(self, inner: VectorIndex, rows: Rows, row_count: int, copied_bytes: int = 0) -> None:
        self._inner = inner
        self._rows = rows
        self.row_count = row_count
        self.copied_bytes = copied_bytes
        self.resident_bytes = inner.resident_bytes + rows.nbytes + copied_bytes
        self.short_is_complete = inner.short_is_complete

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        kept = None if mask is None else mask[self._rows]
        found = self._inner.search(queries, k, mask=None if kept is None or kept.all() else kept, params=params)
        if not len(self._rows):
            return found
        if found.complete:
            return Hits(found.distances, self._rows[found.rows], complete=True)
        return Hits(found.distances, np.where(found.rows < 0, -1, self._rows[found.rows]))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return self._inner.widened(params, k=k, kept=min(1.0, kept * self.row_count / max(1, len(self._rows))))

    def close(self) -> None:
        self._inner.close()
