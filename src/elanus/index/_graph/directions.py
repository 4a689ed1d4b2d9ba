"""The directions in which rows differ most: of embeddings, a share of them tells near rows from far ones.

source  principal components, Pearson 1901; not centred where an inner product compares, which a shift would change
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt

from elanus.index.base import Floats
from elanus.schema.metric import Metric

SAMPLE_ROWS, SAMPLE_COPIES = 16_384, 3
"""Rows that are looked at; and what that needs, in sizes of these rows: as they are, for the metric, and turned."""
STEP = 32
"""Directions are kept by so many: a cache line of 8-bit codes is two of them."""
MOST = 0.75
"""With more than this share of them, turning a query costs what shorter rows save."""
FEWEST_ROWS = 4096
QUERIES = 100
NEIGHBOURS, WITHIN, ENOUGH = 10, 20, 0.99
"""Few enough directions still leave this share of the nearest 10 rows among the nearest 20."""


def leading_directions(sample: Floats, metric: Metric) -> Floats | None:
    """(dim, kept) float32 columns at right angles; None where rows need nearly all their dimensions, or are few.

    sample  (n, dim) rows as the metric compares them: of length 1 for COSINE
    """
    rows, dim = sample[:SAMPLE_ROWS], sample.shape[1]
    if len(rows) < FEWEST_ROWS or int(dim * MOST) < STEP:
        return None
    directions = _by_variance(rows, metric)
    turned = rows @ directions
    kept = next((width for width, found in _neighbours_found(turned, metric) if found >= ENOUGH), dim)
    return np.ascontiguousarray(directions[:, :kept]) if kept <= MOST * dim else None


def _by_variance(rows: Floats, metric: Metric) -> Floats:
    """(dim, dim) all directions, those of greatest variance first."""
    moved = rows - rows.mean(axis=0) if metric is Metric.L2 else rows
    _, directions = np.linalg.eigh((moved.T @ moved).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1], np.float32)


def _neighbours_found(turned: Floats, metric: Metric) -> Iterator[tuple[int, float]]:
    """Ever more directions, and the share of nearest rows that are near by these alone."""
    own = np.linspace(0, len(turned) - 1, QUERIES).astype(np.int64)
    wanted = np.argpartition(_scores(turned, own, metric), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    scores = np.zeros((QUERIES, len(turned)), np.float32)
    for first in range(0, turned.shape[1], STEP):
        scores += _scores(turned[:, first : first + STEP], own, metric)
        bound = np.partition(scores, WITHIN - 1, axis=1)[:, WITHIN - 1 : WITHIN]
        yield first + STEP, float((np.take_along_axis(scores, wanted, 1) <= bound).mean())


def _scores(rows: Floats, own: npt.NDArray[np.int64], metric: Metric) -> Floats:
    """(QUERIES, n) smaller is nearer; +inf of the row that the query is."""
    scores = rows[own] @ rows.T
    scores *= np.float32(-2 if metric is Metric.L2 else -1)
    if metric is Metric.L2:
        scores += np.vecdot(rows, rows)
    scores[np.arange(QUERIES), own] = np.inf
    return cast("Floats", scores)
