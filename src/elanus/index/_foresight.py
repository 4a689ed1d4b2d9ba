"""How long steps of a build will take here and now, measured on a small part of the work before it begins.

source  faiss, Clustering (k-means), ProductQuantizer: how often each step goes over which rows
"""

from __future__ import annotations

import time

import numpy as np

from elanus.index._faiss import library
from elanus.index.base import Foreseen

PROBE_WORK = 1 << 26
"""dim x centres x rows of what is measured; some hundredths of a second on one core of 2024."""
FEWEST_ROWS, MOST_CENTRES = 256, 4096
ROUNDS, PIECE_ROUNDS = 10, 25
"""Times k-means goes over its rows, for the centres of lists and for pieces."""
ROWS_PER_PIECE_CENTRE = 256
"""Most rows that train one centre of a piece."""


def assign_seconds(dim: int, centres: int, rows: int) -> float:
    """To find the nearest of so many centres for so many rows; the native threads are those set before."""
    count = min(centres, MOST_CENTRES)
    some = max(FEWEST_ROWS, min(rows, PROBE_WORK // (dim * count)))
    random = np.random.default_rng(0)
    index = library().IndexFlatL2(dim)
    index.add(random.standard_normal((count, dim), np.float32))
    queries = random.standard_normal((some, dim), np.float32)
    index.assign(queries[:FEWEST_ROWS], 1)  # the first call of a kernel also sets it up
    started = time.perf_counter()
    index.assign(queries, 1)
    return (time.perf_counter() - started) * rows / some * centres / count


def lists_foreseen(dim: int, lists: int, sample_rows: int, rows: int) -> Foreseen:
    """Of k-means for the centres of lists, and of putting every row in its list."""
    once = assign_seconds(dim, lists, rows)
    return Foreseen(ROUNDS * once * sample_rows / max(1, rows), once)


def pieces_foreseen(dim: int, pieces: int, bits: int, sample_rows: int, rows: int) -> Foreseen:
    """Of k-means for every piece, and of finding the nearest value of each piece for every row."""
    values = 1 << bits
    trained = min(sample_rows, ROWS_PER_PIECE_CENTRE * values)
    once = pieces * assign_seconds(dim // pieces, values, rows)
    return Foreseen(PIECE_ROUNDS * once * trained / max(1, rows), once)
