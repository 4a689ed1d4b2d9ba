"""HYBRID: what AUTOINDEX builds; each segment chooses by how many different values it holds."""

from __future__ import annotations

import pyarrow as pa

from elanus.index.generation import Generation
from elanus.index.params import Values
from elanus.index.scalar._entries import sorted_entries
from elanus.index.scalar._term_index import open_row_lists, row_lists
from elanus.index.scalar.base import BOOL_INTS_VARCHAR, FLOATS, Payload, ScalarIndex, ScalarType
from elanus.index.scalar.bitmap import CARDINALITY_LIMIT, bitmaps, open_bitmaps
from elanus.schema.types import DataType


def build(column: pa.Array, params: Values) -> Payload:
    """Bitmaps of few values; else every value in order, for elements of arrays a dictionary."""
    entries = sorted_entries(column)
    if len(entries.starts()) - 1 <= int(params[CARDINALITY_LIMIT.name]):
        return bitmaps(entries)
    if pa.types.is_large_list(column.type):
        return row_lists(entries)
    return {"terms": entries.values, "rows": pa.array(entries.rows)}


def open_either(payload: Payload, row_count: int) -> ScalarIndex:
    return open_bitmaps(payload, row_count) if "bitmaps" in payload else open_row_lists(payload, row_count)


DECLARATION = ScalarType(
    name="HYBRID",
    about="Chosen for you, segment by segment: bitmaps where there are few different values, else the values in order.",
    data_types=(*BOOL_INTS_VARCHAR, *FLOATS, DataType.ARRAY),
    element_types=(*BOOL_INTS_VARCHAR, *FLOATS),
    build_params=(CARDINALITY_LIMIT,),
    unfit="hybrid index are only supported on bool, int, float, string and array field",
    build=build,
    open=open_either,
    since=Generation.V2_5,
    offered=False,
)
