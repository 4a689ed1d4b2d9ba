"""Rows as a matrix, compared with protobuf's own reading of each record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elanus.doors.grpc_v1.messages import RowRecord
from elanus.doors.grpc_v1.rows import matrix_of, records_of
from elanus.errors import VectorsInvalid

floats = st.floats(width=32, allow_nan=False)


@given(st.integers(1, 300).flatmap(lambda dim: st.lists(st.lists(floats, min_size=dim, max_size=dim), max_size=5)))
def test_float_rows_there_and_back(rows: list[list[float]]) -> None:
    records = [RowRecord(float_data=row).SerializeToString() for row in rows]
    matrix = matrix_of(records)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == rows
    assert records_of(matrix) == records


@given(
    st.integers(1, 5000).flatmap(lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=4))
)
def test_binary_rows_there_and_back(rows: list[bytes]) -> None:
    records = [RowRecord(binary_data=row).SerializeToString() for row in rows]
    matrix = matrix_of(records)
    assert matrix.dtype == np.uint8
    assert [row.tobytes() for row in matrix] == rows
    assert records_of(matrix) == records


def test_a_wide_row() -> None:
    row = np.arange(32768, dtype=np.float32)
    assert matrix_of([RowRecord(float_data=row).SerializeToString()]).tolist() == [row.tolist()]


@pytest.mark.parametrize(
    "records",
    [
        [RowRecord(float_data=[1, 2]), RowRecord(float_data=[1])],
        [RowRecord(float_data=[1]), RowRecord(binary_data=b"1234")],
        [RowRecord(float_data=[1], binary_data=b"1")],
        [RowRecord()],
    ],
    ids=["of two sizes", "of two kinds", "of both kinds", "of nothing"],
)
def test_rows_that_are_no_matrix(records) -> None:
    with pytest.raises(VectorsInvalid):
        matrix_of([record.SerializeToString() for record in records])


@given(st.lists(st.binary(max_size=12), min_size=1, max_size=3))
def test_any_bytes_are_a_matrix_or_refused(records: list[bytes]) -> None:
    try:
        matrix = matrix_of(records)
    except VectorsInvalid:
        return
    assert len(matrix) == len(records)
    read = [RowRecord.FromString(record) for record in records]
    assert [bytes(row.binary_data) or np.array(row.float_data, "<f4").tobytes() for row in read] == [
        row.tobytes() for row in matrix
    ]
