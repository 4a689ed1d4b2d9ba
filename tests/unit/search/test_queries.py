from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from elanus.errors import DimensionMismatch, Rejected
from elanus.index.base import Vectors
from elanus.schema.bfloat16 import bfloat16_of, floats_of
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.search.queries import fitted

FLOATS = np.array([[1 / 3, -2.5], [6000.1, 0.0]], np.float32)
SENT: dict[DataType, Any] = {
    DataType.FLOAT_VECTOR: FLOATS,
    DataType.FLOAT16_VECTOR: FLOATS[:1].astype(np.float16),
    DataType.BFLOAT16_VECTOR: bfloat16_of(FLOATS),
    DataType.INT8_VECTOR: np.array([[127, -128]], np.int8),
    DataType.BINARY_VECTOR: np.array([[255, 1]], np.uint8),
    DataType.SPARSE_FLOAT_VECTOR: SparseRows(np.array([0, 1]), np.array([4], np.uint32), np.array([1.0], np.float32)),
}


def field(kind: DataType) -> Field:
    return Field(100, "v", kind, dim={DataType.SPARSE_FLOAT_VECTOR: 0, DataType.BINARY_VECTOR: 16}.get(kind, 2))


def test_dense_queries_become_float32_and_keep_their_values() -> None:
    assert fitted(FLOATS, field(DataType.FLOAT_VECTOR)) is FLOATS
    for kind in (DataType.FLOAT16_VECTOR, DataType.INT8_VECTOR):
        found = fitted(SENT[kind], field(kind))
        assert isinstance(found, np.ndarray)
        assert found.dtype == np.float32
        assert found.tolist() == SENT[kind].tolist()
    assert np.array_equal(
        fitted(SENT[DataType.BFLOAT16_VECTOR], field(DataType.BFLOAT16_VECTOR)), floats_of(bfloat16_of(FLOATS))
    )


def test_other_queries_stay_as_they_are() -> None:
    for kind in (DataType.BINARY_VECTOR, DataType.SPARSE_FLOAT_VECTOR):
        assert fitted(SENT[kind], field(kind)) is SENT[kind]


def test_float32_for_halves_is_rounded_as_the_rows_were() -> None:
    as_float16 = FLOATS.astype(np.float16).astype(np.float32)
    assert np.array_equal(fitted(FLOATS, field(DataType.FLOAT16_VECTOR)), as_float16)
    assert np.array_equal(fitted(FLOATS, field(DataType.BFLOAT16_VECTOR)), floats_of(bfloat16_of(FLOATS)))


@pytest.mark.parametrize(
    ("kind", "number"),
    [(DataType.FLOAT16_VECTOR, 70000.0), (DataType.BFLOAT16_VECTOR, 3.4e38), (DataType.FLOAT16_VECTOR, np.nan)],
)
def test_float32_that_halves_do_not_have(kind: DataType, number: float) -> None:
    with pytest.raises(Rejected, match=r"float16 vector contain nan or infinity value\.$"):
        fitted(np.array([[0.0, number]], np.float32), field(kind))


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("kind", SENT)
def test_every_other_type_is_refused(sent: DataType, kind: DataType) -> None:
    to_halves = sent is DataType.FLOAT_VECTOR and kind in (DataType.FLOAT16_VECTOR, DataType.BFLOAT16_VECTOR)
    if sent is kind or to_halves:
        fitted(SENT[sent], field(kind))
        return
    with pytest.raises(Rejected, match=r"^vector type must be the same, field v - type VECTOR_.*, search info type"):
        fitted(SENT[sent], field(kind))


def test_types_are_named_as_segments_name_them() -> None:
    with pytest.raises(Rejected, match=r"field v - type VECTOR_FLOAT, search info type VECTOR_SPARSE_U32_F32$"):
        fitted(SENT[DataType.SPARSE_FLOAT_VECTOR], field(DataType.FLOAT_VECTOR))


@pytest.mark.parametrize(
    ("kind", "queries", "expected", "actual"),
    [
        (DataType.FLOAT_VECTOR, np.zeros((1, 3), np.float32), 8, 12),
        (DataType.FLOAT16_VECTOR, np.zeros((1, 3), np.float16), 4, 6),
        (DataType.BFLOAT16_VECTOR, np.zeros((1, 1), np.uint16), 4, 2),
        (DataType.INT8_VECTOR, np.zeros((1, 3), np.int8), 2, 3),
        (DataType.BINARY_VECTOR, np.zeros((1, 3), np.uint8), 2, 3),
    ],
)
def test_another_dimension(kind: DataType, queries: Vectors, expected: int, actual: int) -> None:
    text = rf"^vector dimension mismatch, expected vector size\(byte\) {expected}, actual {actual}$"
    with pytest.raises(DimensionMismatch, match=text):
        fitted(queries, field(kind))


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([(1, np.nan)], "NaN or Inf value"),
        ([(1, -0.5)], "negative value"),
        ([(2**32 - 1, 1.0)], "id should be smaller than uint32 max"),
        ([(4, 1.0), (4, 2.0)], "id should be strict ascending"),
    ],
)
def test_sparse_rows_that_are_none(row: list[tuple[int, float]], text: str) -> None:
    indices, values = zip(*row, strict=True)
    rows = SparseRows(np.array([0, 0, len(row)]), np.array(indices, np.uint32), np.array(values, np.float32))
    with pytest.raises(Rejected, match=f"^Invalid sparse row: {text}$"):
        fitted(rows, field(DataType.SPARSE_FLOAT_VECTOR))


@pytest.mark.parametrize(("number", "named"), [(np.nan, "NaN"), (np.inf, "[+]Inf"), (-np.inf, "-Inf")])
def test_numbers_that_are_not_finite(number: float, named: str) -> None:
    with pytest.raises(Rejected, match=f"^value '{named}' is not a number or infinity$"):
        fitted(np.array([[1.0, 2.0], [0.0, number]], np.float32), field(DataType.FLOAT_VECTOR))
    with pytest.raises(Rejected, match="bfloat16 vector contain nan or infinity value"):
        fitted(bfloat16_of(np.array([[0.0, number]], np.float32)), field(DataType.BFLOAT16_VECTOR))
    with pytest.raises(Rejected, match="float16 vector contain nan or infinity value"):
        fitted(np.array([[0.0, number]], np.float16), field(DataType.FLOAT16_VECTOR))
