"""What a search asks, as the service takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from elanus.doors.options import metric_named, real, whole
from elanus.doors.rest.v2.search_bodies import HybridSearch, Options, Rerank, Search, SubSearch
from elanus.errors import BodyUnreadable, ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.search.requests import SearchSpec
from elanus.search.searched import searched_field
from elanus.service.rows.json_vectors import read_vectors
from elanus.service.search.hybrid import HybridSpec
from elanus.service.search.query_texts import SentQueries, Texts
from elanus.service.search.rerank import ReciprocalRank, Reranker, Weighted

MAX_REMEMBERED = 1024

_OURS = frozenset({"metricType", "metric_type", "params", "radius", "range_filter", "ignore_growing", "round_decimal",
                   "analyzer_name"})  # fmt: skip
"""Search parameters that are not the index's."""


def search_spec(body: Search) -> SearchSpec:
    """Of everything but the vectors. Raises ParameterInvalid."""
    return _remembered(orjson.dumps(_settled(body)))


def hybrid_spec(schema: CollectionSchema, body: HybridSearch) -> HybridSpec:
    """Raises ParameterInvalid, BodyUnreadable."""
    return HybridSpec(
        searches=[(_sub_spec(one, body.partition_names), query_vectors(schema, one)) for one in body.search],
        reranker=_reranker(body.rerank),
        k=body.limit,
        offset=body.offset,
        output_fields=tuple(body.output_fields),
    )


def query_vectors(schema: CollectionSchema, body: Search | SubSearch) -> SentQueries:
    """nq rows in the type of the field that is searched, or texts for the output of a function.

    Raises BodyUnreadable, FieldNotFound, ParameterInvalid.
    """
    field = searched_field(schema, body.anns_field)
    if field.is_function_output and not any(isinstance(one, dict) for one in body.data):
        return _texts(field, body.data)
    try:
        return read_vectors(field.type, body.data)
    except (ValueError, TypeError, OverflowError) as wrong:
        raise BodyUnreadable(f"can only accept json format request, error: data: {wrong}") from None


def _texts(field: Field, sent: Sequence[Any]) -> Texts:
    for place, one in enumerate(sent):
        if not isinstance(one, str):
            raise BodyUnreadable(
                "can only accept json format request, error: data: the output of a function is searched by texts,"
                f" field {field.name}, but query {place} is none"
            )
    return Texts(tuple(sent))


def _settled(body: Search) -> dict[str, Any]:
    """What repeats from search to search: all of it that decides the spec."""
    return {
        "options": _options(body),
        "params": body.search_params,
        "partitions": body.partition_names,
        "output_fields": body.output_fields,
        "group_size": body.group_size or 1,
        "strict_group_size": body.strict_group_size,
    }


@lru_cache(MAX_REMEMBERED)
def _remembered(settled: bytes) -> SearchSpec:
    """The same search again is the same object, which is what the planner remembers its plans by."""
    search = orjson.loads(settled)
    return SearchSpec(
        **search["options"],
        **_parameters(search["params"]),
        partitions=tuple(search["partitions"]),
        output_fields=tuple(search["output_fields"]),
        group_size=search["group_size"],
        strict_group_size=search["strict_group_size"],
    )


def _sub_spec(one: SubSearch, partitions: list[str]) -> SearchSpec:
    metric = {"metricType": one.metric_type} if one.metric_type else {}
    return SearchSpec(**_options(one), **_parameters({**one.params, **metric}), partitions=tuple(partitions))


def _options(body: Options) -> dict[str, Any]:
    return {
        "field": body.anns_field,
        "k": body.limit,
        "offset": body.offset,
        "filter": body.filter,
        "templates": body.expr_params,
        "group_by": body.grouping_field,
    }


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``searchParams`` and of ``params`` in it, as a spec names them."""
    nested = given.get("params")
    flat = {**given, **(nested if isinstance(nested, dict) else {})}
    return {
        "metric": metric_named(flat.get("metricType") or flat.get("metric_type")),
        "radius": _number(flat, "radius"),
        "range_filter": _number(flat, "range_filter"),
        "round_decimal": whole(flat.get("round_decimal", -1), "round_decimal"),
        "analyzer": str(flat.get("analyzer_name", "")),
        "ignore_growing": flat.get("ignore_growing") in (True, "true", "True"),
        "params": {name: value for name, value in flat.items() if name not in _OURS},
    }


def _number(given: Mapping[str, Any], name: str) -> float | None:
    value = given.get(name)
    return None if value is None else real(value, name)


def _reranker(asked: Rerank) -> Reranker:
    params = asked.params
    if asked.strategy == "rrf":
        return ReciprocalRank(real(params.get("k", 60), "k"))
    if asked.strategy in ("weighted", "ws"):
        weights = params.get("weights")
        if not isinstance(weights, list):
            raise ParameterInvalid("The weights param of the weighted ranker is not found or not a list")
        return Weighted(tuple(real(one, "weight") for one in weights), params.get("norm_score") is True)
    raise ParameterInvalid(f"unsupported rank type {asked.strategy}, allowed: rrf, weighted")
