"""The bodies of searches."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.bodies import OfCollection

DEFAULT_LIMIT = 100


class Options(Body, frozen=True, kw_only=True):
    """What one search has in common with one of a hybrid search, but for its vectors."""

    anns_field: str = ""
    filter: str = ""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    grouping_field: str = ""
    expr_params: dict[str, Any] = field(default_factory=dict)


class Search(Options, frozen=True, kw_only=True):
    """A search.

    data, ids   query vectors, or primary keys of stored vectors to search with: one of the two
    group_size  rows of each group; 0 = 1
    """

    db_name: str = ""
    collection_name: str
    data: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    output_fields: list[str] = field(default_factory=list)
    partition_names: list[str] = field(default_factory=list)
    search_params: dict[str, Any] = field(default_factory=dict)
    group_size: int = 0
    strict_group_size: bool = False
    consistency_level: str = ""
    function_score: dict[str, Any] = field(default_factory=dict)
    function_chains: list[Any] = field(default_factory=list)
    search_aggregation: dict[str, Any] = field(default_factory=dict)

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.collection_name),)


class SubSearch(Options, frozen=True, kw_only=True):
    data: list[Any]
    metric_type: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Rerank(Body, frozen=True, kw_only=True):
    """strategy  rrf (params: k) or weighted (params: weights, norm_score)"""

    strategy: str = "rrf"
    params: dict[str, Any] = field(default_factory=dict)


class HybridSearch(OfCollection, frozen=True, kw_only=True):
    search: list[SubSearch]
    rerank: Rerank = field(default_factory=Rerank)
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    grouping_field: str = ""
    output_fields: list[str] = field(default_factory=list)
    partition_names: list[str] = field(default_factory=list)
    consistency_level: str = ""
    function_score: dict[str, Any] = field(default_factory=dict)
