"""k-means a few rounds at a time, so that what is left of it is measured, not guessed.

Each step goes on from the centres of the one before, to the bit what one call would give.

source  faiss, Clustering
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from elanus.index._faiss import library
from elanus.index.base import Floats

STEP_SECONDS = 0.5
"""A step takes about so long; going on from centres costs some milliseconds."""
GUESS_WORK = 1 << 27
"""dim x centres x rows of a round that is measured to guess by; some hundredths of a second on one core of 2024."""
GUESS_ROUNDS = 2
FEWEST_ROWS, MOST_CENTRES = 256, 4096
FAST_VALUES, WIDEST, FAST_CENTRES = 128_000, 32, 64
"""For fewer rows times dimensions faiss takes another kernel, which needs ten times as long against 256 centres."""


def fast_dim(dim: int, centres: int, rows: int) -> int:
    """Dimensions for which faiss takes its faster kernel: short rows are worth being filled up with zeros."""
    wide = -(-FAST_VALUES // rows)
    return max(dim, wide) if wide <= WIDEST and centres >= FAST_CENTRES else dim


class Rounds:
    """Rounds that cost the same: how many are left, and how long these will take by the later half of those done.

    guess_s  of one round, believed until one is done
    """

    def __init__(self, count: int, guess_s: float) -> None:
        self._left = count
        self._round_s = guess_s
        self._steps = [(0, time.process_time())]

    def next_step(self, most: int) -> int:
        """How many to do at once, of at most so many."""
        return max(1, min(most, int(STEP_SECONDS / max(self._round_s, 1e-9))))

    def did(self, rounds: int) -> float:
        """So many more are done; the seconds left."""
        self._left -= rounds
        done, now = self._steps[-1][0] + rounds, time.process_time()
        half, then = next(step for step in reversed(self._steps) if 2 * step[0] <= done)
        self._round_s = (now - then) / (done - half)
        self._steps.append((done, now))
        return self.left_s

    @property
    def left_s(self) -> float:
        return self._left * self._round_s


def clustered(clustering: Any, rows: Floats, index: Any, rounds: Rounds) -> Iterator[float]:
    """Does all rounds of a faiss Clustering, whose centres end up in ``index``; the seconds left after each step.

    rows  (n, d) float32; of more than the clustering takes, every step draws the same
    """
    left = int(clustering.niter)
    clustering.check_input_data_for_NaNs = False  # a field takes none, and every step would look again
    while left:
        clustering.niter = rounds.next_step(left)
        clustering.train(rows, index)
        left -= clustering.niter
        yield rounds.did(clustering.niter)


def round_seconds(dim: int, centres: int, rows: int) -> float:
    """Of one round here and now, from a few over random rows; the native threads are those set before."""
    faiss = library()
    count = min(centres, MOST_CENTRES)
    some = max(FEWEST_ROWS, count + 1, min(rows, max(FAST_VALUES // dim + 1, GUESS_WORK // (dim * count))))
    random = np.random.default_rng(0).standard_normal((some, dim), np.float32)
    clustering, index = faiss.Clustering(dim, count, quiet(faiss.ClusteringParameters())), faiss.IndexFlatL2(dim)
    clustering.niter = 1
    clustering.train(random, index)  # the first call of a kernel also sets it up
    clustering.niter = GUESS_ROUNDS
    started = time.process_time()
    clustering.train(random, index)
    return (time.process_time() - started) / GUESS_ROUNDS * rows / some * centres / count


def quiet(parameters: Any) -> Any:
    """The parameters, without a word about few rows."""
    parameters.min_points_per_centroid = 1
    return parameters
