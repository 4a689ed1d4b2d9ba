from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from elanus.schema.arrow import arrow_type, dense_type, filled, nulls
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType


@pytest.mark.parametrize(
    ("kind", "number", "length"),
    [
        (DataType.FLOAT_VECTOR, pa.float32(), 24),
        (DataType.FLOAT16_VECTOR, pa.float16(), 24),
        (DataType.BFLOAT16_VECTOR, pa.uint16(), 24),
        (DataType.INT8_VECTOR, pa.int8(), 24),
        (DataType.BINARY_VECTOR, pa.uint8(), 3),
    ],
)
def test_dense_vectors_are_lists_of_one_length(kind: DataType, number: pa.DataType, length: int) -> None:
    stored = arrow_type(Field(100, "v", kind, dim=24))
    assert (stored.value_type, stored.list_size) == (number, length)
    assert not stored.value_field.nullable
    assert stored == dense_type(kind, 24)


def test_sparse_vectors_are_lists_of_entries() -> None:
    stored = arrow_type(Field(100, "v", DataType.SPARSE_FLOAT_VECTOR))
    assert pa.types.is_large_list(stored)
    assert [(field.name, field.type) for field in stored.value_type] == [
        ("index", pa.uint32()),
        ("value", pa.float32()),
    ]


@pytest.mark.parametrize("kind", [DataType.FLOAT16_VECTOR, DataType.BINARY_VECTOR])
def test_zeros_lie_under_null_vectors(kind: DataType) -> None:
    under = nulls(Field(100, "v", kind, dim=16), 2).values
    assert under.null_count == 0
    assert set(under.to_pylist()) == {0}


SCALARS = [
    DataType.BOOL, DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.FLOAT, DataType.DOUBLE,
    DataType.VARCHAR, DataType.JSON, DataType.ARRAY,
]  # fmt: skip
EVERY = [*SCALARS, *(kind for kind in DataType if kind.is_vector and kind < 105)]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
@pytest.mark.parametrize("count", [0, 1, 9])
def test_nulls_of_every_type(kind: DataType, count: int) -> None:
    field = Field(100, "f", kind, dim=16, nullable=True, element_type=DataType.VARCHAR)
    made = nulls(field, count)
    made.validate(full=True)
    assert made.null_count == count
    assert made.equals(pa.nulls(count, arrow_type(field)))
    assert pa.concat_arrays([made, made]).slice(count, count).equals(made)


RANK = Field(103, "rank", DataType.INT64, nullable=True, default=7, since=50)
PLAIN = CollectionSchema("films", (Field(100, "id", DataType.INT64, is_primary=True), Field(101, "n", DataType.INT32)))


def test_filled_takes_a_column_only_from_its_own_field() -> None:
    """``n`` of time 10 is that of a field dropped since; at 50 another came with its name."""
    stored = pa.record_batch({"id": [1, 2], "n": pa.array([3, 4], pa.int32()), "$ts": pa.array([5, 5], pa.uint64())})
    again = PLAIN.without_field(PLAIN.field("n"), 40).with_field(replace(RANK, name="n"), 50)
    assert filled(stored, again, 10).to_pydict() == {"id": [1, 2], "n": [7, 7], "$ts": [5, 5]}
    assert filled(stored, again, 60) is stored
    assert filled(stored, PLAIN, 10) is stored
    grown = PLAIN.with_field(RANK, 50)
    assert filled(stored, grown, 10).schema.names == ["id", "n", "rank", "$ts"]
    assert filled(stored.drop_columns(["$ts"]), grown, 10).schema.names == ["id", "n", "rank"]
