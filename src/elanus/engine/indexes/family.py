"""Several indexes over the same field: one serves, the others are built beside it. An extension of Milvus.

    serving  answers searches; the only one that Milvus's calls show, under the name the family was created with
    former   served before the one that serves now: rollback brings it back
    shadow   built and open, not used for answers, compared on demand
    hidden   built, and closed: it takes no memory until it is promoted

While an index is switched, what replaces it has its role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elanus.storage.catalog import IndexRecord
from elanus.storage.catalog.records import IndexState

EXTENDS = "extends"
"""The property of an added index: the name the family was created with."""
ADDED = frozenset({"shadow", "hidden"})
"""Roles an index can be added with."""


def public_name(definition: IndexRecord) -> str:
    """What Milvus's calls call the index that serves this one's field."""
    return definition.properties.get(EXTENDS, definition.name)


def role(definition: IndexRecord, by_id: Mapping[int, IndexRecord]) -> IndexState:
    """Its own, or that of the index it is being built to replace."""
    replaced = by_id.get(definition.replaces) if definition.replaces is not None else None
    return replaced.state if replaced is not None else definition.state


def serves(definition: IndexRecord, by_id: Mapping[int, IndexRecord]) -> bool:
    """Searches are answered with it where it is built; a former one fills its gaps until then."""
    return role(definition, by_id) not in ADDED


def preference(definition: IndexRecord, by_id: Mapping[int, IndexRecord]) -> tuple[bool, int]:
    """Of several that serve and are built over a segment, the greatest is used."""
    return role(definition, by_id) == "serving", definition.id


def family(definition: IndexRecord, definitions: Iterable[IndexRecord]) -> list[IndexRecord]:
    """All that share its public name, it too, the oldest first."""
    name = public_name(definition)
    return sorted((d for d in definitions if public_name(d) == name), key=lambda d: d.id)
