"""What a condition says about one field: which values it can only have."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from elanus.filter.conditions import AllOf, Always, AnyOf, Compared, Condition, IsIn
from elanus.filter.operands import Constant, FieldValues
from elanus.schema.types import INTEGER_RANGES, DataType

Keys = tuple[Any, ...]

_LOWEST, _HIGHEST = INTEGER_RANGES[DataType.INT64]


def named_keys(condition: Condition, field: str) -> Keys | None:
    """The values, as written, if the condition is exactly ``field == x`` or ``field in [..]``; else None."""
    match condition:
        case Compared(symbol="==", left=FieldValues(name=name), right=Constant(value=value)) if name == field:
            return _equal_to(value)
        case IsIn(operand=FieldValues(name=name, kind=kind), members=members) if name == field:
            return members.of_kind(kind)
    return None


def implied_values(condition: Condition, field: str) -> Keys | None:
    """Values of which every row that satisfies the condition has one in ``field``; None if it implies none."""
    match condition:
        case Always(value=False):
            return ()
        case AllOf(parts=parts):
            return _common([implied_values(part, field) for part in parts])
        case AnyOf(parts=parts):
            return _united([implied_values(part, field) for part in parts])
    keys = named_keys(condition, field)
    return None if keys is None else tuple(dict.fromkeys(keys))


def holds_never(condition: Condition) -> bool:
    """False is certain from the text alone."""
    match condition:
        case Always(value=value):
            return not value
        case IsIn(operand=operand, members=members):
            return not members.of_kind(operand.kind)
        case AllOf(parts=parts):
            return any(holds_never(part) for part in parts)
        case AnyOf(parts=parts):
            return all(holds_never(part) for part in parts)
    return False


def _equal_to(value: Any) -> Keys:
    """An integer column compared with 2.5 is compared with NaN: it equals nothing, as what no INT64 can hold."""
    if isinstance(value, pa.Scalar):
        return (value.as_py(),)
    if isinstance(value, int) and not _LOWEST <= value <= _HIGHEST:
        return ()
    return (value,) if value == value else ()


def _common(choices: list[Keys | None]) -> Keys | None:
    known = [keys for keys in choices if keys is not None]
    if not known:
        return None
    return tuple(key for key in known[0] if all(key in other for other in known[1:]))


def _united(choices: list[Keys | None]) -> Keys | None:
    known = [keys for keys in choices if keys is not None]
    return tuple(dict.fromkeys(key for keys in known for key in keys)) if len(known) == len(choices) else None
