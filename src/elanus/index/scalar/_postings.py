"""Which rows hold each term: as lists of row numbers, or as compressed bitmaps."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyroaring

from elanus.index.scalar._terms import Positions, Spans
from elanus.index.scalar.base import RowNumbers


class Postings(Protocol):
    def count(self, spans: Spans) -> int:
        """Rows of these terms, those of several terms counted for each."""
        ...

    def rows(self, spans: Spans) -> RowNumbers: ...


class RowLists:
    """The rows of term i are ``rows[starts[i]:starts[i + 1]]``; ``starts`` None = every term has one."""

    def __init__(self, rows: RowNumbers, starts: Positions | None) -> None:
        self._rows = rows
        self._starts = starts

    def count(self, spans: Spans) -> int:
        return int((self._place(spans.ends) - self._place(spans.firsts)).sum())

    def rows(self, spans: Spans) -> RowNumbers:
        firsts, ends = self._place(spans.firsts), self._place(spans.ends)
        if len(firsts) == 1:
            return self._rows[firsts[0] : ends[0]]
        return self._rows[united(firsts, ends)]

    def _place(self, terms: Positions) -> Positions:
        return terms if self._starts is None else self._starts[terms]


class Bitmaps:
    """One roaring bitmap per term, read when it is asked for.

    bitmaps  large_binary, serialised; counts: (terms,) how many rows each holds
    """

    def __init__(self, bitmaps: pa.Array, counts: Positions) -> None:
        self._bitmaps = bitmaps
        self._before = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))

    def count(self, spans: Spans) -> int:
        return int((self._before[spans.ends] - self._before[spans.firsts]).sum())

    def rows(self, spans: Spans) -> RowNumbers:
        terms = united(spans.firsts, spans.ends)
        bitmap = pyroaring.BitMap.union(*map(self._bitmap, terms)) if len(terms) else pyroaring.BitMap()
        return np.frombuffer(bitmap.to_array(), np.uint32)

    def _bitmap(self, term: Any) -> pyroaring.BitMap:
        return pyroaring.BitMap.deserialize(self._bitmaps[int(term)].as_py())


def united(firsts: Positions, ends: Positions) -> Positions:
    """Every number of every run, one run after the other."""
    lengths = ends - firsts
    shifts = np.repeat(firsts - (np.cumsum(lengths) - lengths), lengths)
    return shifts + np.arange(len(shifts))
