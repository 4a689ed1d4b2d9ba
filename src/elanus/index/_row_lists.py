"""Candidates of many queries as one matrix: from runs of row numbers to (nq, c), -1 where there are fewer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Bits, Rows


def expanded(starts: Rows, ends: Rows) -> tuple[Rows, Rows]:
    """Every position of the (nq, r) runs [start, end), and the query it belongs to; in order of the queries."""
    lengths = (ends - starts).ravel()
    before = np.cumsum(lengths) - lengths
    positions = np.arange(lengths.sum()) + np.repeat(starts.ravel() - before, lengths)
    owners = np.repeat(np.repeat(np.arange(len(starts)), starts.shape[1]), lengths)
    return positions, owners


def matrix_of(rows: npt.NDArray[np.integer], owners: Rows, nq: int, mask: Bits | None) -> Rows:
    """(nq, c) the rows of each owner that the mask lets through, in the order they come; owners ascend."""
    if mask is not None:
        kept = mask[rows]
        rows, owners = rows[kept], owners[kept]
    counts = np.bincount(owners, minlength=nq)
    matrix = np.full((nq, int(counts.max(initial=0))), -1, np.int64)
    matrix[owners, np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)] = rows
    return matrix
