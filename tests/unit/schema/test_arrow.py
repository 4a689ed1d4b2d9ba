from __future__ import annotations

import pyarrow as pa
import pytest

from elanus.schema.arrow import arrow_type, dense_type, nulls
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


@pytest.mark.parametrize("kind", [kind for kind in DataType if kind.is_vector] + [DataType.INT64, DataType.JSON])
def test_nulls_of_every_type(kind: DataType) -> None:
    field = Field(100, "v", kind, dim=16, nullable=True)
    found = nulls(field, 3)
    found.validate(full=True)
    assert found.type == arrow_type(field)
    assert found.to_pylist() == [None] * 3


@pytest.mark.parametrize("kind", [DataType.FLOAT16_VECTOR, DataType.BINARY_VECTOR])
def test_zeros_lie_under_null_vectors(kind: DataType) -> None:
    under = nulls(Field(100, "v", kind, dim=16), 2).values
    assert under.null_count == 0
    assert set(under.to_pylist()) == {0}
