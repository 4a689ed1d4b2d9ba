"""The bodies of the calls that only Elanus offers for indexes."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.v2.bodies import OfCollection, OfIndex


class MaybeOfIndex(OfCollection, frozen=True, kw_only=True):
    """index_name  "" = all"""

    index_name: str = ""


class AddedIndex(OfIndex, frozen=True, kw_only=True):
    """Another index on a field. role  shadow or hidden; params  build parameters"""

    field_name: str
    index_type: str = "AUTOINDEX"
    role: str = "shadow"
    params: dict[str, Any] = field(default_factory=dict)


class SwitchedIndex(OfIndex, frozen=True, kw_only=True):
    """What an index is to become. params  build parameters"""

    index_type: str = "AUTOINDEX"
    params: dict[str, Any] = field(default_factory=dict)


class WishedIndex(OfCollection, frozen=True, kw_only=True):
    """Which index would serve a field so? memory_bytes, p99_us  at most; 0 = whatever it takes"""

    field_name: str
    recall: float = 0.95
    memory_bytes: int = 0
    p99_us: float = 0.0


class ExplainedSearch(OfCollection, frozen=True, kw_only=True):
    """A search to explain.

    anns_field  "" = the only vector field
    data        one vector, or one text; none = that of a stored row
    """

    anns_field: str = ""
    data: list[Any] = field(default_factory=list)
    filter: str = ""
    limit: int = 10
    search_params: dict[str, Any] = field(default_factory=dict)
