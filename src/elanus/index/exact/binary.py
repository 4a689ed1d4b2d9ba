"""Exact search over binary rows: everything follows from the bits that differ and the bits that are set.

source  Milvus documentation, "Metric types", and its kernels: JACCARD of rows without a common bit is 1; a row is a hit
        of SUBSTRUCTURE when the query's bits are all in it, of SUPERSTRUCTURE when its bits are all in the query
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index._faiss import library, machine_threads, use_threads
from elanus.index.base import Bytes, Floats, Hits, Rows
from elanus.index.exact.nearest import Nearest
from elanus.index.exact.scan import Scan
from elanus.index.stored import as_bytes
from elanus.schema.metric import Metric

BLOCK_PAIRS = 1 << 17
"""Most pairs of a query and a row measured at once: what is computed of them stays in the processor's cache."""
QUERIES_AT_ONCE = 1024
GATHERED_BYTES = 1 << 20
"""Rows gathered to be searched by faiss: what a core keeps near."""
_FARTHEST = np.float32(1e38)
"""TANIMOTO without a common bit, whose logarithm is infinite: still a hit."""


def search(scan: Scan, queries: Bytes, k: int) -> Hits:
    """The nearest k rows of a scan for each (nq, dim // 8) query."""
    queries = as_bytes(queries)
    of_some = _fewest_differing if scan.metric is Metric.HAMMING and scan.is_unbounded else _nearest
    nearest = [of_some(scan, queries[at : at + QUERIES_AT_ONCE], k) for at in range(0, len(queries), QUERIES_AT_ONCE)]
    none = Hits(np.empty((0, k), np.float32), np.empty((0, k), np.int64))
    parts = nearest or [none]
    return Hits(np.concatenate([p.distances for p in parts]), np.concatenate([p.rows for p in parts]))


def candidate_distances(vectors: Bytes, rows: Rows, queries: Bytes, metric: Metric) -> Floats:
    """(nq, c) distances of the (nq, c) candidate rows to their query; +inf where the row is -1 or no hit."""
    distances = np.full(rows.shape, np.inf, np.float32)
    queries = as_bytes(queries)
    for query in range(len(queries)):
        given = np.flatnonzero(rows[query] >= 0)
        some = vectors.take(rows[query, given], axis=0)
        distances[query, given] = distances_between(queries[query : query + 1], some, None, metric)[0]
    return distances


def set_bits(vectors: Bytes) -> Floats:
    """(n,) float32: how many bits of each row are set."""
    counts: Floats = _differing(np.zeros((1, vectors.shape[1]), np.uint8), as_bytes(vectors))[0].astype(np.float32)
    return counts


def distances_between(queries: Bytes, rows: Bytes, row_bits: Floats | None, metric: Metric) -> Floats:
    """(nq, n) distances of each query to each row; +inf where the metric says that the row is no hit.

    row_bits  :func:`set_bits` of the rows when they are known
    """
    if metric is Metric.MHJACCARD:
        return _unequal_elements(queries, rows)
    differing = _differing(queries, rows)
    if metric is Metric.HAMMING:
        return differing.astype(np.float32)
    of_rows = set_bits(rows) if row_bits is None else row_bits
    of_queries = set_bits(queries)[:, None]
    common = (of_rows + of_queries - differing) / np.float32(2)
    if metric is Metric.SUBSTRUCTURE:
        return _hit_where(common == of_queries)
    if metric is Metric.SUPERSTRUCTURE:
        return _hit_where(common == of_rows)
    similarity: Floats = (common / np.maximum(of_rows + of_queries - common, 1)).astype(np.float32)
    if metric is Metric.JACCARD:
        return 1 - similarity
    with np.errstate(divide="ignore"):
        return np.asarray(np.minimum(-np.log2(similarity), _FARTHEST), np.float32)


def _nearest(scan: Scan, queries: Bytes, k: int) -> Hits:
    vectors = as_bytes(scan.vectors)
    nearest = Nearest(len(queries), k)
    step = max(1, BLOCK_PAIRS // len(queries))
    for at in range(0, scan.width, step):
        numbers = scan.numbers(at, at + step)
        block = vectors[at : at + step] if scan.rows is None else vectors.take(numbers, axis=0)
        norms = None if scan.norms is None else scan.norms.take(numbers)
        distances = distances_between(queries, block, norms, scan.metric)
        scan.outside(distances)
        nearest.offer(distances, numbers)
    return nearest.hits()


def _fewest_differing(scan: Scan, queries: Bytes, k: int) -> Hits:
    """What :func:`_nearest` finds by HAMMING within no bounds, in half of the time for many queries."""
    vectors = as_bytes(scan.vectors)
    if scan.rows is None:
        return _knn(queries, vectors, k)
    nearest = Nearest(len(queries), k)
    step = max(k, GATHERED_BYTES // vectors.shape[1])
    for at in range(0, len(scan.rows), step):
        numbers = scan.rows[at : at + step]
        hits = _knn(queries, vectors.take(numbers, axis=0), k)
        nearest.offer(hits.distances, numbers[hits.rows])
    return nearest.hits()


def _knn(queries: Bytes, rows: Bytes, k: int) -> Hits:
    """The nearest by bits that differ; of equal ones the first."""
    faiss = library()
    use_threads(1 if len(queries) == 1 else machine_threads())
    differing, places = faiss.knn_hamming(queries, rows, k)
    return Hits(np.where(places < 0, np.float32(np.inf), differing.astype(np.float32)), places)


def _differing(queries: Bytes, rows: Bytes) -> npt.NDArray[np.int32]:
    """(nq, n) bits that differ."""
    faiss = library()
    differing = np.empty((len(queries), len(rows)), np.int32)
    use_threads(1 if len(queries) == 1 else machine_threads())
    pointers = [faiss.swig_ptr(array) for array in (queries, rows, differing)]
    faiss.hammings(*pointers[:2], len(queries), len(rows), rows.shape[1], pointers[2])
    return differing


def _hit_where(matches: npt.NDArray[np.bool_]) -> Floats:
    return np.where(matches, np.float32(0), np.float32(np.inf))


def _unequal_elements(queries: Bytes, rows: Bytes) -> Floats:
    """Minus the share of the elements that are equal; an element is what the array's type is."""
    equal = np.empty((len(queries), len(rows)), np.float32)
    for query in range(len(queries)):
        equal[query] = (rows == queries[query]).sum(axis=1)
    return np.asarray(equal / -max(1, rows.shape[1]), np.float32)
