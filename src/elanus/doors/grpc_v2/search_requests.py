"""SearchRequest -> SearchSpec.

The part of a search that repeats from call to call is parsed once and remembered by its bytes' worth of text; the
same request again gives the same SearchSpec object, which is also what the planner remembers its plans by.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.parameters import boolean, json_object, number_or_text
from elanus.doors.grpc_v2.templates import template_values
from elanus.doors.options import metric_named, real, whole
from elanus.errors import NotImplementedYet
from elanus.search.requests import SearchSpec
from elanus.service.search.searches import pinned

MAX_REMEMBERED = 1024

_OPTIONS = frozenset(
    {
        "anns_field",
        "analyzer_name",
        "topk",
        "limit",
        "metric_type",
        "round_decimal",
        "ignore_growing",
        "offset",
        "params",
        "group_by_field",
        "group_size",
        "strict_group_size",
        "iterator",
        "search_iter_v2",
        "search_iter_batch_size",
        "search_iter_last_bound",
        "search_iter_id",
        "collection_id",
        "cluster_id",
        "hints",
        "radius",
        "range_filter",
        "page_retain_order",
        "timezone",
        "time_fields",
        "strict_cast",
    }
)
"""What is ours to read; every other key is a parameter of the index."""

_NOT_YET = ("order_by_fields", "group_by_fields", "json_path", "json_type")


@dataclass(frozen=True, slots=True)
class ReadSearch:
    """A search request as values.

    is_iterator       a page of an iterator: it reads at the snapshot of its first page
    iterator_token    what an iterator's pages are known by; "" on the first
    collection_id     the collection an iterator began on; 0 = not said
    """

    spec: SearchSpec
    is_iterator: bool = False
    iterator_token: str = ""
    collection_id: int = 0


class SearchReader:
    """Reads requests, remembering the last thousand that differ. Safe for many threads."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[Hashable, ReadSearch] = OrderedDict()
        self._lock = Lock()

    def read(self, request: Message) -> ReadSearch:
        """Raises ParameterInvalid for an option that cannot be read, NotImplementedYet for one not offered."""
        if len(request.expr_template_values):
            return _read(request)
        key = (
            request.dsl,
            tuple([(pair.key, pair.value) for pair in request.search_params]),
            tuple(request.output_fields),
            tuple(request.partition_names),
        )
        found = self._remembered.get(key)
        if found is None:
            found = _read(request)
            self._remember(key, found)
        if found.is_iterator:
            return ReadSearch(pinned(found.spec, request.guarantee_timestamp), True, found.iterator_token,
                              found.collection_id)  # fmt: skip
        return found

    def _remember(self, key: Hashable, found: ReadSearch) -> None:
        with self._lock:
            self._remembered[key] = found
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)


def _read(request: Message) -> ReadSearch:
    _refuse_what_is_not_offered(request)
    options = _options(request.search_params)
    for name in _NOT_YET:
        if options.get(name):
            raise NotImplementedYet(f"search option {name} is not implemented by Elanus yet")
    by_v2 = boolean(options.get("search_iter_v2", False))
    spec = SearchSpec(
        field=str(options.get("anns_field", "")),
        k=whole(options.get("topk", options.get("limit", 0)), "topk"),
        offset=whole(options.get("offset", 0), "offset"),
        metric=metric_named(options.get("metric_type")),
        params={name: value for name, value in options.items() if name not in _OPTIONS},
        filter=request.dsl,
        templates=template_values(request.expr_template_values),
        partitions=tuple(request.partition_names),
        output_fields=tuple(request.output_fields),
        radius=_optional_real(options, "radius"),
        range_filter=_optional_real(options, "range_filter"),
        round_decimal=whole(options.get("round_decimal", -1), "round_decimal"),
        group_by=str(options.get("group_by_field", "")),
        group_size=whole(options.get("group_size", 1), "group_size"),
        strict_group_size=boolean(options.get("strict_group_size", False)),
        ignore_growing=boolean(options.get("ignore_growing", False)),
        iterator_batch=whole(options.get("search_iter_batch_size", 0), "batch size") if by_v2 else 0,
        iterator_bound=_optional_real(options, "search_iter_last_bound"),
        analyzer=str(options.get("analyzer_name", "")),
    )
    return ReadSearch(
        spec,
        is_iterator=by_v2 or boolean(options.get("iterator", False)),
        iterator_token=str(options.get("search_iter_id", "")),
        collection_id=whole(options.get("collection_id", 0), "collection_id"),
    )


def _refuse_what_is_not_offered(request: Message) -> None:
    for name in ("function_score", "highlighter", "search_aggregation"):
        if request.HasField(name):
            raise NotImplementedYet(f"{name} of a search is not implemented by Elanus yet")
    if request.function_chains:
        raise NotImplementedYet("function_chains of a search are not implemented by Elanus yet")


def _options(pairs: Any) -> dict[str, Any]:
    """Flat options over those in ``params``, which some clients nest once more."""
    flat = {pair.key: pair.value for pair in pairs}
    nested = json_object(flat.pop("params", ""), "params")
    deeper = nested.pop("params", None)
    if isinstance(deeper, dict):
        nested |= deeper
    return nested | {name: text if name in _OPTIONS else number_or_text(text) for name, text in flat.items()}


def _optional_real(options: Mapping[str, Any], name: str) -> float | None:
    value = options.get(name)
    return None if value is None or value == "" else real(value, name)
