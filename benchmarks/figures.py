"""From raw measurements to the numbers in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from benchmarks.data import Ints


@dataclass(frozen=True)
class Rate:
    """Searches a second, and how long one took."""

    per_second: float
    p50_ms: float
    p99_ms: float

    @staticmethod
    def of(latencies_us: Sequence[float], elapsed_s: float) -> Rate:
        p50, p99 = np.percentile(np.asarray(latencies_us), [50, 99]) / 1000
        return Rate(len(latencies_us) / elapsed_s, float(p50), float(p99))

    @staticmethod
    def together(answers: Sequence[Mapping[str, Any]]) -> Rate:
        """Of clients that searched at the same time: rates add up, latencies mix."""
        latencies = [latency for answer in answers for latency in answer["latencies_us"]]
        per_second = sum(len(answer["latencies_us"]) / answer["elapsed_s"] for answer in answers)
        return Rate.of(latencies, len(latencies) / per_second)

    @staticmethod
    def median(rates: Sequence[Rate]) -> Rate:
        """Of interleaved repeats, figure by figure."""
        return Rate(
            median(r.per_second for r in rates), median(r.p50_ms for r in rates), median(r.p99_ms for r in rates)
        )

    @property
    def latency(self) -> str:
        return f"{self.p50_ms:.2f} / {self.p99_ms:.2f}"


def recall(found: Sequence[Sequence[int]], truth: Ints) -> float:
    """Share of the true neighbours that were found; query i of ``found`` is row i of ``truth``."""
    hits = sum(len(set(ids) & set(exact.tolist())) for ids, exact in zip(found, truth, strict=False))
    return hits / (len(found) * int(truth.shape[1]))


def number(value: float) -> str:
    """Three significant digits, thousands grouped: 12,345 / 83.1 / 0.042."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(value: float, reference: float | None) -> str:
    """A number, with its ratio to the reference row when there is one."""
    return number(value) if not reference else f"{number(value)} ({value / reference:.2f}x)"


def verdict(value: float, limit: float) -> str:
    """Whether a limit is kept, in a word."""
    return "met" if value <= limit else "missed"
