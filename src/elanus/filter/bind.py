"""Syntax tree + schema -> condition: names resolved, types checked, constants computed.

A node gives either a *value* (:data:`Value`) or a *condition*; :class:`Binder` has one way in for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from elanus.filter.arithmetic import computed, negative
from elanus.filter.arrays import ArrayField
from elanus.filter.compare import compared, contained, liked
from elanus.filter.conditions import Always, Compared, Condition, IsNullField, Negated
from elanus.filter.constants import BadConstant, constant, constant_list
from elanus.filter.functions import condition_function, function_names, value_function
from elanus.filter.json_conditions import JsonExists, JsonValue
from elanus.filter.json_values import JsonPath
from elanus.filter.logic import all_of, any_of, negated
from elanus.filter.mismatch import ListValue, Mismatch, Value, described
from elanus.filter.operands import Constant, Kind
from elanus.filter.syntax.source import did_you_mean
from elanus.filter.syntax.tree import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Exists,
    In,
    IsNull,
    Item,
    Like,
    ListOf,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Sign,
    Template,
)
from elanus.schema.types import DataType

if TYPE_CHECKING:
    from collections.abc import Callable

    from elanus.filter.scope import Scope
    from elanus.schema.field import Field

T = TypeVar("T")

DEEPEST = 100
"""Levels of operators inside one another: each costs a handful of Python frames here and in evaluation."""

_CONDITIONS = (And, Or, Not, Comparison, In, Like, IsNull, Exists)


class Binder:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._depth = 0

    def condition(self, node: Node) -> Condition:
        """What the node says of a row. Raises FilterInvalid where it says nothing, or nothing that fits the schema."""
        return self._at(node, self._condition)

    def value(self, node: Node) -> Value:
        """What the node computes from a row. Raises FilterInvalid."""
        return self._at(node, self._value)

    def field(self, node: Node) -> Field:
        """The declared field, whole, that the node names. Raises FilterInvalid."""
        field, keys = self._scope.field_of(node)
        if keys:
            kind = "the dynamic field" if field.is_dynamic else f"field {field.name}"
            raise self.rejection(node, f"the name of a declared field is expected, not a key of {kind}")
        return field

    def rejection(self, node: Node, cause: str, hint: str = "") -> Exception:
        return self._scope.source.rejection(node.position, cause, hint)

    # conditions

    def _condition(self, node: Node) -> Condition:
        match node:
            case And(items=items):
                return all_of([self.condition(item) for item in items])
            case Or(items=items):
                return any_of([self.condition(item) for item in items])
            case Not(operand=operand):
                return negated(self.condition(operand))
            case Comparison():
                return self._comparison(node)
            case In(operand=operand, items=items):
                return contained(self.value(operand), self.value(items))
            case Like(operand=operand, pattern=pattern):
                return liked(self.value(operand), self.value(pattern))
            case IsNull(operand=operand):
                return self._null_test(operand)
            case Exists(operand=operand):
                return self._existence(operand)
            case Call(name=name) if (function := condition_function(name)) is not None:
                return function(node, self)
        return self._truth_of(node)

    def _comparison(self, node: Comparison) -> Condition:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if self._gives_condition(side):
                return self._condition_compared(node, side, other)
        return compared(node.symbol, self.value(node.left), self.value(node.right))

    def _condition_compared(self, node: Comparison, side: Node, other: Node) -> Condition:
        """``(a > 1) == true`` and its like."""
        if node.symbol not in ("==", "!=") or not isinstance(other, Literal) or not isinstance(other.value, bool):
            raise self.rejection(node, "a condition can only be compared with true or false, by == or !=")
        condition = self.condition(side)
        return condition if other.value is (node.symbol == "==") else negated(condition)

    def _null_test(self, operand: Node) -> Condition:
        field, keys = self._scope.field_of(operand)
        if field.is_vector:
            raise self.rejection(operand, "IsNull/IsNotNull operations are not supported on vector fields")
        if field.type is DataType.JSON and keys:
            return Negated(JsonExists(JsonPath(field.name, keys)))
        if field.type is DataType.GEOMETRY and not keys:
            return IsNullField(field.name)
        reference = self._scope.reference(operand)
        if keys:
            raise self.rejection(operand, f"'is null' does not take {described(reference)}", "test the whole field")
        return IsNullField(field.name)

    def _existence(self, operand: Node) -> Condition:
        value = self.value(operand)
        if not isinstance(value, JsonValue) or not value.is_plain:
            raise self.rejection(operand, f"exists operation is only supported on JSON, not on {described(value)}")
        return JsonExists(value.path)

    def _truth_of(self, node: Node) -> Condition:
        """A bool value standing where a condition is expected."""
        value = self.value(node)
        if isinstance(value, Constant) and value.kind is Kind.BOOL:
            return Always(value.value)
        if not isinstance(value, JsonValue | ListValue | ArrayField) and value.kind is Kind.BOOL:
            return Compared("==", value, Constant(Kind.BOOL, True))
        raise self.rejection(
            node, f"predicate is not a boolean expression: {described(value)}", "compare it with a value"
        )

    def _gives_condition(self, node: Node) -> bool:
        return isinstance(node, _CONDITIONS) or (isinstance(node, Call) and condition_function(node.name) is not None)

    # values

    def _value(self, node: Node) -> Value:
        match node:
            case Literal(value=value):
                return _constant_or_list(value)
            case Template():
                return _constant_or_list(self._scope.template(node))
            case ListOf(items=items):
                return ListValue(tuple(self._item(item) for item in items))
            case Name() | Item():
                return self._scope.reference(node)
            case Sign(symbol=symbol, operand=operand):
                return self._signed(symbol, operand)
            case Arithmetic(symbol=symbol, left=left, right=right):
                return computed(symbol, self.value(left), self.value(right))
            case Call():
                return self._called(node)
        raise self.rejection(node, "a condition stands where a value is expected", "put parentheses round it")

    def _item(self, node: Node) -> Any:
        """A list item, which must be constant."""
        value = self.value(node)
        if isinstance(value, ListValue):
            return value.items
        if isinstance(value, Constant):
            return value.value
        raise self.rejection(node, f"a list holds only constants, not {described(value)}")

    def _signed(self, symbol: str, operand: Node) -> Value:
        # A literal is negated before its range is checked: -9223372036854775808 is an Int64, its positive twin is not.
        if symbol == "-" and isinstance(operand, Literal) and type(operand.value) in (int, float):
            return constant(-operand.value)
        value = self.value(operand)
        return negative(value) if symbol == "-" else computed("+", value, constant(0))

    def _called(self, node: Call) -> Value:
        function = value_function(node.name)
        if function is not None:
            return function(node, self)
        names = function_names()
        raise self.rejection(node, f"function {node.name} not found", did_you_mean(node.name, names))

    # both

    def _at(self, node: Node, bind: Callable[[Node], T]) -> T:
        """Binds one level deeper; causes without a place get the node's."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.rejection(node, f"more than {DEEPEST} operators inside one another", "write it flatter")
        try:
            return bind(node)
        except (BadConstant, Mismatch) as problem:
            raise self.rejection(node, str(problem)) from None
        finally:
            self._depth -= 1


def _constant_or_list(value: Any) -> Value:
    return ListValue(constant_list(value)) if isinstance(value, tuple) else constant(value)
