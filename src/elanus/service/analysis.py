"""What an analyzer makes of texts, to look at.

source  Milvus 2.6: RunAnalyzer, its rules and texts
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elanus.engine.database import Engine
from elanus.errors import ParameterInvalid
from elanus.schema.field import Field
from elanus.service.schema.text_fields import analyzers
from elanus.text.analyzer import analyzer_of, text_column
from elanus.text.analyzers import Analyzers, analyzers_of
from elanus.text.postings import NOWHERE, Postings
from elanus.text.tokenizers import Span


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is asked: texts, and the analyzer: by its parameters, or that of a field of a collection.

    names  of analyzers of a field that has several: one for all texts, or one for each; none = the default one
    """

    texts: tuple[str, ...]
    params: str = ""
    collection: str = ""
    field: str = ""
    names: tuple[str, ...] = ()


class Analyses:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, database: str, asked: Analysis) -> Sequence[list[Span]]:
        """The terms of each text. Raises ParameterInvalid, NotImplementedYet, CollectionNotFound, FieldNotFound."""
        cut = self._analyzers(database, asked)
        pairs = zip(asked.texts, _one_each(asked, cut), strict=True)
        return [cut.named(name).spans(text) for text, name in pairs]

    def slops(self, params: str, phrase: str, texts: Sequence[str]) -> list[int]:
        """The least ``slop`` with which ``phrase_match`` finds the phrase in each text; -1 = a word is missing."""
        analyzer = analyzer_of(params)
        wanted = analyzer.tokens(text_column([phrase]))
        if not len(wanted.codes):
            return [0] * len(texts)
        terms = [wanted.terms[code] for code in wanted.codes]
        found = Postings.of(analyzer.tokens(text_column(texts))).slops(terms, wanted.positions.tolist())
        return [-1 if slop == NOWHERE else slop for slop in found.tolist()]

    def _analyzers(self, database: str, asked: Analysis) -> Analyzers:
        if not (asked.collection or asked.field):
            return analyzers_of(asked.params)
        if asked.params:
            raise ParameterInvalid("run analyzer can't use analyzer params and (collection,field) in same time")
        if not asked.collection:
            raise ParameterInvalid("run analyzer with a field name needs its collection name, too: invalid parameter")
        if not asked.field:
            raise ParameterInvalid("run analyzer with a collection name needs a field name, too: invalid parameter")
        return analyzers(_enabled(self._engine.collection(database, asked.collection).schema.field(asked.field)))


def _one_each(asked: Analysis, cut: Analyzers) -> Sequence[str]:
    """The name of an analyzer for each text."""
    if asked.names and not cut.by_field:
        raise ParameterInvalid("only a field with multi_analyzer_params has named analyzers: invalid parameter")
    if len(asked.names) not in (0, 1, len(asked.texts)):
        raise ParameterInvalid(
            f"run analyzer takes one analyzer name, or one for each of the {len(asked.texts)} texts, got"
            f" {len(asked.names)}: invalid parameter"
        )
    return asked.names if len(asked.names) > 1 else (asked.names or ("",)) * len(asked.texts)


def _enabled(field: Field) -> Field:
    if not field.enable_analyzer:
        raise ParameterInvalid(f"field {field.name} has no analyzer: set enable_analyzer on it: invalid parameter")
    return field
