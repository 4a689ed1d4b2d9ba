"""Exact nearest neighbours over plain rows of any kind: no index, right at every moment.

The kind of the rows chooses the file: :mod:`dense`, :mod:`binary` or :mod:`sparse`. Ties go to the lower row number.
"""

from __future__ import annotations

from typing import TypeVar, cast

from elanus.index.base import Bytes, Dense, Floats, Hits, IndexSpec, Queries, Rows, Vectors
from elanus.index.bm25 import Bm25, row_lengths
from elanus.index.distance import candidate_distances as dense_distances
from elanus.index.distance import squared_norms
from elanus.index.exact import binary, dense, sparse
from elanus.index.exact.nearest import Nearest
from elanus.index.exact.scan import Scan
from elanus.index.minhash import ELEMENT_BITS, elements
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows

V = TypeVar("V", Vectors, Queries)

DENSE_METRICS = frozenset({Metric.L2, Metric.IP, Metric.COSINE})
_NO_NORMS = frozenset({Metric.IP, Metric.HAMMING, Metric.SUBSTRUCTURE, Metric.MHJACCARD})


def exact_search(
    vectors: Vectors, queries: Queries, k: int, metric: Metric, *, rows: Rows | None = None, norms: Floats | None = None
) -> Hits:
    """Nearest k rows for each query.

    vectors  the rows in their stored type; queries (nq, dim) float32 for dense rows, else of the kind of the rows
    rows     the row numbers to consider, sorted; None = all
    norms    :func:`norms_of` the vectors when the caller keeps them
    """
    return _search(Scan(vectors, metric, rows, norms), queries, k)


def exact_range(
    vectors: Vectors,
    queries: Queries,
    k: int,
    metric: Metric,
    *,
    inner: float,
    outer: float,
    rows: Rows | None = None,
    norms: Floats | None = None,
) -> Hits:
    """Nearest k rows for each query among those with inner <= distance < outer; otherwise as exact_search."""
    return _search(Scan(vectors, metric, rows, norms, inner, outer), queries, k)


def norms_of(vectors: Vectors, metric: Metric) -> Floats | None:
    """(n,) float32 of each row that a search would else compute again; None where the metric needs nothing.

    L2, COSINE: squared lengths. JACCARD, TANIMOTO, SUPERSTRUCTURE: bits that are set. BM25: by its default k1 and b
    and the average length of these rows; a caller who knows the collection's passes :meth:`Bm25.norms`.
    """
    if metric in _NO_NORMS:
        return None
    if isinstance(vectors, SparseRows):
        lengths = row_lengths(vectors)
        return Bm25(average_length=float(lengths.mean()) if len(lengths) else 1.0).norms(lengths)
    return squared_norms(cast("Dense", vectors)) if metric in DENSE_METRICS else binary.set_bits(cast("Bytes", vectors))


def norms_by(vectors: Vectors, spec: IndexSpec) -> Floats | None:
    """As :func:`norms_of`, with the k1, b and average length of an index of BM25."""
    if spec.metric is not Metric.BM25 or not isinstance(vectors, SparseRows):
        return norms_of(vectors, spec.metric)
    return Bm25.of(spec.params).norms(row_lengths(vectors))


def comparable(vectors: V, spec: IndexSpec) -> V:
    """The rows or queries as the metric of an index compares them: of MHJACCARD, as elements of so many bits."""
    if spec.metric is not Metric.MHJACCARD:
        return vectors
    return cast("V", elements(cast("Bytes", vectors), int(spec.params.get("mh_element_bit_width", ELEMENT_BITS))))


def rerank(vectors: Vectors, candidates: Rows, queries: Queries, k: int, metric: Metric) -> Hits:
    """The best k of each query's (nq, c) candidate rows (-1 = none), by exact distance."""
    if metric in DENSE_METRICS and not isinstance(vectors, SparseRows):
        return dense.rerank(cast("Dense", vectors), candidates, cast("Floats", queries), k, metric)
    nearest = Nearest(len(candidates), k)
    nearest.offer(candidate_distances(vectors, candidates, queries, metric), candidates)
    return nearest.hits()


def candidate_distances(
    vectors: Vectors, rows: Rows, queries: Queries, metric: Metric, *, norms: Floats | None = None
) -> Floats:
    """(nq, c) distances of the (nq, c) candidate rows to their query; +inf where the row is -1 or no hit."""
    if isinstance(vectors, SparseRows):
        assert isinstance(queries, SparseRows)
        norms = norms_of(vectors, metric) if metric is Metric.BM25 and norms is None else norms
        return sparse.candidate_distances(vectors, rows, queries, norms)
    if metric in DENSE_METRICS:
        return dense_distances(cast("Dense", vectors), rows, cast("Floats", queries), metric)
    return binary.candidate_distances(cast("Bytes", vectors), rows, cast("Bytes", queries), metric)


def _search(scan: Scan, queries: Queries, k: int) -> Hits:
    if isinstance(queries, SparseRows):
        return sparse.search(_with_norms(scan), queries, k)
    if scan.metric in DENSE_METRICS:
        return dense.search(scan, cast("Floats", queries), k)
    return binary.search(scan, cast("Bytes", queries), k)


def _with_norms(scan: Scan) -> Scan:
    """The scan with the norms that BM25 cannot do without."""
    if scan.metric is not Metric.BM25 or scan.norms is not None:
        return scan
    return Scan(scan.vectors, scan.metric, scan.rows, norms_of(scan.vectors, scan.metric), scan.inner, scan.outer)
