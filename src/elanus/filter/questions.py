"""Conditions as questions to an index: which of them one index can answer, and what that index is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from elanus.filter.arrays import ArrayContains
from elanus.filter.conditions import Compared, Condition, IsIn, IsLike
from elanus.filter.field_index import FieldIndex, FoundRows, Place
from elanus.filter.geometry import Near, Related
from elanus.filter.json_conditions import JsonByKind, JsonContains, JsonIsIn, JsonScalars
from elanus.filter.json_values import JsonKind, JsonPath
from elanus.filter.members import Members
from elanus.filter.operands import Constant, FieldValues, Kind

_CASTS = {Kind.BOOL: "BOOL", Kind.FLOAT64: "DOUBLE", Kind.STRING: "VARCHAR"}
_KINDS_OF_TYPES: dict[type, Kind] = {bool: Kind.BOOL, int: Kind.FLOAT64, float: Kind.FLOAT64, str: Kind.STRING}
_DECIDING = {JsonKind.FLOAT: "DOUBLE", JsonKind.STRING: "VARCHAR"}
"""The case of a JsonByKind that stands for all of its class: whole numbers are compared as other numbers are."""

Ask = Callable[[FieldIndex], FoundRows | None]


@dataclass(frozen=True, slots=True)
class Question:
    place: Place
    ask: Ask


def question(condition: Condition) -> Question | None:
    """What to ask for the rows of which it is true; None for a condition that no single index can tell.

    ``!=`` is no question: it is the negation of ``==``.
    """
    match condition:
        case Compared(left=FieldValues(name=name), right=Constant()) if condition.symbol != "!=":
            return Question(Place(name), _asked(condition))
        case IsLike(operand=FieldValues(name=name)):
            return Question(Place(name), _asked(condition))
        case IsIn(operand=FieldValues(name=name, kind=kind), members=members):
            return Question(Place(name), _equal(members, kind))
        case Related(name=name) | Near(name=name):
            areas = condition.areas()
            return None if areas is None else Question(Place(name), lambda index: index.meeting(areas))
        case ArrayContains(array=array, members=members):
            return Question(Place(array.name), _equal(members, array.kind))
        case JsonIsIn(path=path, members=members):
            return _of_json(path, members, "")
        case JsonContains(path=path, members=members):
            return _of_json(path, members, "ARRAY_")
        case JsonByKind(path=path, cases=cases):
            for json_kind, case in cases:
                if json_kind in _DECIDING and _is_of_plain_json(case):
                    return Question(_place(path, _DECIDING[json_kind]), _asked(case))
    return None


def _asked(condition: Condition) -> Ask:
    match condition:
        case IsLike(pattern=pattern):
            return lambda index: index.like(pattern)
        case Compared(symbol="==", left=left, right=Constant(value=value)):
            return _equal(Members((_plain(value),)), left.kind)
        case Compared(symbol=symbol, right=Constant(value=value)):
            return lambda index: index.compared(symbol, _plain(value))
    raise AssertionError(f"{condition} is no question")


def _equal(members: Members, kind: Kind) -> Ask:
    return lambda index: index.equal(members.column(kind))


def _of_json(path: JsonPath, members: Members, lists: str) -> Question | None:
    """Only for members of one class: an index knows nothing of the path's other values."""
    kinds = {_KINDS_OF_TYPES.get(kind) for kind in set(map(type, members.values))}
    kind = kinds.pop() if len(kinds) == 1 else None
    return None if kind is None else Question(_place(path, lists + _CASTS[kind]), _equal(members, kind))


def _is_of_plain_json(case: Condition) -> bool:
    match case:
        case Compared(left=JsonScalars(), right=Constant()) | IsLike(operand=JsonScalars()):
            return True
    return False


def _place(path: JsonPath, cast: str) -> Place:
    return Place(path.field, path.keys, cast)


def _plain(value: Any) -> Any:
    """The constant as Python has it."""
    if isinstance(value, pa.Scalar):
        return value.as_py()
    return value.item() if hasattr(value, "item") else value
