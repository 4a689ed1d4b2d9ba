"""Values a condition computes on: what to read, and what comes out for all rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from elanus.filter.columns import Columns, Mask, Numbers, data_of, null_mask, offsets_of
from elanus.filter.truth import either
from elanus.schema.types import DataType

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(Enum):
    """What can be compared with what. FLOAT32 is apart because constants are rounded to it first, as Milvus does."""

    BOOL = auto()
    INT = auto()
    FLOAT32 = auto()
    FLOAT64 = auto()
    STRING = auto()

    @property
    def is_number(self) -> bool:
        return self in (Kind.INT, Kind.FLOAT32, Kind.FLOAT64)


def kind_of_type(data_type: DataType) -> Kind | None:
    """None for what is not a plain scalar."""
    if data_type.is_integer:
        return Kind.INT
    plain = {DataType.BOOL: Kind.BOOL, DataType.FLOAT: Kind.FLOAT32, DataType.DOUBLE: Kind.FLOAT64}
    return Kind.STRING if data_type is DataType.VARCHAR else plain.get(data_type)


@dataclass(frozen=True, slots=True)
class Values:
    """One value per row.

    data     (row_count,) numpy, a large_string Arrow array, or one Python scalar for all rows
    null     True where NULL: every comparison is unknown; None = nowhere
    absent   True where there is no such element: every comparison is false; None = nowhere
    """

    data: Any
    null: Mask | None = None
    absent: Mask | None = None


class Operand(Protocol):
    @property
    def kind(self) -> Kind: ...

    @property
    def fields(self) -> frozenset[str]: ...

    def read(self, columns: Columns) -> Values: ...


@dataclass(frozen=True, slots=True)
class Constant:
    kind: Kind
    value: Any
    fields: frozenset[str] = frozenset()

    def read(self, columns: Columns) -> Values:
        return Values(self.value)


@dataclass(frozen=True, slots=True)
class FieldValues:
    """A declared BOOL, number or VARCHAR field."""

    name: str
    kind: Kind

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def read(self, columns: Columns) -> Values:
        array = columns.column(self.name)
        return Values(data_of(array), null_mask(array))


@dataclass(frozen=True, slots=True)
class ElementValues:
    """``name[index]`` of an ARRAY field; rows that are too short have no such element."""

    name: str
    kind: Kind
    index: int

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def read(self, columns: Columns) -> Values:
        lists = columns.column(self.name)
        offsets = offsets_of(lists)
        positions = offsets[:-1] + self.index
        null = null_mask(lists)
        absent = positions >= offsets[1:]
        beyond = absent if null is None else absent | null
        elements = lists.values.take(pa.array(positions, mask=beyond))
        missing = mask_of_missing(elements, beyond)
        return Values(data_of(elements), either(null, missing), absent)


def mask_of_missing(elements: pa.Array, beyond: Mask) -> Mask | None:
    """True where an element that is there is NULL."""
    null = null_mask(elements)
    return None if null is None else null & ~beyond


@dataclass(frozen=True, slots=True)
class LengthValues:
    """``array_length(name)`` of an ARRAY field."""

    name: str
    kind: Kind = Kind.INT

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def read(self, columns: Columns) -> Values:
        lists = columns.column(self.name)
        return Values(np.diff(offsets_of(lists)), null_mask(lists))


@dataclass(frozen=True, slots=True)
class ArithmeticValues:
    """``left symbol right``; whole numbers as int64 (wrapping round as C does), everything else as float64."""

    symbol: str
    left: Operand
    right: Operand

    @property
    def kind(self) -> Kind:
        whole = self.left.kind is Kind.INT and self.right.kind is Kind.INT and self.symbol != "**"
        return Kind.INT if whole else Kind.FLOAT64

    @property
    def fields(self) -> frozenset[str]:
        return self.left.fields | self.right.fields

    def read(self, columns: Columns) -> Values:
        left, right = self.left.read(columns), self.right.read(columns)
        null, absent = either(left.null, right.null), either(left.absent, right.absent)
        wide = np.int64 if self.kind is Kind.INT else np.float64
        a, b = np.asarray(left.data, wide), np.asarray(right.data, wide)
        if wide is np.int64 and self.symbol in ("/", "%"):
            by_zero = np.broadcast_to(b == 0, columns.row_count)
            null, b = either(null, by_zero if absent is None else by_zero & ~absent), np.where(b == 0, 1, b)
        with np.errstate(all="ignore"):
            return Values(_OPERATIONS[self.symbol, wide](a, b), null, absent)


def _truncated_quotient(a: Numbers, b: Numbers) -> Numbers:
    """C's integer division: toward zero, where numpy's goes down."""
    down: Numbers = np.floor_divide(a, b)
    rounded_down = (down * b != a) & ((a < 0) != (b < 0))
    toward_zero: Numbers = down + rounded_down
    return toward_zero


_OPERATIONS: dict[tuple[str, type[np.generic]], Callable[[Numbers, Numbers], Numbers]] = {
    **{
        (symbol, wide): operation
        for symbol, operation in {"+": np.add, "-": np.subtract, "*": np.multiply, "%": np.fmod}.items()
        for wide in (np.int64, np.float64)
    },
    ("/", np.int64): _truncated_quotient,
    ("/", np.float64): np.true_divide,
    ("**", np.float64): np.power,
}
