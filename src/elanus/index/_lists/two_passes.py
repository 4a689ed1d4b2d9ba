"""IVF indexes built in two passes over the rows: the list of each is found, then its code is put where it lies.

Where that is in the file is known as soon as all lists are: the finished file is byte for byte what faiss writes of
lists that grew in memory, and the build needs two bytes a row besides a slice.
"""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np

from elanus.errors import DataCorrupted
from elanus.index._faiss import contiguous, library, use_threads
from elanus.index._foresight import seconds_for
from elanus.index._ivf import IvfBuilder, lists_of
from elanus.index._lists.assigned import Assigned
from elanus.index._lists.list_file import NUMBER_BYTES, ListContent, map_lists
from elanus.index.arrays import map_arrays, write_arrays
from elanus.index.base import Bytes, Floats, IndexSpec, Rows, Vectors
from elanus.index.distance import for_metric


class TwoPassIvfBuilder(IvfBuilder):
    passes = 2

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self._assigned = Assigned(int(lists_of(self._native).nlist), row_count)
        self._writing_cost = 1.0

    def work(self, rows: int) -> float:
        """In the cost of finding a row's list."""
        return min(rows, self._row_count) + self._writing_cost * max(0, rows - self._row_count)

    def add(self, vectors: Vectors) -> None:
        use_threads(self.threads)
        self._assigned.append(_nearest(lists_of(self._native), self._rows(vectors)))

    def finish(self, path: Path, again: Iterator[Vectors]) -> None:
        lists, found = lists_of(self._native), self._assigned.lists
        content = map_lists(path, self._native, lists, self._assigned.sizes)
        done = 0
        for vectors in again:
            use_threads(self.threads)
            own = found[done : done + len(vectors)].astype(np.int64)
            content.put(own, _codes(lists, own, self._rows(vectors)))
            done += len(vectors)

    def save(self, path: Path) -> None:
        write_arrays(path, {"trained": library().serialize_index(self._native), "lists": self._assigned.lists})

    def resume(self, path: Path, vectors: Vectors) -> int:
        held = map_arrays(path)
        if "trained" not in held:
            raise DataCorrupted(f"{path}: a checkpoint of lists with their content, of an older version")
        self._native = library().deserialize_index(held["trained"], library().IO_FLAG_SKIP_PRECOMPUTE_TABLE)
        self._assigned.append(held["lists"])
        if len(vectors):
            self.adding_seconds(lists_of(self._native), self._rows(vectors[: self.rehearsed_rows()]))
        return len(self._assigned)

    def _rows(self, vectors: Vectors) -> Floats:
        """Stored rows as the lists compare them."""
        return self.turned(for_metric(contiguous(vectors), self._spec.metric))

    def adding_seconds(self, lists: Any, rows: Floats) -> float:
        """Of both passes; how their costs compare is kept."""
        found = _nearest(lists, rows)
        find_s = seconds_for(self._row_count, lambda some: _nearest(lists, some), rows)
        write_s = seconds_for(self._row_count, lambda some: _write(lists, found[: len(some)], some), rows)
        self._writing_cost = write_s / max(find_s, 1e-9)
        return find_s + write_s

    @classmethod
    def adding_bytes(cls, spec: IndexSpec, row_count: int, code_bytes: int) -> int:
        return 2 * row_count + 4 * cls.list_count(spec, row_count) * spec.dim


def _nearest(lists: Any, rows: Floats) -> Rows:
    """(n,) the list of each row."""
    nearest: Rows = lists.quantizer.assign(rows, 1)[:, 0]
    return nearest


def _codes(lists: Any, own: Rows, rows: Floats) -> Bytes:
    """(n, code_size) what rows are kept as in their own lists."""
    pointer = library().swig_ptr
    codes = np.empty((len(rows), lists.code_size), np.uint8)
    lists.encode_vectors(len(rows), pointer(rows), pointer(own), pointer(codes))
    return codes


def _write(lists: Any, own: Rows, rows: Floats) -> None:
    """Into pages that are new and shared, as those of a mapped file are, to see how long it takes."""
    sizes = np.bincount(own, minlength=int(lists.nlist))
    content = np.frombuffer(mmap(-1, max(1, len(rows) * (int(lists.code_size) + NUMBER_BYTES))), np.uint8)
    ListContent(content, 0, sizes, int(lists.code_size)).put(own, _codes(lists, own, rows))
