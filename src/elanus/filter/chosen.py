"""Some rows of columns, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy.typing as npt

    from elanus.filter.columns import Columns

T = TypeVar("T")


class Chosen:
    """rows  row numbers in ``columns``, ascending; a column is taken when it is asked for"""

    def __init__(self, columns: Columns, rows: npt.NDArray[Any]) -> None:
        self.row_count = len(rows)
        self._columns = columns
        self._rows = pa.array(rows)
        self._kept: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        return self.derived(("column", name), lambda: self._columns.column(name).take(self._rows))

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = compute()
        return cast("T", self._kept[key])
