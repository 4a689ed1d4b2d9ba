"""Values in words, for messages about types that do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from elanus.filter.arrays import ArrayField
from elanus.filter.json_conditions import JsonValue
from elanus.filter.operands import Constant, ElementValues, FieldValues, Kind, Operand


class Mismatch(TypeError):
    """Types that do not go together; whoever knows the place turns it into FilterInvalid."""


@dataclass(frozen=True, slots=True)
class ListValue:
    """A constant list; its own lists are tuples."""

    items: tuple[Any, ...]


Value = Operand | JsonValue | ArrayField | ListValue

_KIND_NAMES = {
    Kind.BOOL: "Bool",
    Kind.INT: "Int64",
    Kind.FLOAT32: "Float",
    Kind.FLOAT64: "Double",
    Kind.STRING: "VarChar",
}


def described(value: Value) -> str:
    """``Bool field b``, ``the constant "x"``, ``a JSON value`` ..."""
    match value:
        case Constant(value=constant):
            return f"the constant {shown(constant)}"
        case FieldValues(name=name, kind=kind):
            return f"field {name} ({kind_name(kind)})"
        case ElementValues(name=name, kind=kind, index=index):
            return f"element {name}[{index}] ({kind_name(kind)})"
        case ArrayField(name=name):
            return f"array field {name}"
        case ListValue():
            return "a list"
        case JsonValue(path=path):
            return "JSON value " + path.field + "".join(f"[{shown(key)}]" for key in path.keys)
    return f"an expression giving {kind_name(value.kind)}"


def kind_name(kind: Kind) -> str:
    return _KIND_NAMES[kind]


def shown(constant: Any) -> str:
    """A constant as the filter language writes it."""
    if isinstance(constant, bool):
        return "true" if constant else "false"
    return f'"{constant}"' if isinstance(constant, str) else str(constant)
