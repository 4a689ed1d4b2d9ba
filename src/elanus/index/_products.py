"""Inner products of one query with many rows, on the calling thread alone.

numpy's product takes every core, also for one query: beside other work it then waits for its slowest thread, and the
99th percentile grew from 1 to 9 ms on a busy machine. These are as fast as numpy's on one thread; rows that are few
among many are read where they lie, in half the time of gathering them first.

source  faiss, utils/distances.h: fvec_inner_products_ny, fvec_inner_products_by_idx
"""

from __future__ import annotations

import numpy as np

from elanus.index._faiss import library, use_threads
from elanus.index.base import Floats, Rows


def products_of_all(vectors: Floats, query: Floats) -> Floats:
    """(n,) float32 products of the C-ordered (n, dim) vectors with the (dim,) query."""
    products = np.empty(len(vectors), np.float32)
    faiss = library()
    pointer = faiss.swig_ptr
    faiss.fvec_inner_products_ny(pointer(products), pointer(query), pointer(vectors), vectors.shape[1], len(vectors))
    return products


def products_of_rows(vectors: Floats, rows: Rows, query: Floats) -> Floats:
    """(len(rows),) float32 products of these rows of the C-ordered (n, dim) vectors with the (dim,) query."""
    products = np.empty(len(rows), np.float32)
    faiss = library()
    pointer = faiss.swig_ptr
    use_threads(1)
    faiss.fvec_inner_products_by_idx(
        pointer(products), pointer(query), pointer(vectors), pointer(rows), vectors.shape[1], 1, len(rows)
    )
    return products
