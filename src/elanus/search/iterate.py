"""One page of a search iterator: the nearest rows strictly beyond the last page's bound.

A page is cut by exact distances, whatever index serves the field, and always ends after the last of the rows that tie
with its last one (so it may be longer than the batch): no row is lost or repeated, even when an index is built,
switched or dropped between two pages.
"""

from __future__ import annotations

from elanus.index.base import Floats, Hits
from elanus.search.nearest import Nearest
from elanus.search.ring import Ring


def page(nearest: Nearest, query: Floats, ring: Ring) -> Hits:
    """The page after ``spec.iterator_bound`` (None = the first), nearest first.

    query  (1, dim)
    """
    spec = nearest.request.spec
    beyond = ring.beyond(spec.iterator_bound, nearest.metric)
    k = spec.iterator_batch + 1
    hits = nearest.exactly(query, k, beyond)
    while _cut_within_a_tie(hits, spec.iterator_batch):
        k *= 4
        hits = nearest.exactly(query, k, beyond)
    whole = (hits.rows[0] >= 0) & (hits.distances[0] <= hits.distances[0, spec.iterator_batch - 1])
    return Hits(hits.distances[:, whole], hits.rows[:, whole])


def _cut_within_a_tie(hits: Hits, batch: int) -> bool:
    """More rows than were asked for may tie with the last of the batch."""
    return bool(hits.rows[0, -1] >= 0 and hits.distances[0, -1] == hits.distances[0, batch - 1])
