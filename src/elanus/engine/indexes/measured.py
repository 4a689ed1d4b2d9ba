"""What measuring and verifying indexes tells: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found with some queries.

    kept          share of the rows that might be returned
    recall        share of the true neighbours found; low, high: its 95 % interval; worst_decile: of the worst tenth
    p50_us, p99_us  time of one search of one vector, microseconds
    """

    kept: float
    queries: int
    recall: float
    low: float
    high: float
    worst_decile: float
    p50_us: float
    p99_us: float


@dataclass(frozen=True, slots=True)
class IndexReport:
    """An index, measured on demand by whole searches.

    at_ms    when, milliseconds since 1970
    source   where its queries came from: "recorded searches", "stored rows" or "live searches"
    figures  one for each share of the rows that filters keep, the largest first
    """

    index: str
    type: str
    role: str
    params: Mapping[str, Any]
    at_ms: int
    source: str
    figures: tuple[Figures, ...]
    file_bytes: int
    resident_bytes: int
    pending_rows: int


def read_report(data: Mapping[str, Any]) -> IndexReport:
    """A report from its JSON."""
    return IndexReport(**{**data, "figures": tuple(Figures(**figures) for figures in data["figures"])})


@dataclass(frozen=True, slots=True)
class VerifiedIndex:
    """One index file, read again and searched.

    problem       "" = it is whole; otherwise it was given up and is built again
    recall        as measured now, and ``built_recall`` after the build; None for a scalar index or a damaged one
    """

    index: str
    segment_id: int
    row_count: int
    problem: str
    recall: float | None
    built_recall: float | None
