"""Arithmetic between constants, and constants made exact for the column they meet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from elanus.filter.operands import Constant, Kind
from elanus.schema.types import INTEGER_RANGES, DataType

if TYPE_CHECKING:
    from collections.abc import Callable

Number = int | float
_INT64_MIN, _INT64_MAX = INTEGER_RANGES[DataType.INT64]
_KINDS: dict[type, Kind] = {bool: Kind.BOOL, int: Kind.INT, float: Kind.FLOAT64, str: Kind.STRING}


class BadConstant(ValueError):
    """A constant that cannot be computed or stored."""


def constant(value: Any) -> Constant:
    """Raises BadConstant: not a bool, number or string, NaN or infinite, or beyond int64."""
    kind = _KINDS.get(type(value))
    if kind is None:
        raise BadConstant(f"a constant must be a bool, number or string, not {type(value).__name__}")
    if kind is Kind.INT and not _INT64_MIN <= value <= _INT64_MAX:
        raise BadConstant(f"integer {value} is out of the range of Int64")
    if kind is Kind.FLOAT64 and not math.isfinite(value):
        raise BadConstant(f"{value} is not a finite number")
    return Constant(kind, value)


def constant_list(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values, each fit to be a :func:`constant` or itself such a list. Raises BadConstant."""
    types = set(map(type, values))
    if types == {int} and min(values) >= _INT64_MIN and max(values) <= _INT64_MAX:
        return values
    if types != {str}:
        for value in values:
            constant_list(value) if type(value) is tuple else constant(value)
    return values


def folded(symbol: str, a: Number, b: Number) -> Number:
    """``a symbol b`` as a column would compute it. Raises BadConstant: division by zero, no finite result."""
    check_divisor(symbol, b)
    try:
        return _OPERATIONS[symbol](a, b)
    except (OverflowError, ZeroDivisionError, ValueError):
        raise BadConstant(f"{a} {symbol} {b} has no finite value") from None


def check_divisor(symbol: str, divisor: Number) -> None:
    """Raises BadConstant for ``/ 0`` and ``% 0``."""
    if symbol in ("/", "%") and divisor == 0:
        raise BadConstant("division by zero" if symbol == "/" else "modulo by zero")


def as_compared(symbol: str, kind: Kind, value: Any) -> tuple[str, Any]:
    """The comparison with ``value`` rewritten so that a column of this kind can do it exactly.

    An integer column against 2.5 becomes one against 2 or 3; a float column against 2**53 + 1 one against the nearest
    float; where nothing can be equal, one against NaN.
    """
    match kind:
        case Kind.STRING:
            return symbol, pa.scalar(value, pa.large_string())
        case Kind.FLOAT32:
            with np.errstate(over="ignore"):
                return symbol, np.float32(value)
        case Kind.INT:
            return _against(symbol, value, math.floor(value))
        case Kind.FLOAT64:
            return _against(symbol, value, float(value))
        case Kind.BOOL:
            return symbol, value


def _against(symbol: str, value: Number, near: Number) -> tuple[str, Any]:
    """``x symbol value`` said with ``near``, where no x lies strictly between the two."""
    if near == value:
        return symbol, near
    if symbol in ("==", "!="):
        return symbol, math.nan
    below = near < value
    if symbol in ("<", "<="):
        return ("<=" if below else "<"), near
    return (">" if below else ">="), near


def _quotient(a: Number, b: Number) -> Number:
    if isinstance(a, int) and isinstance(b, int):
        magnitude = abs(a) // abs(b)
        return magnitude if (a < 0) == (b < 0) else -magnitude
    return a / b


def _remainder(a: Number, b: Number) -> Number:
    if isinstance(a, int) and isinstance(b, int):
        return a - b * int(_quotient(a, b))
    return math.fmod(a, b)


def _power(a: Number, b: Number) -> Number:
    exact = isinstance(a, int) and isinstance(b, int) and 0 <= b <= 64
    result = a**b if exact else math.pow(a, b)
    return result if not isinstance(result, int) or _INT64_MIN <= result <= _INT64_MAX else float(result)


_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
    "%": _remainder,
    "**": _power,
}
