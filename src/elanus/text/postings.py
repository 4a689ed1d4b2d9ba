"""Where each term of a column of texts stands: what texts are searched by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elanus.text.tokens import Tokens

Numbers = npt.NDArray[np.int64]
NOWHERE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Tokens sorted by term.

    codes      of each term; its tokens are ``starts[code]:starts[code + 1]``
    rows       (tokens,) the text of each token, ascending within a term; positions: where in the text
    row_count  texts
    """

    codes: Mapping[str, int]
    starts: Numbers
    rows: npt.NDArray[np.uint32]
    positions: npt.NDArray[np.uint32]
    row_count: int

    @classmethod
    def of(cls, tokens: Tokens) -> Postings:
        order = tokens.codes.argsort(kind="stable")
        return cls(
            codes={term: code for code, term in enumerate(tokens.terms)},
            starts=np.searchsorted(tokens.codes[order], np.arange(len(tokens.terms) + 1)),
            rows=tokens.row_of_token()[order].astype(np.uint32),
            positions=tokens.positions[order].astype(np.uint32),
            row_count=len(tokens),
        )

    def holding(self, terms: Sequence[str]) -> Numbers:
        """(row_count,) how many of the terms each text has; one that is named twice counts twice."""
        counts = np.zeros(self.row_count, np.int64)
        for term in terms:
            holds = np.zeros(self.row_count, bool)
            holds[self._rows_and_positions(term)[0]] = True
            counts += holds
        return counts

    def slops(self, terms: Sequence[str], places: Sequence[int]) -> Numbers:
        """(row_count,) by how many positions the terms of each text stand otherwise than in the phrase.

        That is the largest difference between where the phrase would begin by one term and by another, for the best
        choice of tokens; NOWHERE for a text that lacks a term.

        places  of the terms in the phrase
        """
        starts = [self._starts_by(term, place, max(places)) for term, place in zip(terms, places, strict=True)]
        first = np.concatenate(starts)  # each token as the one by which it begins first
        spread = np.zeros(len(first), np.int64)
        for own in starts:
            nearest = np.append(own, np.iinfo(np.int64).max)[np.searchsorted(own, first)]
            np.maximum(spread, nearest - first, out=spread)
        slops = np.full(self.row_count, NOWHERE)
        np.minimum.at(slops, first >> _ROW_SHIFT, spread)
        return np.where(slops < _NEXT_ROW, slops, NOWHERE)

    def _starts_by(self, term: str, place: int, last_place: int) -> Numbers:
        """Where the phrase would begin by each token of the term, as one number of row and position, ascending."""
        rows, positions = self._rows_and_positions(term)
        keys = (rows.astype(np.int64) << _ROW_SHIFT) + positions.astype(np.int64) + (last_place - place)
        return np.sort(keys, kind="stable")  # mostly sorted already

    def _rows_and_positions(self, term: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        code = self.codes.get(term)
        if code is None:
            return self.rows[:0], self.positions[:0]
        tokens = slice(self.starts[code], self.starts[code + 1])
        return self.rows[tokens], self.positions[tokens]


_ROW_SHIFT = 32
_NEXT_ROW = 1 << 31
"""Positions are below it: what is farther away is in another row."""
