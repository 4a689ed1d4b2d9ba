"""Any filter over any rows selects the same rows with scalar indexes as without, whichever types they are of."""

from __future__ import annotations

import math
from typing import Any
from unittest import mock

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elanus.filter import compile_filter, plan
from elanus.filter.extract import typed_column
from elanus.filter.field_index import Indexes, Place
from elanus.index.scalar.base import ScalarIndex
from elanus.index.scalar.types import scalar_type
from properties.test_filter_against_rows import edge_ints, filters, halves, optional, rows
from unit.filter.rows import SCHEMA, RowColumns

PARAMS: dict[str, dict[str, Any]] = {
    "HYBRID": {"bitmap_cardinality_limit": 3},
    "NGRAM": {"min_gram": 1, "max_gram": 2},
    "FMINDEX": {"fm_sa_sample_rate": 4, "fm_block_bytes": 8},
}
NUMBERS = ["STL_SORT", "INVERTED", "HYBRID"]
TEXTS = ["STL_SORT", "INVERTED", "BITMAP", "HYBRID", "TRIE", "NGRAM", "FMINDEX"]
LISTS = ["INVERTED", "BITMAP", "HYBRID"]
TYPES = {
    "pk": NUMBERS,
    "flag": ["INVERTED", "BITMAP", "HYBRID"],
    "tiny": [*NUMBERS, "BITMAP"],
    "num": [*NUMBERS, "BITMAP"],
    "single": NUMBERS,
    "price": NUMBERS,
    "title": TEXTS,
    "shelf": TEXTS,
    "tags": LISTS,
    "marks": LISTS,
}
CASTS = ["BOOL", "DOUBLE", "VARCHAR", "ARRAY_BOOL", "ARRAY_DOUBLE", "ARRAY_VARCHAR"]
PATHS = [("info", ("k",)), ("info", ("n",)), ("info", ("list",)), ("info", ("list", 0)), ("$meta", ("k",))]

odd_floats = st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1e300])
odd_rows = st.builds(
    lambda row, price, single, num: {**row, "price": price, "single": single, "num": num},
    rows,
    optional(st.one_of(halves, odd_floats)),
    optional(st.one_of(halves, odd_floats)),
    optional(edge_ints),
)
field_types = st.fixed_dictionaries({name: st.sampled_from([*types, ""]) for name, types in TYPES.items()})
json_casts = st.sampled_from([CASTS, CASTS[:3], []])


def indexes_over(columns: RowColumns, types: dict[str, str], casts: list[str]) -> Indexes:
    over_fields = {Place(name): built(type_, columns.column(name)) for name, type_ in types.items() if type_}
    typed = {
        Place(*path, cast): typed_column(columns.column(path[0]), path[1], cast) for path in PATHS for cast in casts
    }
    return {**over_fields, **{place: built("INVERTED", column) for place, column in typed.items() if is_exact(column)}}


def built(type_: str, column: pa.Array) -> ScalarIndex:
    declared = scalar_type(type_)
    return declared.open(declared.build(column, PARAMS.get(type_, {})), len(column))


def is_exact(column: pa.Array) -> bool:
    """Else the build makes an index that answers nothing."""
    values = column.flatten() if pa.types.is_large_list(column.type) else column
    return not any(value != value for value in values.drop_null().to_pylist())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(filters, st.lists(odd_rows, min_size=1, max_size=12), field_types, json_casts, st.integers(1, 4))
def test_filter_selects_the_same_rows_with_indexes_as_without(
    text: str, rows: list[dict[str, Any]], types: dict[str, str], casts: list[str], few: int
) -> None:
    columns = RowColumns(rows)
    predicate = compile_filter(text, SCHEMA)
    # So that indexes and chosen rows are used over so few rows, too.
    with mock.patch.object(plan, "FEW", few), mock.patch.object(plan, "FEW_NUMBERS", few):
        mask = predicate.mask(columns, indexes_over(columns, types, casts))
    assert mask.tolist() == predicate.mask(columns).tolist()
