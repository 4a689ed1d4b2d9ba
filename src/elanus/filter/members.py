"""The constants of an ``in`` list, ready to be looked for in columns of any kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from elanus.filter.columns import found_in
from elanus.filter.operands import Kind
from elanus.schema.types import INTEGER_RANGES, DataType

if TYPE_CHECKING:
    from elanus.filter.columns import Mask, Numbers

_FEW = 8
"""Up to here one comparison per value is faster than a hash table."""
_INT64_MIN, _INT64_MAX = INTEGER_RANGES[DataType.INT64]


@dataclass(frozen=True, eq=False)
class Members:
    """values: bool, int, float, str and (JSON only) tuple constants, as written, in any mixture."""

    values: tuple[Any, ...]

    @cached_property
    def whole(self) -> tuple[int, ...]:
        """Those an integer can equal: ``2.0`` counts, ``2.5`` does not."""
        if set(map(type, self.values)) == {int} and min(self.values) >= _INT64_MIN and max(self.values) <= _INT64_MAX:
            return self.values
        whole = (int(v) for v in self.values if type(v) is int or (type(v) is float and v.is_integer()))
        return tuple(v for v in whole if _INT64_MIN <= v <= _INT64_MAX)

    @cached_property
    def floating(self) -> tuple[float, ...]:
        """Those a float can equal exactly."""
        return tuple(float(v) for v in self.values if type(v) is float or (type(v) is int and float(v) == v))

    @cached_property
    def strings(self) -> tuple[str, ...]:
        return self._typed(str)

    @cached_property
    def bools(self) -> tuple[bool, ...]:
        return self._typed(bool)

    @cached_property
    def lists(self) -> tuple[tuple[Any, ...], ...]:
        return self._typed(tuple)

    def of_kind(self, kind: Kind) -> tuple[Any, ...]:
        """The values an operand of this kind can equal."""
        match kind:
            case Kind.INT:
                return self.whole
            case Kind.FLOAT32 | Kind.FLOAT64:
                return self.floating
            case Kind.STRING:
                return self.strings
            case Kind.BOOL:
                return self.bools

    def column(self, kind: Kind) -> pa.Array:
        """The values an operand of this kind can equal, as such a column (0.0 with both its signs)."""
        match kind:
            case Kind.INT:
                return self._ints
            case Kind.FLOAT32:
                return self._singles
            case Kind.FLOAT64:
                return self._doubles
            case Kind.STRING:
                return self._strings
            case Kind.BOOL:
                return pa.array(self.bools, pa.bool_())

    def holding(self, data: Any, kind: Kind) -> Mask:
        """(row_count,) True where ``data``, a column of this kind, is one of the values."""
        match kind:
            case Kind.STRING:
                return found_in(data, self._strings)
            case Kind.BOOL:
                return reduce(np.logical_or, [data == v for v in self.bools], np.zeros(len(data), np.bool_))
        return _equal_to_any(data, self.column(kind))

    @cached_property
    def _ints(self) -> pa.Array:
        return pa.array(self.whole, pa.int64())

    @cached_property
    def _doubles(self) -> pa.Array:
        return pa.array(_with_both_zeros(np.array(self.floating, np.float64)))

    @cached_property
    def _singles(self) -> pa.Array:
        with np.errstate(over="ignore"):
            return pa.array(_with_both_zeros(np.array(self.floating, np.float64).astype(np.float32)))

    @cached_property
    def _strings(self) -> pa.Array:
        return pa.array(self.strings, pa.large_string())

    def _typed(self, wanted: type) -> tuple[Any, ...]:
        return tuple(v for v in self.values if type(v) is wanted)


def _equal_to_any(data: Numbers, values: pa.Array) -> Mask:
    if len(values) > _FEW:
        return found_in(pa.array(data.astype(values.type.to_pandas_dtype(), copy=False)), values)
    return reduce(np.logical_or, [data == v for v in values.to_numpy()], np.zeros(len(data), np.bool_))


def _with_both_zeros(values: Numbers) -> Numbers:
    """A hash table tells 0.0 from -0.0; comparisons must not."""
    return np.append(values, -values[values == 0])
