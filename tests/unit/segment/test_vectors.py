from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from elanus.schema.arrow import SPARSE, arrow_type, nulls
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import (
    follow_one_another,
    matrix_of,
    present_rows,
    present_vectors,
    some_of,
    sparse_column,
    sparse_rows_of,
    vectors_of,
)

DENSE = {
    DataType.FLOAT_VECTOR: np.float32,
    DataType.FLOAT16_VECTOR: np.float16,
    DataType.BFLOAT16_VECTOR: np.uint16,
    DataType.INT8_VECTOR: np.int8,
    DataType.BINARY_VECTOR: np.uint8,
}
ROWS = [[(1, 0.5), (9, 2.0)], [], [(0, 1.0)], [(4, 3.0), (5, 0.25), (6, 1.0)]]


def dense_column(kind: DataType, rows: int) -> tuple[pa.Array, np.ndarray[Any, Any]]:
    kept = arrow_type(Field(100, "v", kind, dim=32))
    matrix = np.arange(rows * kept.list_size).reshape(rows, -1).astype(DENSE[kind])
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), type=kept), matrix


@pytest.mark.parametrize("kind", DENSE)
def test_a_matrix_is_a_view_of_the_rows(kind: DataType) -> None:
    column, matrix = dense_column(kind, 5)
    found = matrix_of(column.slice(1, 3))
    assert found.dtype == DENSE[kind]
    assert np.array_equal(found, matrix[1:4])
    assert np.shares_memory(found, matrix_of(column))


def test_a_binary_vector_fills_a_byte_with_eight_dimensions() -> None:
    assert arrow_type(Field(100, "v", DataType.BINARY_VECTOR, dim=32)).list_size == 4


def sparse(rows: list[list[tuple[int, float]]]) -> SparseRows:
    lengths = [len(row) for row in rows]
    flat = [pair for row in rows for pair in row]
    indices = np.array([index for index, _ in flat], np.uint32)
    values = np.array([value for _, value in flat], np.float32)
    return SparseRows(np.cumsum([0, *lengths]), indices, values)


def pairs(rows: SparseRows) -> list[list[tuple[int, float]]]:
    bounds = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    return [list(zip(rows.indices[a:b].tolist(), rows.values[a:b].tolist(), strict=True)) for a, b in bounds]


def test_sparse_rows_go_to_arrow_and_back_without_a_copy() -> None:
    column = sparse_column(sparse(ROWS))
    column.validate(full=True)
    assert column.type == arrow_type(Field(100, "v", DataType.SPARSE_FLOAT_VECTOR))
    found = sparse_rows_of(column)
    assert pairs(found) == ROWS
    assert np.shares_memory(found.values, sparse_rows_of(column).values)


def test_sparse_rows_of_parts_of_a_column() -> None:
    column = sparse_column(sparse(ROWS))
    assert pairs(sparse_rows_of(column.slice(1, 2))) == ROWS[1:3]
    assert pairs(sparse_rows_of(column.take(pa.array([3, 0])))) == [ROWS[3], ROWS[0]]
    assert pairs(sparse_rows_of(pa.concat_arrays([column.slice(2), column.slice(0, 1)]))) == [*ROWS[2:], ROWS[0]]
    assert pairs(sparse_rows_of(column.slice(1, 0))) == []


def test_some_of() -> None:
    assert pairs(some_of(sparse(ROWS), np.array([2, 2, 1]))) == [ROWS[2], ROWS[2], ROWS[1]]
    column, matrix = dense_column(DataType.INT8_VECTOR, 4)
    assert np.array_equal(some_of(vectors_of(column), np.array([3, 0])), matrix[[3, 0]])


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize(
    ("present", "is_run"),
    [([0, 0, 1, 1, 1], True), ([1, 1, 0, 0, 0], True), ([0, 0, 0, 1, 0], True), ([1, 0, 1, 1, 0], False)],
    ids=["the last", "the first", "one", "here and there"],
)
def test_present_vectors_that_follow_one_another_are_not_copied(kind: str, present: list[int], is_run: bool) -> None:
    missing = pa.array([not p for p in present])
    if kind == "dense":
        whole, _ = dense_column(DataType.FLOAT_VECTOR, 5)
        column = pa.FixedSizeListArray.from_arrays(whole.values, type=whole.type, mask=missing)
    else:
        whole = pa.array([[{"index": i, "value": 1.0}, {"index": 9, "value": 2.0}] for i in range(5)], SPARSE)
        column = pa.LargeListArray.from_arrays(whole.offsets, whole.values, type=SPARSE, mask=missing)
    found = present_vectors(column)
    rows = present_rows(column)
    assert rows.tolist() == np.flatnonzero(present).tolist()
    assert follow_one_another(rows) is is_run
    wanted = vectors_of(whole.take(pa.array(rows)))
    if isinstance(found, SparseRows):
        assert isinstance(wanted, SparseRows)
        assert found.to_wire() == wanted.to_wire()
        assert np.shares_memory(found.values, vectors_of(whole).values) is is_run
    else:
        assert np.array_equal(found, wanted)
        assert np.shares_memory(found, vectors_of(whole)) is is_run


def test_no_vector_is_present() -> None:
    column = nulls(Field(100, "v", DataType.FLOAT_VECTOR, dim=2, nullable=True), 3)
    found = present_vectors(column)
    assert not isinstance(found, SparseRows)
    assert found.shape == (0, 2)
