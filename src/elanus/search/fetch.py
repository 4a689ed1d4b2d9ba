"""Values of rows by place, whichever parts they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.schema.arrow import arrow_type
from elanus.search.visible import Part, Places, Reading
from elanus.segment.block import Block

Numbers = npt.NDArray[Any]
Keys: TypeAlias = npt.NDArray[np.int64] | pa.Array
"""Primary keys: numpy for INT64, Arrow for VARCHAR."""


class Located:
    """Places resolved once to parts and rows, to read several columns.

    places  (n,) int64, each the place of a row
    """

    def __init__(self, reading: Reading, places: Places) -> None:
        self._schema = reading.schema
        self._restore: Places | None = None
        self._runs: list[tuple[Part, Places]] = []
        if len(reading.parts) == 1:
            self._runs = [(reading.parts[0], places)]
        elif len(places):
            self._split(reading, places)

    def keys(self) -> Keys:
        """The primary keys, in the order of the places."""
        primary = self._schema.primary
        if not primary.type.is_integer:
            return self.column(primary.name)
        taken = [_int_keys(part.block, primary.name)[rows] for part, rows in self._runs]
        if len(taken) == 1:
            return taken[0]
        keys = np.concatenate([_NO_KEYS, *taken])
        return keys if self._restore is None else keys[self._restore]

    def column(self, name: str) -> pa.Array:
        """The values of this column, in the order of the places."""
        taken = [_take(part.block, name, rows) for part, rows in self._runs]
        if not taken:
            return pa.array([], arrow_type(self._schema.field(name)))
        return taken[0] if self._restore is None else pa.concat_arrays(taken).take(pa.array(self._restore))

    def size_bytes(self, names: Iterable[str]) -> int:
        """About what these columns take, without reading them."""
        wanted = tuple(names)
        return int(sum(len(rows) * _row_bytes(part.block, name) for part, rows in self._runs for name in wanted))

    def columns(self, names: Iterable[str]) -> dict[str, pa.Array]:
        return {name: self.column(name) for name in names}

    def _split(self, reading: Reading, places: Places) -> None:
        part_of = np.searchsorted(reading.firsts, places, side="right") - 1
        order = np.argsort(part_of, kind="stable")
        self._runs = list(_runs(reading, places[order], part_of[order]))
        if len(self._runs) > 1:
            self._restore = np.empty(len(order), np.int64)
            self._restore[order] = np.arange(len(order))


def _runs(reading: Reading, places: Places, part_of: npt.NDArray[np.int64]) -> Iterator[tuple[Part, Places]]:
    """Each part with its rows; both arrays in part order."""
    starts = np.flatnonzero(np.diff(part_of, prepend=-1)).tolist()
    for start, stop in zip(starts, [*starts[1:], len(places)], strict=True):
        part = reading.parts[part_of[start]]
        yield part, places[start:stop] - part.first


def _take(block: Block, name: str, rows: Places) -> pa.Array:
    numbers = _numbers(block, name)
    # numpy's take is several times cheaper than Arrow's for the few rows of an answer
    return block.column(name).take(pa.array(rows)) if numbers is None else pa.array(numbers[rows])


def _row_bytes(block: Block, name: str) -> float:
    """Of this column, on average."""
    return block.derived(("row bytes", name), lambda: float(block.column(name).nbytes / block.row_count))


def _int_keys(block: Block, primary: str) -> npt.NDArray[np.int64]:
    return cast("npt.NDArray[np.int64]", _numbers(block, primary))


def _numbers(block: Block, name: str) -> Numbers | None:
    """A column of numbers without NULLs as numpy sees it, without a copy; None for any other."""
    return block.derived(("numbers", name), lambda: _as_numbers(block.column(name)))


def _as_numbers(column: pa.Array) -> Numbers | None:
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    return column.to_numpy() if is_number and not column.null_count else None


_NO_KEYS = np.empty(0, np.int64)
