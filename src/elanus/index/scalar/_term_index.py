"""An index by value: sorted terms, and the rows of each."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from elanus.index.scalar._entries import Entries
from elanus.index.scalar._like import read_like
from elanus.index.scalar._postings import Postings, RowLists
from elanus.index.scalar._terms import Spans, StringTerms, Terms, terms_of
from elanus.index.scalar.base import Found, Payload, ScalarIndex

MANY = 32
"""Values to look for, and rows for each: when there are more values or fewer rows, the column is read instead."""


class TermIndex(ScalarIndex):
    def __init__(self, terms: Terms, postings: Postings, row_count: int) -> None:
        super().__init__(row_count)
        self._terms = terms
        self._postings = postings

    def equal(self, values: pa.Array) -> Found | None:
        if len(values) > MANY and len(values) * MANY > self.row_count:
            return None
        return self._found(self._terms.equal(values))

    def compared(self, symbol: str, value: Any) -> Found | None:
        return self._found(self._terms.compared(symbol, value))

    def like(self, pattern: str) -> Found | None:
        if not isinstance(self._terms, StringTerms):
            return None
        taken_apart = read_like(pattern)
        if taken_apart.is_literal:
            return self.equal(pa.array([taken_apart.prefix], pa.large_string()))
        spans = self._terms.like(taken_apart, pattern, most=self.row_count // 2)
        return None if spans is None else self._found(spans)

    def _found(self, spans: Spans) -> Found:
        return Found(self, self._postings.count(spans), lambda: self._postings.rows(spans))


def row_lists(entries: Entries) -> Payload:
    """A dictionary of the distinct values, and for each the list of its rows."""
    starts = entries.starts()
    terms = entries.values.take(pa.array(starts[:-1]))
    return {"terms": terms, "starts": pa.array(starts), "rows": pa.array(entries.rows)}


def open_row_lists(payload: Payload, row_count: int) -> TermIndex:
    """Of a payload with or without ``starts``."""
    starts = payload["starts"].to_numpy() if "starts" in payload else None
    return TermIndex(terms_of(payload["terms"]), RowLists(payload["rows"].to_numpy(), starts), row_count)
