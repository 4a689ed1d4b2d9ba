"""Where the smallest of many scores are, without a partition of all of them.

The columns are looked at in groups. The smallest scores lie in the groups with the smallest minima, or among the
columns at the end that fill no group; a minimum of whole vectors costs a twentieth of a partition.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Floats

LARGEST_GROUP = 64
"""Most columns that share one minimum."""
GROUPS = 4
"""Groups made for each of the smallest where there are few columns: fewer leave too much in them."""

Columns = npt.NDArray[np.int64]


def smallest(scores: Floats, count: int) -> Columns:
    """Columns of the ``count`` smallest scores of each row of (nq, width), unordered.

    Of a single row they ascend, and there are more of them: all that are no larger than a bound of the last.
    """
    nq, width = scores.shape
    if width <= count:
        return np.broadcast_to(np.arange(width), scores.shape)
    groups = min(width, max(width // LARGEST_GROUP, GROUPS * count))
    if nq == 1:
        return _up_to_the_least(scores, _minima(scores, groups), count)
    if groups == width:
        return np.argpartition(scores, count - 1, axis=1)[:, :count]
    return _of_the_least(scores, _minima(scores, groups), count)


def _minima(scores: Floats, groups: int) -> Floats:
    """(nq, groups) the smallest score of columns g, g + groups, g + 2 groups ...: whole vectors are compared."""
    nq, width = scores.shape
    if nq == 1:
        least: Floats = scores[:, : width // groups * groups].reshape(-1, groups).min(axis=0, keepdims=True)
        return least
    row_stride, stride = scores.strides
    strides = (row_stride, groups * stride, stride)
    grouped = np.lib.stride_tricks.as_strided(scores, (nq, width // groups, groups), strides)
    minima: Floats = grouped.min(axis=1)
    return minima


def _up_to_the_least(scores: Floats, minima: Floats, count: int) -> Columns:
    minima.partition(count - 1, axis=1)
    return np.flatnonzero(scores[0] <= minima[0, count - 1])[None]


def _of_the_least(scores: Floats, minima: Floats, count: int) -> Columns:
    """Partitions what is in the groups of the least minima, and in no group."""
    (nq, width), groups = scores.shape, minima.shape[1]
    best_groups = np.argpartition(minima, count - 1, axis=1)[:, :count]
    members = groups * np.arange(width // groups)
    columns = (best_groups[:, None] + members[:, None]).reshape(nq, -1)
    rest = np.arange(groups * len(members), width)
    columns = np.concatenate([columns, np.broadcast_to(rest, (nq, len(rest)))], axis=1)
    best = np.argpartition(np.take_along_axis(scores, columns, 1), count - 1, axis=1)[:, :count]
    return np.take_along_axis(columns, best, 1)
