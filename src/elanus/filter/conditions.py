"""What can be true of a row: each condition gives a truth value for all rows at once."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus.filter.columns import Columns, Mask, mask_of, null_mask
from elanus.filter.truth import Truth, conjunction, disjunction, either, negation, truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from elanus.filter.members import Members
    from elanus.filter.operands import Operand

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARROW: dict[str, Callable[[Any, Any], pa.Array]] = {
    "==": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


class Condition(Protocol):
    @property
    def fields(self) -> frozenset[str]: ...

    def truth(self, columns: Columns) -> Truth: ...


@dataclass(frozen=True, slots=True)
class Always:
    """The same for every row."""

    value: bool
    fields: frozenset[str] = frozenset()

    def truth(self, columns: Columns) -> Truth:
        return Truth(np.full(columns.row_count, self.value))


@dataclass(frozen=True, slots=True)
class Compared:
    """``left symbol right``, both of one class; a constant stands on the right."""

    symbol: str
    left: Operand
    right: Operand

    @property
    def fields(self) -> frozenset[str]:
        return self.left.fields | self.right.fields

    def truth(self, columns: Columns) -> Truth:
        left, right = self.left.read(columns), self.right.read(columns)
        holds = _compare(self.symbol, left.data, right.data)
        return truth(holds, either(left.null, right.null), either(left.absent, right.absent))


@dataclass(frozen=True, slots=True)
class IsIn:
    operand: Operand
    members: Members

    @property
    def fields(self) -> frozenset[str]:
        return self.operand.fields

    def truth(self, columns: Columns) -> Truth:
        values = self.operand.read(columns)
        return truth(self.members.holding(values.data, self.operand.kind), values.null, values.absent)


@dataclass(frozen=True, slots=True)
class IsLike:
    """SQL's LIKE over a string operand; ``pattern`` in Arrow's form (``%``, ``_``, backslash)."""

    operand: Operand
    pattern: str

    @property
    def fields(self) -> frozenset[str]:
        return self.operand.fields

    def truth(self, columns: Columns) -> Truth:
        values = self.operand.read(columns)
        return truth(mask_of(pc.match_like(values.data, self.pattern)), values.null, values.absent)


@dataclass(frozen=True, slots=True)
class IsNullField:
    name: str

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def truth(self, columns: Columns) -> Truth:
        null = null_mask(columns.column(self.name))
        return Truth(np.zeros(columns.row_count, np.bool_) if null is None else null)


@dataclass(frozen=True, slots=True)
class Negated:
    part: Condition

    @property
    def fields(self) -> frozenset[str]:
        return self.part.fields

    def truth(self, columns: Columns) -> Truth:
        return negation(self.part.truth(columns))


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))

    def truth(self, columns: Columns) -> Truth:
        return reduce(conjunction, (part.truth(columns) for part in self.parts))


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))

    def truth(self, columns: Columns) -> Truth:
        return reduce(disjunction, (part.truth(columns) for part in self.parts))


def _compare(symbol: str, left: Any, right: Any) -> Mask:
    if isinstance(left, pa.Array):
        return mask_of(_ARROW[symbol](left, right))
    mask: Mask = OPERATORS[symbol](left, right)
    return mask
