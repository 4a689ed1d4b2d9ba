"""QueryRequest -> QuerySpec."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.parameters import boolean, texts
from elanus.doors.grpc_v2.templates import template_values
from elanus.doors.options import whole
from elanus.errors import NotImplementedYet
from elanus.search.requests import QuerySpec

_NOT_YET = ("order_by_fields", "group_by_fields", "query_iter_last_element_offset")


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A query request as values. collection_id  the collection an iterator began on; 0 = not said."""

    spec: QuerySpec
    collection_id: int = 0


def read_query(request: Message) -> ReadQuery:
    """Raises ParameterInvalid for an option that cannot be read, NotImplementedYet for one not offered."""
    options = texts(request.query_params)
    for name in _NOT_YET:
        if options.get(name):
            raise NotImplementedYet(f"query option {name} is not implemented by Elanus yet")
    is_iterator = boolean(options.get("iterator", "false"))
    limit = whole(options["limit"], "limit") if "limit" in options else None
    spec = QuerySpec(
        filter=request.expr,
        templates=template_values(request.expr_template_values),
        partitions=tuple(request.partition_names),
        output_fields=tuple(request.output_fields),
        limit=None if limit == -1 else limit,
        offset=whole(options.get("offset", "0"), "offset"),
        ignore_growing=boolean(options.get("ignore_growing", "false")),
        in_key_order=is_iterator,
        snapshot_ts=request.guarantee_timestamp if is_iterator else 0,
    )
    return ReadQuery(spec, whole(options.get("collection_id", "0"), "collection_id"))
