"""Columns that rows were written without."""

from dataclasses import replace

import pyarrow as pa

from elanus.schema.arrow import row_schema
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.function import Function, FunctionType
from elanus.schema.types import DataType
from elanus.segment.block import Block
from elanus.segment.computed import computed, filled_rows

TEXT = Field(101, "text", DataType.VARCHAR, max_length=99, enable_analyzer=True)
BEFORE = CollectionSchema("c", (Field(100, "id", DataType.INT64, is_primary=True), TEXT), version=10)
TERMS = Field(102, "terms", DataType.SPARSE_FLOAT_VECTOR, is_function_output=True, since=20)
AFTER = BEFORE.with_function(Function(100, "f", FunctionType.BM25, ("text",), ("terms",)), TERMS, 20)


def _batch() -> pa.RecordBatch:
    stamps = pa.array([11, 12], pa.uint64())
    columns = [pa.array([1, 2], pa.int64()), pa.array(["a fox", "fox fox"], pa.large_string()), stamps]
    return pa.RecordBatch.from_arrays(columns, schema=row_schema(BEFORE))


def _expected() -> pa.Array:
    return computed(AFTER, _batch().column)["terms"]


def test_rows_that_grow_get_what_a_later_function_computes():
    filled = filled_rows(_batch(), AFTER, 10)
    assert filled.schema.names == ["id", "text", "terms", "$ts"]
    assert filled.column("terms").equals(_expected())
    assert filled.column("terms").null_count == 0


def test_rows_that_have_it_keep_what_they_have():
    stored = filled_rows(_batch(), AFTER, 10)
    other = stored.set_column(2, stored.schema.field(2), _expected().take(pa.array([1, 0])))
    assert filled_rows(other, AFTER, 20) is other


def test_a_column_of_its_name_of_another_time_is_not_taken_for_it():
    stored = filled_rows(_batch(), AFTER, 10)
    swapped = stored.set_column(2, stored.schema.field(2), _expected().take(pa.array([1, 0])))
    again = replace(AFTER, fields=(*BEFORE.fields, replace(TERMS, id=103, since=30)))
    assert filled_rows(swapped, again, 20).column("terms").equals(_expected())


def test_rows_of_a_file_are_computed_when_somebody_asks_and_once():
    block = Block(_batch(), written_ts=10).under(AFTER)
    assert block.column("terms").equals(_expected())
    assert block.column("terms") is block.column("terms")
    assert block.batch.schema.names == ["id", "text", "$ts"], "nothing was written"
