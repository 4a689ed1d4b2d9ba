"""Where a predicate reads: Arrow columns, seen as numpy without a copy wherever Arrow's layout allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[Any]


class Columns(Protocol):
    """Rows of one segment. They never change, so what is derived from them may be kept."""

    @property
    def row_count(self) -> int: ...

    def column(self, name: str) -> pa.Array:
        """(row_count,) in the storage type of :mod:`elanus.schema.arrow`; may hold NULLs."""
        ...

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        """``compute()`` the first time this key is asked for, the same value afterwards."""
        ...


def null_mask(array: pa.Array) -> Mask | None:
    """(len(array),) True where NULL; None when there is none."""
    return mask_of(array.is_null()) if array.null_count else None


def mask_of(array: pa.Array) -> Mask:
    """A bool column as numpy; NULL is False."""
    known = array.fill_null(False) if array.null_count else array
    return cast("Mask", known.to_numpy(zero_copy_only=False))


def numbers_of(array: pa.Array) -> Numbers:
    """A number column as numpy, without a copy; what stands under a NULL is arbitrary."""
    data = array.buffers()[1]
    dtype = array.type.to_pandas_dtype()
    if data is None:
        return np.zeros(len(array), dtype)
    return np.frombuffer(data, dtype, count=len(array), offset=array.offset * np.dtype(dtype).itemsize)


def offsets_of(lists: pa.Array) -> npt.NDArray[np.int64]:
    """(len + 1,) int64: row i of a large_list column owns ``lists.values[offsets[i]:offsets[i + 1]]``."""
    data = lists.buffers()[1]
    if data is None or not len(lists):
        return np.zeros(len(lists) + 1, np.int64)
    return np.frombuffer(data, np.int64, count=len(lists) + 1, offset=lists.offset * 8)


def data_of(array: pa.Array) -> Numbers | pa.Array:
    """The form conditions compute on: numpy for numbers and bools, Arrow for strings."""
    if pa.types.is_boolean(array.type):
        return mask_of(array)
    return array if pa.types.is_large_string(array.type) else numbers_of(array)


def found_in(array: pa.Array, values: pa.Array) -> Mask:
    """(len(array),) True where the element is one of ``values`` (same type)."""
    return mask_of(pc.is_in(array, value_set=values))


def any_in_each(hits: Mask, offsets: npt.NDArray[np.int64]) -> Mask:
    """(len(offsets) - 1,) True where row i has a hit among its elements ``offsets[i]`` to ``offsets[i + 1]``."""
    before: Numbers = np.concatenate((np.zeros(1, np.int64), np.cumsum(hits)))
    return np.greater(before[offsets[1:]], before[offsets[:-1]])
