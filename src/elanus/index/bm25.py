"""BM25 over stored term frequencies: what a row contributes, apart from the query.

    score(q, d) = sum over the terms of q of  weight(t) * tf / (tf + norm(d))
    norm(d)     = k1 * (1 - b + b * length(d) / average length)
    weight(t)   = idf(t) * (k1 + 1) * (how often t is in q)

A stored sparse row holds the tf of each of its terms and its length is their sum; a query brings the weights, which
need statistics of the whole collection.

source  Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from elanus.index.base import Floats
from elanus.index.params import Values
from elanus.schema.sparse import SparseRows

K1, B, AVERAGE = 1.2, 0.75, 100.0
"""Milvus's defaults."""
K1_NAME, B_NAME, AVERAGE_LENGTH = "bm25_k1", "bm25_b", "bm25_avgdl"
_SMALLEST = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, slots=True)
class Bm25:
    """k1 and b of the formula, and the average length of a row of the collection."""

    k1: float = K1
    b: float = B
    average_length: float = AVERAGE

    @classmethod
    def of(cls, built: Values, searched: Values = MappingProxyType({})) -> Bm25:
        """That of an index with these build parameters, searched with these."""
        given = {K1_NAME: K1, B_NAME: B, AVERAGE_LENGTH: AVERAGE, **built, **searched}
        return cls(float(given[K1_NAME]), float(given[B_NAME]), float(given[AVERAGE_LENGTH]))

    @property
    def params(self) -> Values:
        """As search parameters: an index is searched by these, whatever it was built with."""
        return {K1_NAME: self.k1, B_NAME: self.b, AVERAGE_LENGTH: self.average_length}

    def averaging(self, length: float) -> Bm25:
        """The same for rows of this average length."""
        return replace(self, average_length=length)

    def norms(self, lengths: Floats) -> Floats:
        """(n,) float32: norm(d) of rows of these lengths."""
        share = lengths / max(self.average_length, _SMALLEST)
        return np.asarray(self.k1 * (1 - self.b + self.b * share), np.float32)

    @property
    def least_norm(self) -> float:
        """No row's norm is smaller."""
        return self.k1 * (1 - self.b)


def row_lengths(rows: SparseRows) -> Floats:
    """(n,) float32: the sum of each row's term frequencies."""
    packed = rows.packed()
    return np.bincount(packed.row_of_entry(), packed.values, len(rows)).astype(np.float32)


def saturated(frequencies: Floats, norms: Floats | float) -> Floats:
    """What a term that is so often in a row adds for each unit of weight."""
    return np.asarray(frequencies / np.maximum(frequencies + norms, _SMALLEST), np.float32)
