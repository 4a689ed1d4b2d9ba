"""``array_length(f)``: elements of an ARRAY field or of a JSON list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.filter.arrays import ArrayField
from elanus.filter.functions.arguments import taken
from elanus.filter.json_conditions import JsonLengths, JsonValue
from elanus.filter.json_values import JsonKind
from elanus.filter.mismatch import Mismatch, Value, described
from elanus.filter.operands import LengthValues

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.syntax.tree import Call


def bind(call: Call, binder: Binder) -> Value:
    (array,) = taken(call, binder, 1)
    if isinstance(array, ArrayField):
        return LengthValues(array.name)
    if isinstance(array, JsonValue) and array.is_plain:
        return JsonValue(array.path, ((JsonKind.LIST, JsonLengths(array.path)),))
    raise Mismatch(f"array_length operation is only supported on an array field or JSON, not on {described(array)}")


VALUES = {"array_length": bind}
