"""Making one list of several searches: reciprocal rank fusion and weighted scores.

source  Cormack, Clarke, Buettcher 2009 (rank fusion); Milvus documentation, "Reranking" (normalisations, defaults)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of one search for one query, best first, and what their scores mean."""

    scores: Scores
    metric: Metric


class Reranker(Protocol):
    def contributions(self, rankings: Sequence[Ranking]) -> list[Scores]:
        """What each hit adds to its row's score (larger is better), ranking by ranking."""

    def check(self, search_count: int) -> None:
        """Raises ParameterInvalid when it cannot rank this many searches."""


@dataclass(frozen=True, slots=True)
class ReciprocalRank:
    """Sum over the searches of 1 / (k + rank), rank from 1."""

    k: float = 60.0

    def check(self, search_count: int) -> None:
        if not 0 < self.k < 16384:
            raise ParameterInvalid(f"The rank params k should be in range (0, 16384), but got {self.k}")

    def contributions(self, rankings: Sequence[Ranking]) -> list[Scores]:
        return [1.0 / (self.k + np.arange(1, len(one.scores) + 1, dtype=np.float64)) for one in rankings]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Sum over the searches of weight times score.

    normalise  scores are first brought to 0..1, larger is better; without, only distances are, and only beside scores
               that are larger-is-better
    """

    weights: tuple[float, ...]
    normalise: bool = False

    def check(self, search_count: int) -> None:
        if len(self.weights) != search_count:
            raise ParameterInvalid(
                "the length of weights param mismatch with ann search requests:"
                f" invalid parameter[expected={search_count}][actual={len(self.weights)}]"
            )
        for weight in self.weights:
            if not 0 <= weight <= 1:
                raise ParameterInvalid(f"rank param weight should be in range [0, 1], but got {weight}")

    def contributions(self, rankings: Sequence[Ranking]) -> list[Scores]:
        only_distances = not any(ranking.metric.larger_is_nearer for ranking in rankings)
        return [
            weight * self._comparable(ranking, only_distances)
            for weight, ranking in zip(self.weights, rankings, strict=True)
        ]

    def _comparable(self, ranking: Ranking, only_distances: bool) -> Scores:
        if self.normalise or not (ranking.metric.larger_is_nearer or only_distances):
            return _normalised(ranking)
        return ranking.scores if ranking.metric.larger_is_nearer else -ranking.scores


def _normalised(ranking: Ranking) -> Scores:
    """0..1, larger is better."""
    if ranking.metric is Metric.COSINE:
        return (1.0 + ranking.scores) / 2.0
    if ranking.metric is Metric.BM25:
        return 2.0 * np.arctan(ranking.scores) / np.pi
    if ranking.metric.larger_is_nearer:
        return 0.5 + np.arctan(ranking.scores) / np.pi
    return 1.0 - 2.0 * np.arctan(ranking.scores) / np.pi
