"""How a filter is run over one block: by indexes where they say quickly which rows, else over the columns.

What the indexes name is counted before it is looked up. In a conjunction the part of which the fewest rows are known
goes first; when it leaves few, the other parts are computed on those rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from elanus.filter.chosen import Chosen
from elanus.filter.columns import null_mask
from elanus.filter.conditions import AllOf, AnyOf, Compared, Condition, IsIn, Negated
from elanus.filter.json_conditions import JsonByKind, JsonContains, JsonExists, JsonIsIn
from elanus.filter.operands import Constant, FieldValues, Kind
from elanus.filter.questions import question
from elanus.filter.texts import HasPhrase, HasTerms
from elanus.filter.truth import Truth, conjunction, disjunction, negation

if TYPE_CHECKING:
    from elanus.filter.columns import Columns, Mask
    from elanus.filter.field_index import FoundRows, Indexes, Place

FEW = 4
"""One row in so many: of fewer, a text is better read row by row than in the whole column."""
FEW_NUMBERS = 32
"""The same for numbers (measured over a million rows: 0.13 ms to compare them all, 0.07 ms to look up 1 % of them and
0.32 ms to look up 10 %)."""
FEW_DOCUMENTS = 1024
"""JSON is read, and texts are cut into words, once for all rows and kept; chosen rows are read anew each time."""
FEW_MEMBERS = 8
"""Longer lists cost a hash table."""
_READ_ONCE = (JsonByKind, JsonIsIn, JsonContains, JsonExists, HasTerms, HasPhrase)


@dataclass(frozen=True, slots=True)
class Plan:
    """columns and indexes of the same rows.

    used  the indexes that rows were taken from, filled as it is run
    """

    columns: Columns
    indexes: Indexes
    used: set[Place] = field(default_factory=set)
    _answers: dict[int, tuple[Condition, _Answer | None]] = field(default_factory=dict)

    def mask(self, condition: Condition) -> Mask:
        """(row_count,) True where the condition is true."""
        match condition:
            case AllOf(parts=parts):
                return self._all_of(parts)
            case AnyOf(parts=parts):
                return reduce(np.logical_or, (self.mask(part) for part in parts))
        return self.truth(condition).true

    def truth(self, condition: Condition) -> Truth:
        match condition:
            case AllOf(parts=parts):
                return reduce(conjunction, (self.truth(part) for part in parts))
            case AnyOf(parts=parts):
                return reduce(disjunction, (self.truth(part) for part in parts))
            case Negated(part=part):
                return negation(self.truth(part))
            case Compared(symbol="!=", left=FieldValues() as left, right=Constant() as right) if self.indexes:
                return negation(self.truth(Compared("==", left, right)))
        answer = self._answer_to(condition)
        if answer is None or not self._pays(condition, answer.found):
            return condition.truth(self.columns)
        return Truth(self._looked_up(condition, answer), _unknown(condition, self.columns))

    def most(self, condition: Condition) -> int:
        """How many rows it can be true of at most, as far as the indexes know."""
        match condition:
            case AllOf(parts=parts):
                return min(map(self.most, parts))
            case AnyOf(parts=parts):
                return min(sum(map(self.most, parts)), self.columns.row_count)
        answer = self._answer_to(condition)
        return self.columns.row_count if answer is None else min(answer.found.count, self.columns.row_count)

    def _all_of(self, parts: tuple[Condition, ...]) -> Mask:
        first, *others = sorted(parts, key=self.most)
        mask = self.mask(first)
        for part in others:
            few = self.indexes and np.count_nonzero(mask) <= self._few(part)
            mask = self._narrowed(mask, part) if few else mask & self.mask(part)
        return mask

    def _few(self, condition: Condition) -> int:
        """Up to so many rows a condition is better computed on them alone."""
        few = self.columns.row_count // (FEW_NUMBERS if _is_quick(condition) else FEW)
        return min(few, FEW_DOCUMENTS) if _is_read_once(condition) else few

    def _narrowed(self, mask: Mask, part: Condition) -> Mask:
        """Those of the rows for which the part is true too, computed on them alone."""
        rows = np.flatnonzero(mask)
        narrowed = np.zeros_like(mask)
        narrowed[rows] = part.truth(Chosen(self.columns, rows)).true
        return narrowed

    def _looked_up(self, condition: Condition, answer: _Answer) -> Mask:
        self.used.add(answer.place)
        mask = np.zeros(self.columns.row_count, np.bool_)
        mask[answer.found.rows()] = True
        return mask if answer.found.exact else self._narrowed(mask, condition)

    def _pays(self, condition: Condition, found: FoundRows) -> bool:
        """Whether an index names few enough rows; reading texts or JSON costs more than looking any number up."""
        return (found.exact and not _is_quick(condition)) or found.count <= self._few(condition)

    def _answer_to(self, condition: Condition) -> _Answer | None:
        if not self.indexes:
            return None
        if id(condition) not in self._answers:  # by identity, and held, so that its id stays its
            self._answers[id(condition)] = condition, self._ask(condition)
        return self._answers[id(condition)][1]

    def _ask(self, condition: Condition) -> _Answer | None:
        asked = question(condition)
        index = self.indexes.get(asked.place) if asked is not None else None
        found = asked.ask(index) if asked is not None and index is not None else None
        return _Answer(asked.place, found) if asked is not None and found is not None else None


@dataclass(frozen=True, slots=True)
class _Answer:
    place: Place
    found: FoundRows


def _unknown(condition: Condition, columns: Columns) -> Mask | None:
    """Where a condition that an index answers is unknown: where its one field is NULL."""
    match condition:
        case JsonByKind(path=path) | JsonIsIn(path=path) | JsonContains(path=path):
            return path.null(columns)
    (name,) = condition.fields
    return null_mask(columns.column(name))


def _is_quick(condition: Condition) -> bool:
    """To compute over a whole column: a few comparisons of numbers or bools."""
    match condition:
        case Compared(left=operand):
            return operand.kind is not Kind.STRING
        case IsIn(operand=operand, members=members):
            return operand.kind is not Kind.STRING and len(members.values) <= FEW_MEMBERS
    return False


def _is_read_once(condition: Condition) -> bool:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return any(map(_is_read_once, parts))
        case Negated(part=part):
            return _is_read_once(part)
    return isinstance(condition, _READ_ONCE)
