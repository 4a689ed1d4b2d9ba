"""How to search one part: decided from counts alone, before anything is run.

A graph under a mask visits about ``GRAPH_VISITS * max(MIN_EF, 2k)`` rows divided by the fraction the mask keeps (its
candidate list must be that much longer for the same recall); an exact search visits the kept rows. The cheaper wins.

source  measured on text, 60,000 x 384, served: 6,000 rows gathered take 1.9 ms, the graph under a mask of 10 % 0.9 ms;
        the two meet at about 6 % kept
"""

from __future__ import annotations

from enum import StrEnum

GRAPH_VISITS = 4
SHARED = 4
"""Queries asked together share the gathering of the kept rows: each is then up to so many times as cheap.

source  60,000 x 384, 100 queries: 6,000 rows take 0.06 us a row and query, 0.26 us for one query
"""
MIN_EF = 64
WIDEN_BELOW = 0.98
"""A mask that keeps more than this costs no recall worth a wider search."""


class Step(StrEnum):
    """What to do with one part."""

    SKIP = "skip"
    EXACT = "exact"
    EXACT_KEPT = "exact over kept rows"
    INDEX = "index"
    MASKED_INDEX = "index under a mask"


def choose(*, row_count: int, kept: int, k: int, nq: int, indexed: bool) -> Step:
    """The cheapest step that finds the nearest k of ``kept`` rows among ``row_count``, for ``nq`` queries at once."""
    if not kept:
        return Step.SKIP
    if indexed and not _exact_is_cheaper(row_count, kept, k, nq):
        return Step.INDEX if kept == row_count else Step.MASKED_INDEX
    return Step.EXACT if kept == row_count else Step.EXACT_KEPT


def _exact_is_cheaper(row_count: int, kept: int, k: int, nq: int) -> bool:
    cheaper = min(nq, SHARED) if kept < row_count else 1
    return kept * kept <= cheaper * GRAPH_VISITS * max(MIN_EF, 2 * k) * row_count
