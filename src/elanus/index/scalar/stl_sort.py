"""STL_SORT: every value in order, beside it its row."""

from __future__ import annotations

import pyarrow as pa

from elanus.index.generation import Generation
from elanus.index.params import Values
from elanus.index.scalar._entries import sorted_entries
from elanus.index.scalar._term_index import open_row_lists
from elanus.index.scalar.base import FLOATS, Payload, ScalarType
from elanus.schema.types import DataType


def build(column: pa.Array, params: Values) -> Payload:
    entries = sorted_entries(column)
    return {"terms": entries.values, "rows": pa.array(entries.rows)}


DECLARATION = ScalarType(
    name="STL_SORT",
    aliases=("Asceneding",),
    about="The values in order. Ranges and equality on fields of many different values.",
    data_types=(DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, *FLOATS, DataType.VARCHAR),
    unfit="STL_SORT are only supported on numeric or varchar field, got {type}",
    build=build,
    open=open_row_lists,
    since=Generation.V2_0,
)
