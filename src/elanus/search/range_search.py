"""Range search: the nearest k hits in a ring of distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Hits, Queries
from elanus.search.nearest import Nearest, no_hits, widen_until
from elanus.search.ring import Ring

Bits = npt.NDArray[np.bool_]


def range_search(nearest: Nearest, queries: Queries, ring: Ring) -> Hits:
    """The nearest k hits in the ring, ``offset`` of them skipped."""
    spec = nearest.request.spec
    wanted = nearest.request.wanted

    def select(hits: Hits) -> tuple[Hits, Bits]:
        inside = ring.holds(hits.distances) & (hits.rows >= 0)
        left_the_ring = (hits.rows[:, -1] < 0) | (hits.distances[:, -1] >= ring.outer)
        return _ranked(hits, inside, spec.offset, spec.k), left_the_ring | (inside.sum(axis=1) >= wanted)

    return widen_until(nearest, queries, wanted, select)


def _ranked(hits: Hits, inside: Bits, offset: int, k: int) -> Hits:
    """Of the hits inside, the ``offset``-th to the ``offset + k``-th of each query."""
    rank = np.cumsum(inside, axis=1) - 1 - offset
    query, column = np.nonzero(inside & (rank >= 0) & (rank < k))
    chosen = no_hits(len(inside), k)
    to = query, rank[query, column]
    chosen.distances[to], chosen.rows[to] = hits.distances[query, column], hits.rows[query, column]
    return chosen
