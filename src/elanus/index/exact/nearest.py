"""The nearest of what is offered, ties by row number.

A distance and its row become one integer that orders as the pair does, so that one partition decides both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Floats, Hits, Rows

FIRST_COLUMNS = 4096
"""Offered before the rest of a first block: what they leave sets the bound for all that follows."""
_ROW_BITS = 32
_ROW = np.int64((1 << _ROW_BITS) - 1)
_MAGNITUDE = np.int32(0x7FFFFFFF)


class Nearest:
    """Collects the nearest k for each of nq queries, block by block."""

    def __init__(self, nq: int, k: int) -> None:
        self._k = k
        self._keys = np.empty((nq, 0), np.int64)

    def offer(self, distances: Floats, rows: Rows) -> None:
        """More rows: distances (nq, w), +inf for a row that is no hit; rows (w,) or (nq, w), below 2**32."""
        rows = np.broadcast_to(rows, distances.shape)
        if self._keys.shape[1] < self._k:
            first = max(FIRST_COLUMNS, self._k)
            self._take(distances[:, :first], rows[:, :first])
            distances, rows = distances[:, first:], rows[:, first:]
        if distances.shape[1]:
            self._take(*self._promising(distances, rows))

    def _promising(self, distances: Floats, rows: Rows) -> tuple[Floats, Rows]:
        """The columns of each query that are no farther than its k-th, side by side; +inf in the places left."""
        query, column = np.nonzero(distances <= _distances(self._farthest())[:, None])
        places = np.arange(len(query)) - np.searchsorted(query, query)
        near = np.full((len(distances), int(places.max(initial=-1)) + 1), np.inf, np.float32)
        numbers = np.full(near.shape, _ROW)
        near[query, places], numbers[query, places] = distances[query, column], rows[query, column]
        return near, numbers

    def _farthest(self) -> Rows:
        """(nq,) the key of the k-th; that of no hit while there are fewer."""
        if self._keys.shape[1] < self._k:
            return np.full(len(self._keys), _NO_HIT)
        farthest: Rows = self._keys.max(axis=1)
        return farthest

    def _take(self, distances: Floats, rows: Rows) -> None:
        keys = np.concatenate([self._keys, _keys(distances, rows)], axis=1)
        if keys.shape[1] > self._k:
            keys.partition(self._k - 1, axis=1)
            keys = keys[:, : self._k].copy()
        self._keys = keys

    def hits(self) -> Hits:
        keys = np.sort(self._keys, axis=1)
        keys = np.pad(keys, ((0, 0), (0, self._k - keys.shape[1])), constant_values=_NO_HIT)
        distances = _distances(keys)
        return Hits(distances, np.where(np.isinf(distances), -1, keys & _ROW))


def _keys(distances: Floats, rows: Rows) -> Rows:
    bits = (distances + np.float32(0)).view(np.int32)  # -0 becomes 0
    keys = _ordered(bits).astype(np.int64)
    keys <<= _ROW_BITS
    keys |= rows & _ROW
    return keys


def _distances(keys: Rows) -> Floats:
    return _ordered((keys >> _ROW_BITS).astype(np.int32)).view(np.float32)


def _ordered(bits: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The bits of floats as integers in the same order; its own inverse."""
    return bits ^ ((bits >> 31) & _MAGNITUDE)


_NO_HIT = int(_keys(np.array([np.inf], np.float32), np.array([_ROW]))[0])
