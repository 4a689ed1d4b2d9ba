"""The filter language once more, one row at a time in plain Python: slow, obvious, and what the real one is held to."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from elanus.filter.syntax import tree as syntax
from elanus.filter.syntax.parse import parse
from elanus.filter.syntax.source import Source
from elanus.schema.types import DataType
from unit.filter.rows import SCHEMA

NULL = object()
"""A NULL: whatever is asked of it is unknown (None)."""
ABSENT = object()
"""No such element or key: whatever is asked of it is false."""

_COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Seen:
    """A value and where it comes from: a constant, a declared field, FLOAT (single), or JSON."""

    value: Any
    origin: str = "constant"


def oracle_matches(text: str, row: Mapping[str, Any]) -> bool:
    return truth(parse(Source(text)), row) is True


def truth(node: syntax.Node, row: Mapping[str, Any]) -> bool | None:
    match node:
        case syntax.And(items=items):
            values = [truth(item, row) for item in items]
            return False if False in values else None if None in values else True
        case syntax.Or(items=items):
            values = [truth(item, row) for item in items]
            return True if True in values else None if None in values else False
        case syntax.Not(operand=operand):
            value = truth(operand, row)
            return None if value is None else not value
        case syntax.Comparison(symbol=symbol, left=left, right=right):
            return _compared(symbol, _value(left, row), _value(right, row))
        case syntax.In(operand=operand, items=items):
            return _contained(_value(operand, row), _value(items, row).value)
        case syntax.Like(operand=operand, pattern=pattern):
            return _like(_value(operand, row).value, _value(pattern, row).value)
        case syntax.IsNull(operand=operand):
            seen = _value(operand, row)
            return seen.value is NULL or (seen.origin == "json" and seen.value is ABSENT)
        case syntax.Exists(operand=operand):
            return _value(operand, row).value not in (NULL, ABSENT)
        case syntax.Call(name=name, arguments=arguments) if "contains" in name:
            return _contains(name, *(_value(argument, row).value for argument in arguments))
    value = _value(node, row).value
    return None if value is NULL else value is True


def _compared(symbol: str, left: Seen, right: Seen) -> bool | None:
    if NULL in (left.value, right.value):
        return None
    left, right = _rounded(left, right)
    if "json" in (left.origin, right.origin):
        if symbol == "!=":
            return not _compared("==", left, right)
        if not _same_class(left.value, right.value):
            return False
    if ABSENT in (left.value, right.value):
        return False
    return bool(_COMPARE[symbol](left.value, right.value))


def _contained(seen: Seen, items: Any) -> bool | None:
    return None if seen.value is NULL else any(_compared("==", seen, Seen(item)) for item in items)


def _like(value: Any, pattern: str) -> bool | None:
    if value is NULL:
        return None
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    expression = "".join(wild.get(t, re.escape(t[-1])) for t in tokens)
    return isinstance(value, str) and re.fullmatch(expression, value, re.DOTALL) is not None


def _contains(name: str, values: Any, wanted: Any) -> bool | None:
    if values is NULL:
        return None
    if not isinstance(values, list | tuple):
        return False
    wanted = wanted if name.endswith(("_any", "_all")) else [wanted]
    found = [any(_same_class(v, w) and v == w for v in values) for w in wanted]
    return all(found) if name.endswith("_all") else any(found)


def _same_class(a: Any, b: Any) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same_class(x, y) for x, y in zip(a, b, strict=True))
    return _class_of(a) is _class_of(b) and a not in (NULL, ABSENT)


def _class_of(value: Any) -> type:
    return float if type(value) is int else type(value)


def _rounded(left: Seen, right: Seen) -> tuple[Seen, Seen]:
    """A constant beside a FLOAT field is a FLOAT too."""
    if left.origin == "single" and right.origin == "constant":
        return left, Seen(float(np.float32(right.value)))
    if right.origin == "single" and left.origin == "constant":
        return Seen(float(np.float32(left.value))), right
    return left, right


def _value(node: syntax.Node, row: Mapping[str, Any]) -> Seen:
    match node:
        case syntax.Literal(value=value):
            return Seen(value)
        case syntax.ListOf(items=items):
            return Seen(tuple(_value(item, row).value for item in items))
        case syntax.Name(name=name):
            return _named(name, row)
        case syntax.Item(base=base, key=key):
            return _item(_value(base, row), key)
        case syntax.Sign(symbol=symbol, operand=operand):
            return _computed("*", _value(operand, row), Seen(-1 if symbol == "-" else 1))
        case syntax.Arithmetic(symbol=symbol, left=left, right=right):
            return _computed(symbol, _value(left, row), _value(right, row))
        case syntax.Call(name="array_length", arguments=(array,)):
            seen = _value(array, row)
            return Seen(len(seen.value) if isinstance(seen.value, tuple) else _missing(seen.value), seen.origin)
    raise AssertionError(f"the oracle does not know {node}")


def _missing(value: Any) -> Any:
    return NULL if value is NULL else ABSENT


def _named(name: str, row: Mapping[str, Any]) -> Seen:
    field = SCHEMA.by_name.get(name)
    if field is None or name == "$meta":
        document = Seen(_tuples(row.get("$meta") or {}), "json")
        return document if name == "$meta" else _item(document, name)
    value = row.get(name)
    if value is None:
        return Seen(NULL, "json" if field.type is DataType.JSON else "field")
    if field.type is DataType.FLOAT:
        return Seen(float(np.float32(value)), "single")
    return Seen(_tuples(value), "json" if field.type is DataType.JSON else "field")


def _item(base: Seen, key: int | str) -> Seen:
    value = base.value
    if value is NULL:
        return base
    if isinstance(value, dict) and isinstance(key, str):
        found = value.get(key)
        return Seen(ABSENT if found is None else found, base.origin)
    if isinstance(value, tuple) and isinstance(key, int) and key < len(value):
        found = value[key]
        return Seen((ABSENT if base.origin == "json" else NULL) if found is None else found, base.origin)
    return Seen(ABSENT, base.origin)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    return {k: _tuples(v) for k, v in value.items()} if isinstance(value, dict) else value


def _computed(symbol: str, left: Seen, right: Seen) -> Seen:
    origin = "json" if "json" in (left.origin, right.origin) else "field"
    if left.origin == right.origin == "constant":
        origin = "constant"
    a, b = left.value, right.value
    if NULL in (a, b):
        return Seen(NULL, origin)
    if ABSENT in (a, b) or _class_of(a) is not float or _class_of(b) is not float:
        return Seen(ABSENT, origin)
    return Seen(_arithmetic(symbol, a, b, origin), origin)


def _arithmetic(symbol: str, a: float, b: float, origin: str) -> Any:
    whole = type(a) is int and type(b) is int
    if symbol in ("/", "%") and b == 0:
        return (ABSENT if origin == "json" else NULL) if whole else _float_by_zero(symbol, a, b)
    if symbol == "/":
        return math.trunc(_exact_quotient(a, b)) if whole else a / b
    if symbol == "%":
        return int(math.fmod(a, b)) if whole else math.fmod(a, b)
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "**": operator.pow}[symbol](a, b)


def _exact_quotient(a: float, b: float) -> int:
    return int(abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1)


def _float_by_zero(symbol: str, a: float, b: float) -> float:
    if symbol == "%" or a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)
