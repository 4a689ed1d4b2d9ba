"""The sorted values of an index, mapped from its file, and where in them a question points."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.index.scalar._like import LikePattern

Positions = npt.NDArray[np.int64]

FEW = 64
"""Up to here strings are looked for one by one, beyond in one pass over all terms."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Runs of terms: ``firsts[i]`` up to, not including, ``ends[i]``; both (runs,) int64."""

    firsts: Positions
    ends: Positions


def one_span(first: int, end: int) -> Spans:
    return Spans(np.array([first]), np.array([max(first, end)]))


def single_terms(positions: Positions) -> Spans:
    return Spans(positions, positions + 1)


class Terms(ABC):
    """Ascending values; equal ones stand together."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def left(self, value: Any) -> int:
        """Position of the first term that is not below ``value``."""

    @abstractmethod
    def right(self, value: Any) -> int:
        """Position of the first term that is above ``value``."""

    @abstractmethod
    def equal(self, values: pa.Array) -> Spans:
        """Terms equal to one of the values."""

    def compared(self, symbol: str, value: Any) -> Spans:
        match symbol:
            case "<":
                return one_span(0, self.left(value))
            case "<=":
                return one_span(0, self.right(value))
            case ">":
                return one_span(self.right(value), len(self))
        return one_span(self.left(value), len(self))


class NumberTerms(Terms):
    """(n,) numbers without NaN: int64, float32, float64 or uint8 (bools)."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self._values = values
        self._limits = np.iinfo(values.dtype) if values.dtype.kind in "iu" else None

    def __len__(self) -> int:
        return len(self._values)

    def left(self, value: Any) -> int:
        return self._position(value, "left")

    def right(self, value: Any) -> int:
        return self._position(value, "right")

    def equal(self, values: pa.Array) -> Spans:
        wanted = np.unique(values.to_numpy(zero_copy_only=False).astype(self._values.dtype))
        firsts, ends = (np.searchsorted(self._values, wanted, side) for side in ("left", "right"))
        there = firsts < ends
        return Spans(firsts[there], ends[there])

    def _position(self, value: float, side: Any) -> int:
        if self._limits is not None and not self._limits.min <= value <= self._limits.max:
            return 0 if value < 0 else len(self)
        return int(np.searchsorted(self._values, self._values.dtype.type(value), side))


class StringTerms(Terms, Sequence[bytes]):
    """Strings in the order of their UTF-8 bytes, which is that of their code points."""

    def __init__(self, values: pa.Array) -> None:
        self.values = values
        _, offsets, data = values.buffers()
        self._offsets = np.frombuffer(offsets, np.int64, count=len(values) + 1, offset=values.offset * 8)
        self._data = memoryview(data) if data is not None else memoryview(b"")

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, position: Any) -> Any:
        return bytes(self._data[self._offsets[position] : self._offsets[position + 1]])

    def left(self, value: str) -> int:
        return bisect_left(self, value.encode())

    def right(self, value: str) -> int:
        return bisect_right(self, value.encode())

    def equal(self, values: pa.Array) -> Spans:
        if len(values) > FEW:
            return single_terms(np.flatnonzero(pc.is_in(self.values, value_set=values).to_numpy(zero_copy_only=False)))
        texts = values.unique().to_pylist()
        return Spans(np.array([*map(self.left, texts)], np.int64), np.array([*map(self.right, texts)], np.int64))

    def beginning(self, prefix: str) -> tuple[int, int]:
        """First and end of the terms that begin so."""
        text = prefix.encode()
        if not text:
            return 0, len(self)
        beyond = text[:-1] + bytes([text[-1] + 1])  # no UTF-8 byte is 255
        return bisect_left(self, text), bisect_left(self, beyond)

    def like(self, pattern: LikePattern, text: str, most: int) -> Spans | None:
        """Terms that match; None when more than ``most`` would have to be looked at one by one."""
        first, end = self.beginning(pattern.prefix)
        if pattern.is_prefix:
            return one_span(first, end)
        if end - first > most:
            return None
        matches = pc.match_like(self.values.slice(first, end - first), text).to_numpy(zero_copy_only=False)
        return single_terms(np.flatnonzero(matches) + first)


def terms_of(values: pa.Array) -> Terms:
    if pa.types.is_large_string(values.type):
        return StringTerms(values)
    return NumberTerms(values.to_numpy(zero_copy_only=True))
