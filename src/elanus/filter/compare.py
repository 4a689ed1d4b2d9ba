"""== != < <= > >=, in and like between values: which pairs go together, and the condition they make."""

from __future__ import annotations

from typing import Any

from elanus.filter.arrays import ArrayEquals, ArrayField
from elanus.filter.conditions import OPERATORS, Always, Compared, Condition, IsIn, IsLike
from elanus.filter.constants import as_compared, constant
from elanus.filter.json_conditions import JsonByKind, JsonIsIn, JsonValue
from elanus.filter.logic import negated
from elanus.filter.members import Members
from elanus.filter.mismatch import ListValue, Mismatch, Value, described, kind_name, shown
from elanus.filter.operands import Constant, Kind, Operand

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_EQUALITY = ("==", "!=")
_TYPES_OF_KINDS: dict[Kind, tuple[type, ...]] = {
    Kind.BOOL: (bool,),
    Kind.INT: (int, float),
    Kind.FLOAT32: (int, float),
    Kind.FLOAT64: (int, float),
    Kind.STRING: (str,),
}


def compared(symbol: str, left: Value, right: Value) -> Condition:
    """``left symbol right``. Raises Mismatch, BadConstant."""
    if isinstance(left, Constant | ListValue) and not isinstance(right, Constant | ListValue):
        return compared(_MIRRORED[symbol], right, left)
    if symbol == "!=" and isinstance(left, JsonValue | ArrayField):
        return negated(compared("==", left, right))
    match left, right:
        case JsonValue(), Constant(value=value):
            return _json_compared(symbol, left, value)
        case JsonValue(), ListValue(items=items) if symbol == "==" and left.is_plain:
            return JsonIsIn(left.path, Members((items,)))
        case ArrayField(), ListValue(items=items) if symbol == "==":
            return ArrayEquals(left, checked(items, left.kind).values)
    if isinstance(left, JsonValue | ArrayField | ListValue) or isinstance(right, JsonValue | ArrayField | ListValue):
        raise _incomparable(symbol, left, right)
    return _scalars_compared(symbol, left, right)


def contained(value: Value, items: Value) -> Condition:
    """``value in items``. Raises Mismatch."""
    if not isinstance(items, ListValue):
        raise Mismatch(f"the right-hand side of 'in' must be a list, not {described(items)}")
    if isinstance(value, JsonValue) and value.is_plain:
        return JsonIsIn(value.path, Members(items.items))
    if isinstance(value, JsonValue | ArrayField | ListValue):
        raise Mismatch(f"'in' takes a number, string or bool on its left, not {described(value)}")
    members = checked(items.items, value.kind)
    return Always(value.value in members.values) if isinstance(value, Constant) else IsIn(value, members)


def liked(value: Value, pattern: Value) -> Condition:
    """``value like pattern``. Raises Mismatch."""
    if not isinstance(pattern, Constant) or pattern.kind is not Kind.STRING:
        raise Mismatch(f"the pattern of 'like' must be a string, not {described(pattern)}")
    text = _arrow_pattern(pattern.value)
    if isinstance(value, JsonValue):
        strings = tuple((kind, IsLike(x, text)) for kind, x in value.cases if x.kind is Kind.STRING)
        return JsonByKind(value.path, strings)
    if isinstance(value, ArrayField | ListValue | Constant) or value.kind is not Kind.STRING:
        raise Mismatch(f"like operation on non-string or no-string field is unsupported: {described(value)}")
    return IsLike(value, text)


def checked(items: tuple[Any, ...], kind: Kind) -> Members:
    """The items, all of the class an operand of this kind can be compared with. Raises Mismatch, BadConstant."""
    allowed = _TYPES_OF_KINDS[kind]
    if set(map(type, items)) - set(allowed):
        wrong = next(item for item in items if type(item) not in allowed)
        raise Mismatch(f"value '{shown(wrong)}' in list cannot be casted to {kind_name(kind)}")
    return Members(items)


def _scalars_compared(symbol: str, left: Operand, right: Operand) -> Condition:
    if not _comparable(left.kind, right.kind) or (left.kind is Kind.BOOL and symbol not in _EQUALITY):
        raise _incomparable(symbol, left, right)
    if not isinstance(right, Constant):
        return Compared(symbol, left, right)
    if isinstance(left, Constant):
        return Always(OPERATORS[symbol](left.value, right.value))
    return _with_constant(symbol, left, right.value)


def _with_constant(symbol: str, operand: Operand, value: Any) -> Condition:
    symbol, exact = as_compared(symbol, operand.kind, value)
    return Compared(symbol, operand, Constant(operand.kind, exact))


def _json_compared(symbol: str, left: JsonValue, value: Any) -> Condition:
    if symbol == "==" and left.is_plain:
        return JsonIsIn(left.path, Members((value,)))
    kind = constant(value).kind
    if kind is Kind.BOOL:
        raise Mismatch(f"'{symbol}' takes numbers or strings, not {shown(value)}")
    cases = [(json_kind, _with_constant(symbol, x, value)) for json_kind, x in left.cases if _comparable(x.kind, kind)]
    return JsonByKind(left.path, tuple(cases))


def _comparable(a: Kind, b: Kind) -> bool:
    return a is b or (a.is_number and b.is_number)


def _incomparable(symbol: str, left: Value, right: Value) -> Mismatch:
    return Mismatch(f"cannot compare {described(left)} {symbol} {described(right)}")


def _arrow_pattern(pattern: str) -> str:
    """A backslash that escapes nothing stands for itself."""
    body = pattern.rstrip("\\")
    lone = (len(pattern) - len(body)) % 2 == 1
    return pattern + "\\" if lone else pattern
