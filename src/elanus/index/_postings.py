"""Inverted lists of sparse rows: for each dimension, the rows that have it and their values.

source  maximal scores: Turtle and Flood, "Query evaluation: strategies and optimizations", 1995 (MaxScore), here one
        list after the other, because numpy reads a whole list at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from elanus.index.base import Bits, Floats, Rows
from elanus.index.bm25 import saturated
from elanus.index.exact.smallest import smallest
from elanus.schema.sparse import SparseRows

WORTH_SKIPPING = 150_000
"""Postings left that take longer to read than it takes to find out that they can be skipped."""
LOOKUP_COST = 8
"""Postings read in the time of looking one row up in a list."""
LEFT_SINCE = 0.75
"""Finding that out is tried again when so much is left of the postings that were left the last time."""


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a query that has a list.

    weight     of the query, exact in float32; first, last: where its list stands
    gain, loss the most it can add to a row, and (not above 0) the least
    """

    weight: float
    first: int
    last: int
    gain: float
    loss: float


@dataclass(frozen=True, slots=True)
class Postings:
    """The lists of one segment, mapped.

    dims         (d,) uint32 the dimensions that occur, ascending; starts (d + 1,) int64
    rows, values one for each entry, rows ascending within a list
    least, largest (d,) float32 extremes of a list's values
    """

    dims: npt.NDArray[np.uint32]
    starts: Rows
    rows: npt.NDArray[np.uint32]
    values: npt.NDArray[Any]
    least: Floats
    largest: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Postings:
        return cls(**{name: arrays[name] for name in cls.__slots__})

    def terms(self, query: SparseRows, least_norm: float | None) -> list[Term]:
        """The terms of a query of one row, those that can add most first.

        least_norm  of BM25: no row's norm is smaller; None for IP
        """
        query = query.packed()
        places = np.searchsorted(self.dims, query.indices)
        found = self.dims[np.minimum(places, max(0, len(self.dims) - 1))] == query.indices if len(self.dims) else False
        places, weights = places[found], query.values[found]
        ends = np.stack([self.least[places], self.largest[places]])
        if least_norm is not None:
            ends = saturated(ends, least_norm)
        ends *= weights
        gains, losses = np.maximum(ends.max(axis=0), 0), np.minimum(ends.min(axis=0), 0)
        order = np.argsort(-np.abs(ends).max(axis=0), kind="stable")
        firsts, lasts = self.starts[places], self.starts[places + 1]
        columns = (column[order].tolist() for column in (weights, firsts, lasts, gains, losses))
        return [Term(*of_term) for of_term in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class Scoring:
    """One query over the lists.

    norms  (n,) of BM25; None for IP
    mask   rows that may be returned; None = all
    """

    postings: Postings
    terms: Sequence[Term]
    row_count: int
    norms: Floats | None
    mask: Bits | None

    def all(self, k: int) -> tuple[Rows, Floats]:
        """Rows, ascending, with at least the k highest scores other than 0, and the scores: every list is added up."""
        scores = np.zeros(self.row_count, np.float32)
        for term in self.terms:
            self._add(scores, term)
        return self._highest(scores, k)

    def best(self, k: int, ratio: float) -> tuple[Rows, Floats]:
        """As :meth:`all`.

        Once the lists that are left cannot lift an unseen row among the best k, only the rows that still can are
        looked up in them.

        ratio  what the bounds of lists are multiplied by: below 1 some of the best may be missed
        """
        gains = _left([ratio * term.gain for term in self.terms])
        losses = _left([ratio * term.loss for term in self.terms])
        left = _left([term.last - term.first for term in self.terms])
        some = self._some_rows(k)
        tried = left[0]
        scores = np.zeros(self.row_count, np.float32)
        for at, term in enumerate(self.terms):
            self._add(scores, term)
            postings_left, gain_left = left[at + 1], gains[at + 1]
            if some is None or postings_left < WORTH_SKIPPING or gain_left > gains[0] - gain_left:
                continue
            if postings_left > LEFT_SINCE * tried:
                continue
            tried = postings_left
            surely = np.partition(scores[some], len(some) - k)[len(some) - k] + losses[at + 1]
            rows = self._at_least(scores, surely - gain_left) if gain_left < surely else some
            if gain_left < surely and len(rows) * (len(self.terms) - at) * LOOKUP_COST < postings_left:
                return self.scores_of(rows, self.terms[at + 1 :], scores[rows])
        return self._highest(scores, k)

    def _some_rows(self, k: int) -> Rows | None:
        """Rows, of the first list that has k, of which the k-th best is no better than the k-th of all."""
        for term in self.terms:
            rows = self.postings.rows[term.first : term.last].astype(np.int64)
            rows = rows if self.mask is None else rows[self.mask[rows]]
            if len(rows) >= k:
                return rows
        return None

    def _at_least(self, scores: Floats, least: float) -> Rows:
        """Rows that may be returned, were seen, and have this score at least."""
        high = (scores >= least) & (scores != 0)
        return np.flatnonzero(high if self.mask is None else high & self.mask)

    def scores_of(self, rows: Rows, terms: Sequence[Term], scores: Floats) -> tuple[Rows, Floats]:
        """These rows (ascending) with what the terms add to their scores; those that come to 0 are left out."""
        for term in terms:
            listed = self.postings.rows[term.first : term.last]
            places = np.minimum(np.searchsorted(listed, rows.astype(np.uint32)), len(listed) - 1)
            there = np.flatnonzero(listed[places] == rows)
            scores[there] += self._added(term, places[there])
        return rows[scores != 0], scores[scores != 0]

    def _add(self, scores: Floats, term: Term) -> None:
        whole = slice(None)
        rows = self.postings.rows[term.first : term.last].astype(np.intp)
        np.add.at(scores, rows, self._added(term, whole))

    def _added(self, term: Term, places: Rows | slice) -> Floats:
        """What a term adds to the rows at these places of its list."""
        values = self.postings.values[term.first : term.last][places].astype(np.float32, copy=False)
        if self.norms is not None:
            values = saturated(values, self.norms[self.postings.rows[term.first : term.last][places]])
        return values * term.weight

    def _highest(self, scores: Floats, k: int) -> tuple[Rows, Floats]:
        """Rows that may be returned and whose score is not 0: at least the k highest, and few more."""
        found = scores != 0 if self.mask is None else (scores != 0) & self.mask
        rows = smallest(np.where(found, -scores, np.float32(np.inf))[None], k)[0]
        rows = rows[found[rows]]
        return rows, scores[rows]


def _left(amounts: list[float]) -> list[float]:
    """What the terms from each on come to together, and 0 after the last."""
    return [*accumulate(reversed(amounts), initial=0.0)][::-1]
