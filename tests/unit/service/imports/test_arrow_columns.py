"""Shapes in which Parquet and NumPy files hold values, each against the plain values."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from elanus.errors import ImportFailed
from elanus.schema.arrow import arrow_type
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.segment.vectors import matrix_of
from elanus.service.imports.files.arrow_columns import sent_columns, values_of

FLOATS = [[0.5, -2.0], [1.0, 3.0]]
BFLOAT16 = bfloat16_of(np.array(FLOATS, np.float32))


def field(kind: DataType, **more: Any) -> Field:
    return Field(100, "f", kind, **more)


SCALARS: dict[str, tuple[Field, pa.Array, list[Any]]] = {
    "narrow integers": (field(DataType.INT64), pa.array([1, None, -3], pa.int8()), [1, None, -3]),
    "unsigned integers": (field(DataType.INT8), pa.array([1, 2], pa.uint32()), [1, 2]),
    "integers for floats": (field(DataType.DOUBLE), pa.array([1, 2]), [1.0, 2.0]),
    "wide floats": (field(DataType.FLOAT), pa.array([0.5, None]), [0.5, None]),
    "a dictionary": (field(DataType.VARCHAR), pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    "nothing but NULL": (field(DataType.VARCHAR), pa.nulls(2), [None, None]),
    "JSON in bytes": (field(DataType.JSON), pa.array([b"{}", None]), [b"{}", None]),
    "JSON in texts": (field(DataType.JSON), pa.array(['{"a": 1}']), [b'{"a": 1}']),
    "shapes in texts": (field(DataType.GEOMETRY), pa.array(["POINT (1 2)"]), ["POINT (1 2)"]),
    "shapes in bytes": (field(DataType.GEOMETRY), pa.array([b"\x01"], pa.binary()), [b"\x01"]),
    "arrays": (
        field(DataType.ARRAY, element_type=DataType.FLOAT),
        pa.array([[0.5], None, []], pa.list_(pa.float64())),
        [[0.5], None, []],
    ),
    "arrays of one length": (
        field(DataType.ARRAY, element_type=DataType.INT8),
        pa.array([[1, 2], [3, 4]], pa.list_(pa.int16(), 2)),
        [[1, 2], [3, 4]],
    ),
}


@pytest.mark.parametrize(("declared", "column", "values"), SCALARS.values(), ids=SCALARS)
def test_scalars_and_arrays(declared: Field, column: pa.Array, values: list[Any]) -> None:
    assert values_of(declared, column).to_pylist() == values


DENSE: dict[str, tuple[DataType, pa.Array, Any]] = {
    "floats": (DataType.FLOAT_VECTOR, pa.array(FLOATS, pa.list_(pa.float32())), FLOATS),
    "doubles": (DataType.FLOAT_VECTOR, pa.array(FLOATS, pa.large_list(pa.float64())), FLOATS),
    "fixed size": (DataType.FLOAT_VECTOR, pa.array(FLOATS, pa.list_(pa.float32(), 2)), FLOATS),
    "halves": (DataType.FLOAT16_VECTOR, pa.array(FLOATS, pa.list_(pa.float32())), FLOATS),
    "halves as such": (
        DataType.FLOAT16_VECTOR,
        pa.array([np.array(row, np.float16) for row in FLOATS], pa.list_(pa.float16())),
        FLOATS,
    ),
    "bytes of halves": (
        DataType.FLOAT16_VECTOR,
        pa.array([list(np.array(row, "<f2").tobytes()) for row in FLOATS], pa.list_(pa.uint8())),
        FLOATS,
    ),
    "binary halves": (DataType.FLOAT16_VECTOR, pa.array([np.array(row, "<f2").tobytes() for row in FLOATS]), FLOATS),
    "bfloat16": (DataType.BFLOAT16_VECTOR, pa.array(FLOATS, pa.list_(pa.float64())), BFLOAT16),
    "binary bfloat16": (DataType.BFLOAT16_VECTOR, pa.array([row.tobytes() for row in BFLOAT16]), BFLOAT16),
    "int8": (DataType.INT8_VECTOR, pa.array([[1, -2], [3, 127]], pa.list_(pa.int64())), [[1, -2], [3, 127]]),
    "bits": (DataType.BINARY_VECTOR, pa.array([[255], [0]], pa.list_(pa.uint8())), [[255], [0]]),
    "binary bits": (DataType.BINARY_VECTOR, pa.array([b"\xff", b"\0"], pa.binary(1)), [[255], [0]]),
}


@pytest.mark.parametrize("slicing", [slice(None), slice(1, None)], ids=["whole", "sliced"])
@pytest.mark.parametrize("gap", [False, True], ids=["full", "with NULL"])
@pytest.mark.parametrize(("kind", "column", "values"), DENSE.values(), ids=DENSE)
def test_dense_vectors(kind: DataType, column: pa.Array, values: Any, gap: bool, slicing: slice) -> None:
    declared = field(kind, dim=8 if kind is DataType.BINARY_VECTOR else 2, nullable=True)
    sent = column.take(pa.array([0, None, 1])) if gap else column
    found = values_of(declared, sent[slicing])
    assert found.type == arrow_type(declared)
    assert found.is_valid().to_pylist() == sent[slicing].is_valid().to_pylist()
    kept = [row for row in ([0, -1, 1] if gap else [0, 1])[slicing] if row >= 0]
    assert matrix_of(found.drop_null()).tolist() == np.asarray(values)[kept].tolist()


@pytest.mark.parametrize("gap", [False, True], ids=["full", "with NULL"])
def test_sparse_vectors(gap: bool) -> None:
    declared = field(DataType.SPARSE_FLOAT_VECTOR, nullable=True)
    rows = [{"indices": [7, 3], "values": [0.5, 1.0]}, None, {"indices": [], "values": []}]
    structs = pa.array(rows if gap else [rows[0], rows[2]])
    texts = pa.array(['{"7": 0.5, "3": 1}', None, "{}"] if gap else ['{"7": 0.5, "3": 1}', "{}"])
    wanted = [[{"index": 3, "value": 1.0}, {"index": 7, "value": 0.5}], []]
    for column in (structs, texts):
        found = values_of(declared, column)
        assert found.type == arrow_type(declared)
        assert found.to_pylist() == ([wanted[0], None, wanted[1]] if gap else wanted)


def test_sparse_structs_that_do_not_fit() -> None:
    declared = field(DataType.SPARSE_FLOAT_VECTOR)
    uneven = pa.array([{"indices": [1], "values": [0.5]}, {"indices": [1, 2], "values": [0.5]}])
    with pytest.raises(ImportFailed, match="row 1: indices and values differ in number"):
        values_of(declared, uneven)
    with pytest.raises(ImportFailed, match="indices reach from -1 to -1"):
        values_of(declared, pa.array([{"indices": [-1], "values": [0.5]}]))
    with pytest.raises(ImportFailed, match="expected: a string of JSON, or a struct"):
        values_of(declared, pa.array([{"indices": [1]}]))


MISMATCHES: dict[str, tuple[Field, pa.Array]] = {
    "bits for floats": (field(DataType.FLOAT_VECTOR, dim=1), pa.array([[1]], pa.list_(pa.uint8()))),
    "floats for bits": (field(DataType.BINARY_VECTOR, dim=8), pa.array([[0.5]])),
    "floats for int8": (field(DataType.INT8_VECTOR, dim=1), pa.array([[0.5]])),
    "text for a list": (field(DataType.ARRAY, element_type=DataType.INT8), pa.array(["x"])),
    "texts for numbers": (field(DataType.ARRAY, element_type=DataType.INT8), pa.array([["x"]])),
    "numbers for booleans": (field(DataType.BOOL), pa.array([1])),
    "times": (field(DataType.INT64), pa.array([1], pa.timestamp("s"))),
}


@pytest.mark.parametrize(("declared", "column"), MISMATCHES.values(), ids=MISMATCHES)
def test_other_types_are_refused_by_name(declared: Field, column: pa.Array) -> None:
    with pytest.raises(ImportFailed) as refusal:
        values_of(declared, column)
    assert f"arrow data type get '{column.type}', expected: " in refusal.value.what


def test_number_that_is_out_of_range_names_its_row() -> None:
    with pytest.raises(ImportFailed, match=r"row 2: a number is out of range: \[-128, 127\]"):
        values_of(field(DataType.INT8_VECTOR, dim=1), pa.array([[1], None, [200]]))
    with pytest.raises(ImportFailed, match="row 1: an element of the array is NULL"):
        values_of(field(DataType.ARRAY, element_type=DataType.INT8), pa.array([[1], [None]]))


def test_undeclared_columns_go_into_the_dynamic_field() -> None:
    schema = CollectionSchema("c", (Field(100, "id", DataType.INT64, is_primary=True), dynamic_field(101)))
    rows = pa.record_batch(
        {"id": [1, 2], "color": ["red", None], "sizes": [[1], []], "$meta": ['{"n": 5}', None]},
    )
    _, dynamic = sent_columns(schema, rows, ["color", "sizes"])
    assert dynamic.is_dynamic
    assert [orjson.loads(text) for text in dynamic.values.to_pylist()] == [
        {"n": 5, "color": "red", "sizes": [1]},
        {"sizes": []},
    ]
