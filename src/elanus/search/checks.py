"""Limits of a search and of a query, with Milvus's texts (Milvus 2.6 defaults)."""

from __future__ import annotations

from elanus.errors import ParameterInvalid, Rejected
from elanus.search.requests import QuerySpec, SearchSpec

WINDOW = 16384
"""Most rows a client may page through: k, offset + k, nq and an iterator's batch."""

REPLY_BYTES = 100 * 2**20
"""Largest answer: what is longer would be built in memory, sent and received as one message."""

GROUP_SIZE = 10
COUNT = "count(*)"


def check_search(spec: SearchSpec) -> None:
    """Raises Rejected or ParameterInvalid for numbers out of range and for options that exclude each other."""
    _within_window("topk", spec.k)
    if spec.offset < 0:
        raise Rejected(f"offset [{spec.offset}] is invalid, should be gte than 0")
    if spec.offset:
        _within_window("offset+topk", spec.offset + spec.k)
    check_round_decimal(spec.round_decimal)
    if spec.range_filter is not None and spec.radius is None:
        raise ParameterInvalid("range_filter requires radius: set radius, the outer bound, or leave both out")
    if spec.iterator_batch > WINDOW:
        raise ParameterInvalid(
            f"batch size is invalid, it should be in range [1, {WINDOW}], but got {spec.iterator_batch}"
        )
    if spec.group_by:
        _check_group_by(spec)


def check_round_decimal(digits: int) -> None:
    """Raises Rejected for digits after the point that scores cannot be rounded to; -1 = as they are."""
    if not -1 <= digits <= 6:
        raise Rejected(f"round_decimal [{digits}] is invalid, should be -1 or an integer in range [0, 6]")


def check_queries(nq: int, spec: SearchSpec) -> None:
    """Raises Rejected or ParameterInvalid for a number of query vectors that the request cannot have."""
    if not 1 <= nq <= WINDOW:
        raise Rejected(
            f"nq [{nq}] is invalid, nq (number of search vector per search request) "
            f"should be in range [1, {WINDOW}], but got {nq}"
        )
    if spec.iterator_batch and nq != 1:
        raise ParameterInvalid(f"search iterator takes exactly one vector, but got {nq}: open one iterator for each")


def check_reply(kind: str, size_bytes: int) -> None:
    """Raises Rejected when an answer of so many bytes is too large. kind  ``search`` or ``query``."""
    if size_bytes > REPLY_BYTES:
        raise Rejected(
            f"{kind} results exceed the maxOutputSize Limit {REPLY_BYTES}: {size_bytes:,} bytes; "
            "ask for fewer rows or fields at a time, or use an iterator"
        )


def check_query(spec: QuerySpec) -> None:
    """Raises Rejected or ParameterInvalid for a query without bounds or beyond them."""
    if COUNT in spec.output_fields:
        _check_count(spec)
    elif spec.limit is None and spec.ids is None and not spec.filter.strip():
        raise ParameterInvalid("empty expression should be used with limit")
    if spec.offset < 0:
        raise Rejected(f"offset [{spec.offset}] is invalid, should be gte than 0")
    if spec.limit is not None and not 1 <= spec.limit <= WINDOW - spec.offset:
        raise Rejected(f"(offset+limit) should be in range [1, {WINDOW}], but got {spec.offset + spec.limit}")


def _check_group_by(spec: SearchSpec) -> None:
    if spec.radius is not None:
        raise ParameterInvalid("Not allowed to do range-search when doing search-group-by")
    if spec.iterator_batch:
        raise ParameterInvalid("Not allowed to do groupBy when doing iteration")
    if spec.group_size < 1:
        raise ParameterInvalid(
            f"input group size:{spec.group_size} is negative or zero, it should be in [1, {GROUP_SIZE}]"
        )
    if spec.group_size > GROUP_SIZE:
        raise ParameterInvalid(f"input group size:{spec.group_size} exceeds configured max group size:{GROUP_SIZE}")


def _check_count(spec: QuerySpec) -> None:
    if len(spec.output_fields) > 1:
        raise ParameterInvalid(f"{COUNT} must be the only output field, but got {list(spec.output_fields)}")
    if spec.limit is not None or spec.offset:
        raise Rejected("count entities with pagination is not allowed")


def _within_window(name: str, value: int) -> None:
    if not 1 <= value <= WINDOW:
        raise Rejected(f"{name} [{value}] is invalid, it should be in range [1, {WINDOW}], but got {value}")
