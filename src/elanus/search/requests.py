"""What can be asked and what is answered, as frozen values: doors make requests and encode results."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.schema.collection import CollectionSchema
from elanus.schema.metric import Metric

NO_TEMPLATES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """A search without its vectors: the part that repeats from call to call, so it is parsed and planned once.

    field          vector field, or "" when the collection has only one
    k, offset      rows wanted per query after the first ``offset``
    metric         None = the index's
    params         search parameters as sent (``ef``, ``nprobe`` ...), unchecked
    radius, range_filter  scores as the user gave them, or None
    round_decimal  -1 = as computed
    group_by       scalar field, "" = none; then k counts groups of at most ``group_size`` rows
    iterator_batch > 0 asks for one page of a search iterator (v2); iterator_bound is the last page's last score
    snapshot_ts    read at this hybrid timestamp; 0 = now
    analyzer       of query texts, by name, where the searched texts have several; "" = the default one
    """

    field: str = ""
    k: int = 10
    offset: int = 0
    metric: Metric | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    filter: str = ""
    templates: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    partitions: tuple[str, ...] = ()
    output_fields: tuple[str, ...] = ()
    radius: float | None = None
    range_filter: float | None = None
    round_decimal: int = -1
    group_by: str = ""
    group_size: int = 1
    strict_group_size: bool = False
    ignore_growing: bool = False
    iterator_batch: int = 0
    iterator_bound: float | None = None
    snapshot_ts: int = 0
    analyzer: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Flat over all queries: query i owns the next ``counts[i]`` entries of ids, scores and every column.

    schema   what the columns mean; by now the collection's may be another
    ids      int64 array or large_string Arrow array (the primary key's storage type)
    scores   float32, best first within a query
    columns  requested fields by resolved name, in order; a dynamic key is not a column: ``$meta`` is returned and
             ``dynamic_keys`` says which keys were asked for (empty = all, when ``$meta`` is there)
    """

    schema: CollectionSchema
    ids: npt.NDArray[np.int64] | pa.Array
    scores: npt.NDArray[np.float32]
    counts: list[int]
    columns: Mapping[str, pa.Array] = dataclasses.field(default_factory=dict)
    dynamic_keys: tuple[str, ...] = ()
    group_values: pa.Array | None = None
    output_fields: tuple[str, ...] = ()
    iterator_bound: float | None = None
    read_ts: int = 0

    @property
    def primary_name(self) -> str:
        return self.schema.primary.name


@dataclass(frozen=True, slots=True)
class QuerySpec:
    """Rows by filter.

    ids            primary keys, instead of or besides a filter; None = not given
    limit          None = all that match
    output_fields  names, ``*``, or exactly ("count(*)",)
    in_key_order   True for a page of a query iterator: smallest primary key first
    limits_reply   True when the answer goes to a client, who takes :data:`elanus.search.checks.REPLY_BYTES` at most
    """

    filter: str = ""
    templates: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    ids: tuple[int, ...] | tuple[str, ...] | None = None
    partitions: tuple[str, ...] = ()
    output_fields: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0
    ignore_growing: bool = False
    in_key_order: bool = False
    snapshot_ts: int = 0
    limits_reply: bool = False


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Columns by resolved name (the primary key always among them), or ``count`` when count(*) was asked.

    schema  what the columns mean; by now the collection's may be another
    """

    schema: CollectionSchema
    columns: Mapping[str, pa.Array]
    dynamic_keys: tuple[str, ...] = ()
    output_fields: tuple[str, ...] = ()
    count: int | None = None
    read_ts: int = 0

    @property
    def primary_name(self) -> str:
        return self.schema.primary.name
