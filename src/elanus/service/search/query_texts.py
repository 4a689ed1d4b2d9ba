"""Searches whose queries are texts: what they are cut into is what is looked for.

source  Milvus 2.6: which queries a field takes, and the texts of its refusals
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elanus.errors import ParameterInvalid, Rejected
from elanus.index.base import Vectors
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.search.queries import sent_type
from elanus.search.requests import SearchSpec
from elanus.search.searched import searched_field
from elanus.service.schema.text_fields import analyzers
from elanus.text.analyzer import text_column
from elanus.text.terms import term_counts


@dataclass(frozen=True, slots=True)
class Texts:
    """Queries as texts, to search the output of a function with."""

    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)


SentQueries = Vectors | Texts
"""The queries of a search as a client sends them."""


def as_vectors(schema: CollectionSchema, spec: SearchSpec, queries: SentQueries) -> Vectors:
    """The queries in the type of the searched field; of texts how often each has each of its terms.

    raises  ParameterInvalid for vectors where texts are due, Rejected for texts where vectors are, and what
            :func:`searched_field` raises
    """
    field = searched_field(schema, spec.field)
    if isinstance(queries, Texts):
        return _counted(schema, field, spec.analyzer, queries.texts)
    if field.holds_term_counts:
        raise ParameterInvalid(
            "please provide varchar/text for BM25 Function based search, got"
            f" {sent_type(queries).milvus_name}: invalid parameter"
        )
    return queries


def _counted(schema: CollectionSchema, field: Field, analyzer: str, texts: Sequence[str]) -> Vectors:
    function = schema.function_of(field)
    if function is None:
        raise Rejected(
            f"field {field.name} - type {field.type.milvus_name} cannot be searched with texts: only the output of a"
            " BM25 function can, send vectors"
        )
    return term_counts(analyzers(schema.by_name[function.inputs[0]]).named(analyzer).tokens(text_column(texts)))
