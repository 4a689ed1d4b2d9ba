"""The last searches of a collection, in memory: what its indexes are measured with when it was asked to record them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from elanus.index.base import Vectors
from elanus.search.requests import SearchSpec
from elanus.segment.vectors import some_of


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A search as it came; queries in the type they were sent in."""

    spec: SearchSpec
    queries: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """What indexes are measured with.

    source  where it comes from, in words
    skip    so many nearest rows do not count: 1 where the queries are stored rows, which find themselves
    """

    asked: Sequence[Asked]
    source: str
    skip: int = 0


class RecentSearches:
    """A ring of the last ``capacity`` searches; 0 = nothing is recorded. Safe to use from many threads."""

    def __init__(self, capacity: int) -> None:
        self._ring: deque[Asked] = deque(maxlen=capacity)

    def record(self, spec: SearchSpec, queries: Vectors) -> None:
        """Plain searches only, and of each the first query: pages, groups and ranges ask for something else."""
        if self._ring.maxlen and len(queries) and _is_plain(spec):
            self._ring.append(Asked(spec, some_of(queries, np.zeros(1, np.int64))))

    def of_field(self, field: str, is_only: bool) -> list[Asked]:
        """The recorded searches of one vector field, the latest first; ``is_only``: "" names it too."""
        names = (field, "") if is_only else (field,)
        return [asked for asked in reversed(list(self._ring)) if asked.spec.field in names]


def _is_plain(spec: SearchSpec) -> bool:
    return not (spec.iterator_batch or spec.group_by or spec.snapshot_ts) and spec.radius is None
