"""The list of every row, and the place of each when rows lie list after list: a counting sort, slice by slice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Rows


class Assigned:
    """The lists of rows, noted as these come: two bytes a row, four where there are more than 65,536 lists.

    sizes  (nlist,) rows of each list so far
    """

    def __init__(self, nlist: int, row_count: int) -> None:
        self._lists = np.empty(row_count, np.min_scalar_type(nlist - 1))
        self._done = 0
        self.sizes: Rows = np.zeros(nlist, np.int64)

    def __len__(self) -> int:
        return self._done

    @property
    def lists(self) -> npt.NDArray[np.unsignedinteger]:
        """Of the rows so far."""
        return self._lists[: self._done]

    def append(self, lists: npt.NDArray[np.integer]) -> None:
        """The lists of the next rows."""
        self._lists[self._done : self._done + len(lists)] = lists
        self._done += len(lists)
        self.sizes += np.bincount(lists, minlength=len(self.sizes))


class Positions:
    """Where the next rows of every list go: behind those before them."""

    def __init__(self, nlist: int) -> None:
        self._filled = np.zeros(nlist, np.int64)

    def next(self, lists: Rows) -> Rows:
        """Positions, in their lists, of rows that follow the ones asked for before."""
        order = lists.argsort(kind="stable")
        sizes = np.bincount(lists, minlength=len(self._filled))
        positions = np.empty(len(lists), np.int64)
        positions[order] = np.arange(len(lists)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        positions += self._filled[lists]
        self._filled += sizes
        return positions
