"""``st_within(f, 'POLYGON (...)')`` and its like, ``st_dwithin(f, 'POINT (..)', metres)``, ``st_isvalid(f)``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from elanus.filter.earth import circle_of
from elanus.filter.functions.arguments import counted
from elanus.filter.geometry import RELATIONS, IsValid, Near, related
from elanus.filter.mismatch import Mismatch, described
from elanus.filter.operands import Constant, Kind
from elanus.schema.geometry import BadShape
from elanus.schema.types import DataType

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.conditions import Condition
    from elanus.filter.syntax.tree import Call, Node


def bind_relation(relation: str, call: Call, binder: Binder) -> Condition:
    field, shape = counted(call, binder, 2)
    name, text = _field(call, binder, field), _text(call, binder, shape)
    try:
        return related(relation, name, text)
    except BadShape as wrong:
        raise Mismatch(f"{call.name} takes the text (WKT) of a shape, {text!r} is none: {wrong}") from None


def bind_near(call: Call, binder: Binder) -> Condition:
    field, point, distance = counted(call, binder, 3)
    metres = binder.value(distance)
    if not isinstance(metres, Constant) or not metres.kind.is_number:
        raise Mismatch(f"{call.name} takes a distance in metres, not {described(metres)}")
    if metres.value < 0:
        raise Mismatch(f"the distance of {call.name} cannot be negative: {metres.value}")
    text = _text(call, binder, point)
    try:
        circle = circle_of(text, float(metres.value))
    except BadShape as wrong:
        raise Mismatch(f"{call.name} takes the text (WKT) of a point, {text!r} is none: {wrong}") from None
    if circle is None:
        raise Mismatch(f"{call.name} only supports a POINT to measure from, got {text!r}")
    return Near(_field(call, binder, field), circle)


def bind_validity(call: Call, binder: Binder) -> Condition:
    (field,) = counted(call, binder, 1)
    return IsValid(_field(call, binder, field))


def _field(call: Call, binder: Binder, node: Node) -> str:
    field = binder.field(node)
    if field.type is not DataType.GEOMETRY:
        raise Mismatch(
            f"{call.name} operation is only supported on geometry fields, field {field.name} is of type"
            f" {field.type.milvus_name}"
        )
    return field.name


def _text(call: Call, binder: Binder, node: Node) -> str:
    value = binder.value(node)
    if not isinstance(value, Constant) or value.kind is not Kind.STRING:
        raise Mismatch(f"{call.name} takes the text (WKT) of a shape, not {described(value)}")
    return str(value.value)


CONDITIONS = {
    **{f"st_{relation}": partial(bind_relation, relation) for relation in RELATIONS},
    "st_dwithin": bind_near,
    "st_isvalid": bind_validity,
}
