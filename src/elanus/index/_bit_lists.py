"""Binary rows list after list in a mapped file, as faiss searches them.

source  faiss, IndexBinaryIVF::search_preassigned and OnDiskInvertedLists, whose lists need no row numbers of their own
        where a hit is told by its list and its place there
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from elanus.index._faiss import library, machine_threads, use_threads
from elanus.index.base import Bytes, Floats, Rows

_PLACE_BITS = 32
_PLACE = np.int64((1 << _PLACE_BITS) - 1)


class BitLists:
    """The rows of one array of a file, split into lists. Never changed, so threads share it.

    offset  where the array begins in the file
    starts  (nlist + 1,) the first row of each list, and the number of rows
    """

    def __init__(self, path: Path, offset: int, row_bytes: int, starts: Rows) -> None:
        faiss = library()
        self._starts = starts
        self._lists = _mapped(path, offset, row_bytes, starts)
        self._quantizer = faiss.IndexBinaryFlat(8 * row_bytes)
        self._native = faiss.IndexBinaryIVF(self._quantizer, 8 * row_bytes, len(starts) - 1)
        self._native.replace_invlists(self._lists, False)

    def nearest(self, queries: Bytes, probed: Rows, k: int) -> tuple[Floats, Rows]:
        """(nq, k) bits that differ, ascending, and the places of those rows in the array; +inf and -1 for none.

        probed  (nq, nprobe) the lists to visit
        """
        faiss = library()
        differing, pairs = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
        probed = np.ascontiguousarray(probed)
        unused = np.zeros(probed.shape, np.int32)
        use_threads(1 if len(queries) == 1 else machine_threads())
        pointers = [faiss.swig_ptr(array) for array in (queries, probed, unused, differing, pairs)]
        asked = faiss.SearchParametersIVF(nprobe=probed.shape[1])
        self._native.search_preassigned_c(len(queries), pointers[0], k, *pointers[1:], True, asked)
        places = self._starts[pairs >> _PLACE_BITS] + (pairs & _PLACE)
        none = pairs < 0
        return np.where(none, np.float32(np.inf), differing.astype(np.float32)), np.where(none, -1, places)


def _mapped(path: Path, offset: int, row_bytes: int, starts: Rows) -> Any:
    """faiss's lists over this part of the file."""
    faiss = library()
    lists = faiss.OnDiskInvertedLists(len(starts) - 1, row_bytes, str(path))
    lengths = np.diff(starts)
    table: npt.NDArray[np.uint64] = np.stack([lengths, lengths, offset + row_bytes * starts[:-1]], 1).astype(np.uint64)
    faiss.memcpy(lists.lists.data(), faiss.swig_ptr(table), table.nbytes)
    lists.read_only = True
    lists.totsize = offset + row_bytes * int(starts[-1])
    lists.do_mmap()
    return lists
