"""INVERTED: a dictionary of the values, for each the list of its rows."""

from __future__ import annotations

import pyarrow as pa

from elanus.index.params import Values
from elanus.index.scalar._entries import sorted_entries
from elanus.index.scalar._json_params import JSON_PARAMS
from elanus.index.scalar._term_index import open_row_lists, row_lists
from elanus.index.scalar.base import BOOL_INTS_VARCHAR, FLOATS, Payload, ScalarType
from elanus.schema.types import DataType


def build(column: pa.Array, params: Values) -> Payload:
    return row_lists(sorted_entries(column))


DECLARATION = ScalarType(
    name="INVERTED",
    about="A dictionary of the values, with the rows of each. Equality, ranges, prefixes, array elements, JSON paths.",
    data_types=(*BOOL_INTS_VARCHAR, *FLOATS, DataType.ARRAY, DataType.JSON),
    element_types=(*BOOL_INTS_VARCHAR, *FLOATS),
    cast_types=("BOOL", "DOUBLE", "VARCHAR", "ARRAY_BOOL", "ARRAY_DOUBLE", "ARRAY_VARCHAR"),
    build_params=JSON_PARAMS,
    unfit="INVERTED are not supported on {type} field",
    build=build,
    open=open_row_lists,
)
