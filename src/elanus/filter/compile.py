"""Text + schema -> predicate, remembered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from elanus.filter.bind import Binder
from elanus.filter.conditions import Always
from elanus.filter.keys import holds_never, implied_values, named_keys
from elanus.filter.predicate import Predicate
from elanus.filter.scope import Scope
from elanus.filter.syntax.parse import parse
from elanus.filter.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from elanus.filter.conditions import Condition
    from elanus.schema.collection import CollectionSchema

NO_TEMPLATES: Mapping[str, Any] = {}
_LONGEST_KEPT = 8192
"""Longer filters are not remembered: they are mostly lists of ids that never come again."""


def compile_filter(text: str, schema: CollectionSchema, templates: Mapping[str, Any] = NO_TEMPLATES) -> Predicate:
    """The predicate a filter means for this schema; a blank one is true of every row.

    templates  values for ``{name}``: bool, int, float, str or lists of them; values not asked for are ignored
    raises     FilterInvalid with position and hint; NotImplementedYet for Milvus functions Elanus lacks
    """
    # Templates by their text, because True, 1 and 1.0 are one dictionary key.
    asked = _Asked(text, schema, templates, repr(sorted(templates.items())) if templates else "")
    return _remembered(asked) if len(text) + len(asked.values) <= _LONGEST_KEPT else _compiled(asked)


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """What compile_filter was given, as a cache key: the schema counts by identity."""

    text: str
    schema: CollectionSchema
    templates: Mapping[str, Any]
    values: str

    def __hash__(self) -> int:
        return hash((self.text, id(self.schema), self.values))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Asked)
            and self.schema is other.schema
            and self.text == other.text
            and self.values == other.values
        )


@lru_cache(maxsize=1024)
def _remembered(asked: _Asked) -> Predicate:
    return _compiled(asked)


def _compiled(asked: _Asked) -> Predicate:
    schema = asked.schema
    condition = _condition(asked)
    partition_key = schema.partition_key
    return Predicate(
        text=asked.text,
        condition=condition,
        fields=condition.fields,
        always_true=isinstance(condition, Always) and condition.value,
        always_false=holds_never(condition),
        primary_keys=named_keys(condition, schema.primary.name),
        partition_key_values=implied_values(condition, partition_key.name) if partition_key else None,
    )


def _condition(asked: _Asked) -> Condition:
    if not asked.text.strip():
        return Always(True)
    source = Source(asked.text)
    return Binder(Scope(source, asked.schema, asked.templates)).condition(parse(source))
