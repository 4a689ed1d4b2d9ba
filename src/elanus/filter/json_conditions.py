"""Operands and conditions over JSON.

A missing key, or a value of another type, makes every comparison false (so ``!=`` and ``not in`` true); a NULL row
makes it unknown.  source: Milvus 2.3 and later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from elanus.filter.columns import any_in_each
from elanus.filter.json_values import SCALAR_KINDS, JsonKind, JsonPath
from elanus.filter.operands import Kind, Operand, Values
from elanus.filter.truth import Truth, truth

if TYPE_CHECKING:
    from elanus.filter.columns import Columns
    from elanus.filter.conditions import Condition
    from elanus.filter.members import Members


@dataclass(frozen=True, slots=True)
class JsonScalars:
    """The values at a path that are of one kind; the other rows hold nothing in particular."""

    path: JsonPath
    kind: Kind

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def read(self, columns: Columns) -> Values:
        return Values(self.path.values(columns).columns[self.kind])


@dataclass(frozen=True, slots=True)
class JsonLengths:
    """How many elements the lists at a path have."""

    path: JsonPath
    kind: Kind = Kind.INT

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def read(self, columns: Columns) -> Values:
        return Values(np.diff(self.path.values(columns).offsets))


@dataclass(frozen=True, slots=True)
class JsonValue:
    """Something computed from the value at a path: for each JSON type it may have, the operand that computes it."""

    path: JsonPath
    cases: tuple[tuple[JsonKind, Operand], ...]

    @property
    def is_plain(self) -> bool:
        """The value itself, nothing computed."""
        return all(isinstance(operand, JsonScalars) for _, operand in self.cases)


def plain_json(path: JsonPath) -> JsonValue:
    """The value at a path as it is."""
    return JsonValue(path, tuple((json_kind, JsonScalars(path, kind)) for json_kind, kind in SCALAR_KINDS.items()))


@dataclass(frozen=True, slots=True)
class JsonByKind:
    """For each JSON type the condition that decides; false for every other type."""

    path: JsonPath
    cases: tuple[tuple[JsonKind, Condition], ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def truth(self, columns: Columns) -> Truth:
        kinds = self.path.values(columns).kinds
        holds = np.zeros(columns.row_count, np.bool_)
        for kind, condition in self.cases:
            holds |= (kinds == kind) & condition.truth(columns).true
        return truth(holds, self.path.null(columns))


@dataclass(frozen=True, slots=True)
class JsonIsIn:
    path: JsonPath
    members: Members

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def truth(self, columns: Columns) -> Truth:
        return truth(self.path.values(columns).holding(self.members), self.path.null(columns))


@dataclass(frozen=True, slots=True)
class JsonContains:
    """The value at the path is a list with at least one of the members in it."""

    path: JsonPath
    members: Members

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def truth(self, columns: Columns) -> Truth:
        values = self.path.values(columns)
        hits = values.elements.holding(self.members)
        return truth(any_in_each(hits, values.offsets), self.path.null(columns))


@dataclass(frozen=True, slots=True)
class JsonExists:
    """There is a value other than null at the path; known for every row."""

    path: JsonPath

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.path.field,))

    def truth(self, columns: Columns) -> Truth:
        return Truth(self.path.values(columns).kinds != JsonKind.NOTHING)
