"""Conditions on the words of a VARCHAR field with an analyzer. Its texts are cut once per segment and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from elanus.filter.columns import null_mask
from elanus.filter.truth import truth
from elanus.text.analyzer import analyzer_of, text_column
from elanus.text.postings import Postings

if TYPE_CHECKING:
    from elanus.filter.columns import Columns
    from elanus.filter.truth import Truth
    from elanus.schema.field import Field
    from elanus.text.tokens import Tokens


@dataclass(frozen=True, slots=True)
class TextField:
    """name; analyzer: its parameters"""

    name: str
    analyzer: str

    @classmethod
    def of(cls, field: Field) -> TextField:
        return cls(field.name, field.analyzer_params)

    def tokens(self, text: str) -> Tokens:
        """What the analyzer of the field makes of another text."""
        return analyzer_of(self.analyzer).tokens(text_column([text]))

    def postings(self, columns: Columns) -> Postings:
        return columns.derived(("postings", self), lambda: self._postings(columns))

    def _postings(self, columns: Columns) -> Postings:
        return Postings.of(analyzer_of(self.analyzer).tokens(columns.column(self.name)))


@dataclass(frozen=True, slots=True)
class HasTerms:
    """``text_match``: at least so many of the terms are in the text."""

    field: TextField
    terms: tuple[str, ...]
    least: int = 1

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.field.name,))

    def truth(self, columns: Columns) -> Truth:
        held = self.field.postings(columns).holding(self.terms)
        return truth(held >= self.least, null_mask(columns.column(self.field.name)))


@dataclass(frozen=True, slots=True)
class HasPhrase:
    """``phrase_match``: the terms are in the text, placed as in the phrase but for ``slop`` positions."""

    field: TextField
    terms: tuple[str, ...]
    places: tuple[int, ...]
    slop: int

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.field.name,))

    def truth(self, columns: Columns) -> Truth:
        slops = self.field.postings(columns).slops(self.terms, self.places)
        return truth(slops <= self.slop, null_mask(columns.column(self.field.name)))
