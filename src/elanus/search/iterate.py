"""One page of a search iterator: the nearest rows strictly beyond the last page's bound.

A page is cut by exact distances, whatever index serves the field, and always ends after the last of the rows that tie
with its last one (so it may be longer than the batch): no row is lost or repeated, even when an index is built,
switched or dropped between two pages. Whoever scans for one page looks some pages ahead, which costs the same; the next
pages are cut from that, as long as they read the same rows.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from elanus.index.base import Hits, Queries
from elanus.schema.sparse import SparseRows
from elanus.search.nearest import Nearest
from elanus.search.ring import Ring
from elanus.search.visible import Reading

PAGES_AHEAD = 8
MOST_AHEAD = 16384
"""Rows that are looked ahead at most, unless a page alone is longer."""
ITERATORS_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class Ahead:
    """The nearest rows of a ring.

    hits    (1, n), nearest first
    is_all  no row of the ring is missing
    """

    ring: Ring
    hits: Hits
    is_all: bool

    def page(self, ring: Ring, batch: int) -> Hits | None:
        """The nearest ``batch`` rows of a part of the ring, and those that tie with the last; None = not all seen."""
        if ring.outer != self.ring.outer or ring.inner < self.ring.inner:
            return None
        distances = self.hits.distances[0]
        first = int(np.searchsorted(distances, np.float32(ring.inner)))
        end = len(distances)
        if first + batch <= end:
            end = int(np.searchsorted(distances, distances[first + batch - 1], side="right"))
        if end == len(distances) and not self.is_all:
            return None
        return Hits(self.hits.distances[:, first:end], self.hits.rows[:, first:end])


def page(nearest: Nearest, query: Queries, ring: Ring) -> Hits:
    """The page after ``spec.iterator_bound`` (None = the first), nearest first.

    query  (1, dim)
    """
    batch = nearest.request.spec.iterator_batch
    beyond = ring.beyond(nearest.request.spec.iterator_bound, nearest.metric)
    seen = _seen.setdefault(nearest.reading, {})
    key = _key(nearest, query)
    known = seen.get(key)
    found = known.page(beyond, batch) if known is not None else None
    k = max(batch + 1, min(batch * PAGES_AHEAD, MOST_AHEAD))
    while found is None:
        ahead = _scanned(nearest, query, beyond, k)
        _remember(seen, key, ahead)
        found = ahead.page(beyond, batch)
        k *= 4
    return found


_seen: WeakKeyDictionary[Reading, dict[Hashable, Ahead]] = WeakKeyDictionary()
"""What was seen for the iterators that read these rows."""


def _scanned(nearest: Nearest, query: Queries, ring: Ring, k: int) -> Ahead:
    hits = nearest.exactly(query, k, ring)
    there = hits.rows[0] >= 0
    return Ahead(ring, Hits(hits.distances[:, there], hits.rows[:, there]), is_all=not there.all())


def _remember(seen: dict[Hashable, Ahead], key: Hashable, ahead: Ahead) -> None:
    if len(seen) >= ITERATORS_REMEMBERED:
        seen.clear()
    seen[key] = ahead


def _key(nearest: Nearest, query: Queries) -> Hashable:
    """Equal for the pages of one iterator over one reading."""
    values = (query.indices, query.values) if isinstance(query, SparseRows) else (query,)
    spec = replace(nearest.request.spec, iterator_bound=None)
    return repr(spec), nearest.metric, tuple(array.tobytes() for array in values)
