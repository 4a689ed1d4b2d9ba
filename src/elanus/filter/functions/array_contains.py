"""``array_contains(f, x)``, ``array_contains_any(f, [..])``, ``array_contains_all(f, [..])``; ``json_contains`` ...

Milvus takes either name for ARRAY fields and JSON lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from elanus.filter.arrays import ArrayContains, ArrayField
from elanus.filter.compare import checked
from elanus.filter.conditions import Always, Condition, Negated
from elanus.filter.functions.arguments import taken
from elanus.filter.json_conditions import JsonByKind, JsonContains, JsonValue
from elanus.filter.json_values import JsonKind
from elanus.filter.logic import all_of
from elanus.filter.members import Members
from elanus.filter.mismatch import ListValue, Mismatch, described
from elanus.filter.operands import Constant

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.syntax.tree import Call

_Container = ArrayField | JsonValue


def bind_contains(call: Call, binder: Binder) -> Condition:
    container, item = taken(call, binder, 2)
    container = _container(call, container)
    if isinstance(item, ListValue):
        return _contains(container, (item.items,))
    if not isinstance(item, Constant):
        raise Mismatch(f"{call.name} looks for a constant, not {described(item)}")
    return _contains(container, (item.value,))


def bind_contains_any(call: Call, binder: Binder) -> Condition:
    container, items = _container_and_list(call, binder)
    return _contains(container, items)


def bind_contains_all(call: Call, binder: Binder) -> Condition:
    container, items = _container_and_list(call, binder)
    return all_of([_contains(container, (item,)) for item in items]) if items else _any_list(container)


def _contains(container: _Container, items: tuple[Any, ...]) -> Condition:
    if isinstance(container, JsonValue):
        return JsonContains(container.path, Members(items))
    return ArrayContains(container, checked(items, container.kind))


def _any_list(container: _Container) -> Condition:
    """Every list holds all of nothing."""
    if isinstance(container, JsonValue):
        return JsonByKind(container.path, ((JsonKind.LIST, Always(True)),))
    return Negated(ArrayContains(container, Members(())))


def _container_and_list(call: Call, binder: Binder) -> tuple[_Container, tuple[Any, ...]]:
    container, items = taken(call, binder, 2)
    if not isinstance(items, ListValue):
        raise Mismatch(f"{call.name} operation element must be an array, not {described(items)}")
    return _container(call, container), items.items


def _container(call: Call, value: object) -> _Container:
    if isinstance(value, ArrayField) or (isinstance(value, JsonValue) and value.is_plain):
        return value
    raise Mismatch(f"{call.name} operation is only supported on an array field or JSON")


CONDITIONS = {
    f"{prefix}_{suffix}": bind
    for prefix in ("array", "json")
    for suffix, bind in {
        "contains": bind_contains,
        "contains_any": bind_contains_any,
        "contains_all": bind_contains_all,
    }.items()
}
