"""Search by group: the nearest k values of a scalar field, each with its nearest rows.

Groups stand in the order of their nearest row; the rows of a group stand together, nearest first. NULL is a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.index.base import Hits, Queries
from elanus.search.fetch import Located
from elanus.search.kept import places
from elanus.search.nearest import Nearest, no_hits, widen_until

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]


def group_search(nearest: Nearest, queries: Queries) -> Hits:
    """Hits (nq, k * group_size): group g of a query in columns g * group_size and on, gaps where it has fewer."""
    k = nearest.request.wanted * nearest.request.spec.group_size
    return widen_until(nearest, queries, k, _Grouping(nearest))


@dataclass(frozen=True, eq=False)
class _Grouping:
    """What is chosen of hits, and whether more hits could change it."""

    nearest: Nearest

    def __call__(self, hits: Hits) -> tuple[Hits, Bits]:
        spec, wanted = self.nearest.request.spec, self.nearest.request.wanted
        nq = len(hits.rows)
        query, column = np.nonzero(hits.rows >= 0)
        values = self._values(hits.rows[query, column])
        group, member = _ranks(query, _codes(values))
        chosen = no_hits(nq, spec.k * spec.group_size)
        taken = (group >= spec.offset) & (group < wanted) & (member < spec.group_size)
        to = query[taken], (group[taken] - spec.offset) * spec.group_size + member[taken]
        source = query[taken], column[taken]
        chosen.distances[to], chosen.rows[to] = hits.distances[source], hits.rows[source]
        return chosen, self._done(query, group, values, nq)

    def _done(self, query: Ints, group: Ints, values: pa.Array, nq: int) -> Bits:
        """Queries with every group they can have, full where that is asked."""
        wanted = self.nearest.request.wanted
        counts = np.zeros(nq, np.int64)
        np.maximum.at(counts, query, group + 1)
        done = counts >= wanted
        if not done.all():
            done = counts >= min(wanted, len(self._sizes[0]))
        if self.nearest.request.spec.strict_group_size:
            done &= ~self._with_gaps(query, group, values, nq)
        return np.asarray(done)

    def _with_gaps(self, query: Ints, group: Ints, values: pa.Array, nq: int) -> Bits:
        """Queries with a chosen group that has fewer rows than it could have."""
        spec, wanted = self.nearest.request.spec, self.nearest.request.wanted
        groups, sizes = self._sizes
        could = np.minimum(sizes, spec.group_size)[pc.index_in(values, groups).to_numpy(zero_copy_only=False)]
        owner = query * wanted + np.minimum(group, wanted - 1)
        chosen = group < wanted
        has = np.bincount(owner[chosen], minlength=nq * wanted)
        needs = np.zeros(nq * wanted, np.int64)
        needs[owner[chosen]] = could[chosen]
        return np.asarray((has < needs).reshape(nq, wanted).any(axis=1))

    @cached_property
    def _sizes(self) -> tuple[pa.Array, Ints]:
        """Every value among the rows that may be returned, and how many rows have it."""
        counted = pc.value_counts(self._values(places(self.nearest.kept)))
        return counted.field("values"), counted.field("counts").to_numpy()

    def _values(self, rows: Ints) -> pa.Array:
        return Located(self.nearest.reading, rows).column(self.nearest.request.spec.group_by)


def _codes(values: pa.Array) -> Ints:
    encoded = values.dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64)  # type: ignore[no-any-return]


def _ranks(query: Ints, codes: Ints) -> tuple[Ints, Ints]:
    """For each hit, the number of its group within its query and its number within the group.

    query  (n,) ascending; hits of a query nearest first
    """
    if not len(codes):
        return codes, codes
    key = query * (int(codes.max()) + 1) + codes
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    lengths = np.diff(starts, append=len(order))
    member = np.empty(len(order), np.int64)
    member[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    nearest_row = order[starts]
    group_of_run = np.empty(len(starts), np.int64)
    group_of_run[np.argsort(nearest_row)] = _number_within(query[np.sort(nearest_row)])
    group = np.empty(len(order), np.int64)
    group[order] = np.repeat(group_of_run, lengths)
    return group, member


def _number_within(owner: Ints) -> Ints:
    """0, 1, 2 ... within each run of equal values; ascending in, same order out."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return np.arange(len(owner)) - np.repeat(starts, np.diff(starts, append=len(owner)))
