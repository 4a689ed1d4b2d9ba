"""Exact search over sparse rows: only entries in a dimension of a query are looked at.

A row without a product other than 0 is no hit, as in Milvus: a search may return fewer than k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elanus.index._row_lists import expanded
from elanus.index.base import Floats, Hits, Rows
from elanus.index.bm25 import saturated
from elanus.index.exact.nearest import Nearest
from elanus.index.exact.scan import Scan
from elanus.schema.sparse import SparseRows

BLOCK_ENTRIES = 1 << 22
"""Most entries looked at at once."""
BLOCK_PAIRS = 1 << 22
"""Most pairs of a query and a row measured at once."""
_LOW_BITS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of some rows that lie in a dimension of the queries, dimension by dimension.

    starts  (d + 1,) where the entries of each of ``dims`` begin
    rows    row number within the block; values what the query is multiplied by
    """

    dims: npt.NDArray[np.uint32]
    starts: Rows
    rows: Rows
    values: Floats
    row_count: int

    def distances_to(self, queries: SparseRows, query: int) -> Floats:
        """(row_count,) minus the product of each row and one query; +inf where it is 0."""
        asked = queries[query : query + 1].packed()
        terms = np.searchsorted(self.dims, asked.indices)
        firsts, lasts = self.starts[terms], self.starts[terms + 1]
        entries, _ = expanded(firsts[None], lasts[None])
        weighted = np.repeat(asked.values, lasts - firsts) * self.values[entries]
        products = np.bincount(self.rows[entries], weighted, self.row_count).astype(np.float32)
        return np.where(products == 0, np.float32(np.inf), -products)


def search(scan: Scan, queries: SparseRows, k: int) -> Hits:
    """The nearest k rows of a scan for each query."""
    vectors = scan.vectors
    assert isinstance(vectors, SparseRows)
    nearest = Nearest(len(queries), k)
    step = _rows_at_once(vectors, len(queries))
    for at in range(0, scan.width, step):
        numbers = scan.numbers(at, at + step)
        block = vectors[at : at + step] if scan.rows is None else vectors.take(numbers)
        norms = None if scan.norms is None else scan.norms.take(numbers)
        distances = _distances(block, queries, norms)
        scan.outside(distances)
        nearest.offer(distances, numbers)
    return nearest.hits()


def _rows_at_once(vectors: SparseRows, nq: int) -> int:
    by_entries = BLOCK_ENTRIES * len(vectors) // max(1, vectors.entry_count)
    return max(1, min(by_entries, BLOCK_PAIRS // max(1, nq)))


def candidate_distances(vectors: SparseRows, rows: Rows, queries: SparseRows, norms: Floats | None) -> Floats:
    """(nq, c) distances of the (nq, c) candidate rows to their query; +inf where the row is -1 or no hit."""
    distances = np.full(rows.shape, np.inf, np.float32)
    for query in range(len(queries)):
        given = np.flatnonzero(rows[query] >= 0)
        some = rows[query, given]
        kept = None if norms is None else norms.take(some)
        distances[query, given] = _distances(vectors.take(some), queries[query : query + 1], kept)[0]
    return distances


def _distances(rows: SparseRows, queries: SparseRows, norms: Floats | None) -> Floats:
    """(nq, n); norms are those of BM25, None for IP."""
    entries = _met(rows, queries, norms)
    if not len(queries):
        return np.empty((0, len(rows)), np.float32)
    return np.stack([entries.distances_to(queries, query) for query in range(len(queries))])


def _met(rows: SparseRows, queries: SparseRows, norms: Floats | None) -> _Entries:
    """The entries of the rows in any dimension of the queries: first by the low bits of the dimension, then surely."""
    rows, dims = rows.packed(), np.unique(queries.packed().indices)
    low = np.zeros(_LOW_BITS, bool)
    low[dims % _LOW_BITS] = True
    likely = np.flatnonzero(low[rows.indices.astype(np.uint16)])
    terms = np.searchsorted(dims, rows.indices[likely])
    met = dims[np.minimum(terms, max(0, len(dims) - 1))] == rows.indices[likely] if len(dims) else likely > 0
    chosen, terms = likely[met], terms[met]
    owners = np.searchsorted(rows.indptr, chosen, side="right") - 1
    values = rows.values[chosen]
    if norms is not None:
        values = saturated(values, norms[owners])
    order = terms.astype(np.min_scalar_type(len(dims))).argsort(kind="stable")  # small numbers are sorted by digits
    starts = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=len(dims)))])
    return _Entries(dims, starts, owners[order], values[order], len(rows))
