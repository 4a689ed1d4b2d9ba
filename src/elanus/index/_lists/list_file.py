"""Lists of known lengths in a file as faiss has it, filled where they lie: no list is ever in memory as a whole.

source  faiss, index_write.cpp: write_InvertedLists of ArrayInvertedLists, which ends every IVF index
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from elanus.index._faiss import library
from elanus.index._lists.assigned import Positions
from elanus.index.arrays import allocate
from elanus.index.base import Bytes, Rows

NUMBER_BYTES = 8
"""Of a row's number in its list."""
_NO_LISTS = b"sprs" + bytes(8)


class ListContent:
    """Lists one after the other, each its codes and then the numbers of its rows. Rows come in their order.

    content  the bytes that the lists are in, from ``begin`` to the end
    sizes    (nlist,) rows of each list
    """

    def __init__(self, content: Bytes, begin: int, sizes: Rows, code_bytes: int) -> None:
        row_bytes = code_bytes + NUMBER_BYTES
        self._code_bytes = code_bytes
        self._codes_at = begin + row_bytes * (np.cumsum(sizes) - sizes)
        self._numbers_at = self._codes_at + code_bytes * sizes
        # One element at every byte: an assignment by address is then one gather-free copy a row.
        self._codes = _at_every_byte(content, np.dtype(f"V{code_bytes}"))
        self._numbers = _at_every_byte(content, np.dtype("<i8"))
        self._positions = Positions(len(sizes))
        self._done = 0

    def put(self, lists: Rows, codes: Bytes) -> None:
        """The next rows: the list of each, and (n, code_bytes) what it is kept as."""
        positions = self._positions.next(lists)
        self._codes[self._codes_at[lists] + self._code_bytes * positions] = codes.view(self._codes.dtype)[:, 0]
        self._numbers[self._numbers_at[lists] + NUMBER_BYTES * positions] = np.arange(
            self._done, self._done + len(lists)
        )
        self._done += len(lists)


def map_lists(path: Path, native: Any, lists: Any, sizes: Rows) -> ListContent:
    """The file of a trained faiss index whose lists, of these sizes, are still to be filled, mapped for that.

    native  the index without rows, which from here on says that it has them; ``lists`` its IVF part

    Raises OSError when the disk has no room for all of it.
    """
    native.ntotal = lists.ntotal = int(sizes.sum())
    library().write_index(native, str(path))
    with path.open("r+b") as file:
        begin = file.seek(-len(_NO_LISTS), 2)
        assert file.read() == _NO_LISTS
        file.seek(begin)
        file.write(_lengths(sizes))
        begin = file.tell()
        allocate(file, begin + int(sizes.sum()) * (lists.code_size + NUMBER_BYTES))
    content = np.memmap(path, np.uint8, mode="r+").view(np.ndarray)
    return ListContent(content, begin, sizes, int(lists.code_size))


def _lengths(sizes: Rows) -> bytes:
    """Of every list, or of those that have rows where these are the fewer."""
    filled = np.flatnonzero(sizes)
    if len(filled) > len(sizes) // 2:
        return b"full" + _counted(sizes)
    return b"sprs" + _counted(np.stack([filled, sizes[filled]], axis=1))


def _counted(numbers: Rows) -> bytes:
    """As faiss writes a vector of numbers: how many, then these."""
    return np.uint64(numbers.size).tobytes() + numbers.astype("<u8").tobytes()


def _at_every_byte(content: Bytes, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return np.ndarray((len(content) - kind.itemsize + 1,), kind, content.data, strides=(1,))
