"""The checks of vectors, each text and row, against columns of every type."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import arrow_type, dense_type
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import sparse_column
from elanus.service.rows.vectors import checked_vectors

SPARSE = Field(100, "s", DataType.SPARSE_FLOAT_VECTOR)


def column(kind: DataType, matrix) -> pa.Array:
    per_item = 8 if kind is DataType.BINARY_VECTOR else 1
    return pa.FixedSizeListArray.from_arrays(
        pa.array(matrix.reshape(-1)), type=dense_type(kind, matrix.shape[1] * per_item)
    )


def sparse(*rows) -> pa.Array:
    indices = np.array([index for row in rows for index, _ in row], np.uint32)
    values = np.array([value for row in rows for _, value in row], np.float32)
    return sparse_column(SparseRows(np.cumsum([0, *map(len, rows)]), indices, values))


@pytest.mark.parametrize(
    ("kind", "matrix"),
    [
        (DataType.FLOAT_VECTOR, np.float32([[1, -2]])),
        (DataType.FLOAT16_VECTOR, np.float16([[1, 65504]])),
        (DataType.BFLOAT16_VECTOR, bfloat16_of(np.float32([[1, -3e38]]))),
        (DataType.INT8_VECTOR, np.int8([[127, -128]])),
        (DataType.BINARY_VECTOR, np.uint8([[255, 0]])),
    ],
)
def test_vectors_that_fit(kind, matrix):
    field = Field(100, "v", kind, dim=16 if kind is DataType.BINARY_VECTOR else 2)
    found = checked_vectors(field, column(kind, matrix))
    assert found.type == arrow_type(field)
    assert found.to_pylist() == column(kind, matrix).to_pylist()


@pytest.mark.parametrize("kind", [DataType.FLOAT_VECTOR, DataType.INT8_VECTOR, DataType.BINARY_VECTOR])
def test_another_dimension(kind):
    sent = column(kind, np.ones((1, 3), {101: np.float32, 105: np.int8, 100: np.uint8}[kind]))
    dim = 24 if kind is DataType.BINARY_VECTOR else 3
    with pytest.raises(
        ParameterInvalid, match=rf"^the dim \({dim}\) of field data\(v\) is not equal to schema dim \(32\)"
    ):
        checked_vectors(Field(100, "v", kind, dim=32), sent)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none(wrong):
    matrix = np.float32([[1, 2], [3, wrong]])
    with pytest.raises(ParameterInvalid, match=r"is not a number or infinity, field: v, row: 1"):
        checked_vectors(Field(100, "v", DataType.FLOAT_VECTOR, dim=2), column(DataType.FLOAT_VECTOR, matrix))
    with pytest.raises(Rejected, match=r"^float16 vector contain nan or infinity value. field: v, row: 1$"):
        checked_vectors(
            Field(100, "v", DataType.FLOAT16_VECTOR, dim=2), column(DataType.FLOAT16_VECTOR, matrix.astype(np.float16))
        )
    with pytest.raises(Rejected, match=r"^bfloat16 vector contain nan or infinity value. field: v, row: 1$"):
        checked_vectors(
            Field(100, "v", DataType.BFLOAT16_VECTOR, dim=2), column(DataType.BFLOAT16_VECTOR, bfloat16_of(matrix))
        )


def test_sparse_vectors_that_fit():
    sent = sparse([(0, 0.0), (2**32 - 2, 1.5)], [], [(7, 1.0)], [(3, 1.0)])
    assert checked_vectors(SPARSE, sent).equals(sent)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([(2**32 - 1, 1.0)], r"^invalid index in sparse float vector: must be less than 2\^32-1, field: s, row: 2$"),
        ([(5, 1.0), (4, 1.0)], "^unsorted or same indices in sparse float vector, field: s, row: 2$"),
        ([(5, 1.0), (5, 1.0)], "^unsorted or same indices in sparse float vector, field: s, row: 2$"),
        ([(5, np.nan)], "is not a number or infinity, field: s, row: 2$"),
        ([(5, np.inf)], "is not a number or infinity, field: s, row: 2$"),
        ([(5, 1.0), (6, -0.5)], "^negative value in sparse float vector, field: s, row: 2$"),
    ],
)
def test_sparse_vectors_that_do_not_fit(row, text):
    with pytest.raises(Rejected, match=text):
        checked_vectors(SPARSE, sparse([(9, 1.0)], [], row, [(0, 1.0)]))


def test_part_of_a_sparse_column():
    sent = sparse([(9, -1.0)], [(1, 1.0)], [(0, 1.0)])
    assert checked_vectors(SPARSE, sent.slice(1)).to_pylist() == sent.slice(1).to_pylist()
    with pytest.raises(Rejected, match=r"row: 1$"):
        checked_vectors(SPARSE, pa.concat_arrays([sent.slice(2), sent.slice(0, 1)]))
