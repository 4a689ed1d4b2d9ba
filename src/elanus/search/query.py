"""A query: rows by filter or primary key, or how many there are."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus.filter import Predicate, compile_filter
from elanus.search.checks import COUNT, check_query, check_reply
from elanus.search.fetch import Keys, Located
from elanus.search.kept import Kept, both, keep, keep_keys, places
from elanus.search.output import resolve_output
from elanus.search.requests import QueryResult, QuerySpec
from elanus.search.visible import Places, Reading, Scope, reading
from elanus.segment.view import View


def query(view: View, spec: QuerySpec) -> QueryResult:
    """The rows of the view the spec asks for, or their number for ``count(*)``.

    Rows come smallest primary key first when they are paged (limit, offset, a query iterator), else as stored.
    raises  CollectionNotLoaded, PartitionNotFound, PartitionNotLoaded, FilterInvalid, ParameterInvalid, Rejected
    """
    check_query(spec)
    predicate = compile_filter(spec.filter, view.schema, spec.templates)
    return _count(view, spec, predicate) if COUNT in spec.output_fields else _rows(view, spec, predicate)


def _count(view: View, spec: QuerySpec, predicate: Predicate) -> QueryResult:
    """How many rows; superseded ones count too, as Milvus counts them."""
    seen = reading(view, Scope(spec.partitions, spec.ignore_growing, spec.snapshot_ts, superseded=True))
    total = sum(kept.count for kept in _kept(seen, spec, predicate))
    return QueryResult(view.schema, {}, output_fields=(COUNT,), count=total, read_ts=view.ts)


def _rows(view: View, spec: QuerySpec, predicate: Predicate) -> QueryResult:
    primary = view.schema.primary.name
    output = resolve_output((primary, *spec.output_fields), view.schema)
    seen = reading(view, Scope(spec.partitions, spec.ignore_growing, spec.snapshot_ts))
    found = places(_kept(seen, spec, predicate))
    if spec.limit is not None or spec.offset or spec.in_key_order:
        found = _page(found, Located(seen, found).keys(), spec)
    located = Located(seen, found)
    if spec.limits_reply:
        check_reply("query", located.size_bytes(output.columns))
    return QueryResult(
        view.schema,
        located.columns(output.columns),
        dynamic_keys=output.dynamic_keys,
        output_fields=output.names,
        read_ts=view.ts,
    )


def _kept(seen: Reading, spec: QuerySpec, predicate: Predicate) -> list[Kept]:
    primary = seen.schema.primary
    if spec.ids is None:
        return keep(seen, None if predicate.always_true else predicate, primary)
    named = keep_keys(seen, spec.ids, primary)
    return named if predicate.always_true else both(named, keep(seen, predicate, primary))


def _page(found: Places, keys: Keys, spec: QuerySpec) -> Places:
    """The places of rows ``offset`` to ``offset + limit`` in primary-key order."""
    stop = len(found) if spec.limit is None else min(len(found), spec.offset + spec.limit)
    page: Places = found[_smallest(keys, stop)[spec.offset :]]
    return page


def _smallest(keys: Keys, count: int) -> Places:
    """Positions of the ``count`` smallest keys, smallest first."""
    if isinstance(keys, pa.Array):
        order = pc.select_k_unstable(pa.table({"key": keys}), k=count, sort_keys=[("key", "ascending")])
        return cast("Places", order.to_numpy())
    chosen = np.argpartition(keys, count - 1)[:count] if 0 < count < len(keys) else np.arange(len(keys))
    return chosen[np.argsort(keys[chosen])]
