"""+ - * / % ** between values: at once for constants, per JSON type for JSON, per row otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.filter.arrays import ArrayField
from elanus.filter.constants import check_divisor, constant, folded
from elanus.filter.json_conditions import JsonValue
from elanus.filter.mismatch import ListValue, Mismatch, Value, described
from elanus.filter.operands import ArithmeticValues, Constant, Operand

if TYPE_CHECKING:
    from elanus.filter.json_values import JsonKind


def computed(symbol: str, left: Value, right: Value) -> Value:
    """``left symbol right``. Raises Mismatch, BadConstant."""
    if isinstance(left, JsonValue) or isinstance(right, JsonValue):
        return _of_json(symbol, left, right)
    a, b = _number(symbol, left), _number(symbol, right)
    if isinstance(a, Constant) and isinstance(b, Constant):
        return constant(folded(symbol, a.value, b.value))
    return _per_row(symbol, a, b)


def negative(value: Value) -> Value:
    """``-value``. Raises Mismatch, BadConstant."""
    return computed("*", value, constant(-1))


def _of_json(symbol: str, left: Value, right: Value) -> JsonValue:
    if isinstance(left, JsonValue) and isinstance(right, Constant):
        number = _number(symbol, right)
        return JsonValue(left.path, tuple((kind, _per_row(symbol, x, number)) for kind, x in _numbers(left)))
    if isinstance(left, Constant) and isinstance(right, JsonValue):
        number = _number(symbol, left)
        return JsonValue(right.path, tuple((kind, _per_row(symbol, number, x)) for kind, x in _numbers(right)))
    raise Mismatch(f"JSON can only be computed with constants, not {described(left)} {symbol} {described(right)}")


def _numbers(value: JsonValue) -> list[tuple[JsonKind, Operand]]:
    return [(kind, operand) for kind, operand in value.cases if operand.kind.is_number]


def _per_row(symbol: str, left: Operand, right: Operand) -> Operand:
    if isinstance(right, Constant):
        check_divisor(symbol, right.value)
    return ArithmeticValues(symbol, left, right)


def _number(symbol: str, value: Value) -> Operand:
    if isinstance(value, JsonValue | ArrayField | ListValue) or not value.kind.is_number:
        raise Mismatch(f"'{symbol}' takes numbers, not {described(value)}")
    return value
