"""The columns of an insert against what a schema allows."""

from __future__ import annotations

import numpy as np
import orjson
import pyarrow as pa
import pytest

from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import row_schema
from elanus.schema.types import DataType
from elanus.service.rows.block import SentColumn, checked_rows
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft, FieldDraft

FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("level", DataType.INT8, default=7),
    FieldDraft("word", DataType.VARCHAR, params={"max_length": "3"}, nullable=True),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
)
SCHEMA = schema_of(CollectionDraft("c", FIELDS, enable_dynamic_field=True))


def _vectors(rows, dim=2):
    flat = pa.array(np.asarray(rows, np.float32).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, type=pa.list_(pa.field("item", pa.float32(), nullable=False), dim))


def _sent(**columns):
    """The four columns of two rows, with changes; None leaves one out."""
    every = {
        "id": SentColumn("id", DataType.INT64, pa.array([1, 2], pa.int64())),
        "level": SentColumn("level", DataType.INT8, pa.array([3, 4], pa.int32())),
        "word": SentColumn("word", DataType.VARCHAR, pa.array(["a", None], pa.large_string())),
        "v": SentColumn("v", DataType.FLOAT_VECTOR, _vectors([[0, 1], [2, 3]])),
        "$meta": SentColumn("$meta", DataType.JSON, pa.array([b"{}", b'{"k":1}'], pa.large_binary()), is_dynamic=True),
    }
    return [column for column in (every | columns).values() if column is not None]


def _rows(**columns):
    return checked_rows(SCHEMA, _sent(**columns), 2, key=True)


def test_rows_have_the_stored_types_in_the_schemas_order():
    batch = _rows()
    assert batch.schema.names == [field.name for field in SCHEMA.fields]
    assert batch.schema.types == row_schema(SCHEMA).types[:-1]
    assert batch.column("word").to_pylist() == ["a", None]
    assert batch.column("v").to_pylist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("kind", [DataType.FLOAT, DataType.DOUBLE], ids=str)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_scalar_number_is_finite(kind, number):
    fields = (*FIELDS, FieldDraft("price", kind, nullable=True))
    schema = schema_of(CollectionDraft("c", fields, enable_dynamic_field=True))
    prices = [pa.array(pair, pa.float64()) for pair in ([0.5, None], [None, None], [None, number])]
    good, none, wrong = (_sent(price=SentColumn("price", kind, price)) for price in prices)
    assert checked_rows(schema, good, 2, key=True).column("price").to_pylist() == [0.5, None]
    assert checked_rows(schema, none, 2, key=True).column("price").to_pylist() == [None, None]
    with pytest.raises(ParameterInvalid, match=f"value '{number}' is not a number or infinity, field: price, row: 1"):
        checked_rows(schema, wrong, 2, key=True)


@pytest.mark.parametrize(
    ("kind", "elements"),
    [
        (DataType.INT64, pa.array(["a"], pa.large_string())),
        (DataType.INT64, pa.array([1.0])),
        (DataType.INT8, pa.array([True])),
        (DataType.FLOAT, pa.array([1.0], pa.float64())),
        (DataType.VARCHAR, pa.array([1])),
    ],
    ids=["text", "float", "truth", "double", "number"],
)
def test_elements_of_arrays_have_the_declared_type(kind, elements):
    params = {"max_capacity": "4"} | ({"max_length": "3"} if kind is DataType.VARCHAR else {})
    tags = FieldDraft("tags", DataType.ARRAY, element_type=kind, params=params)
    schema = schema_of(CollectionDraft("c", (*FIELDS, tags), enable_dynamic_field=True))
    sent = [pa.LargeListArray.from_arrays(pa.array([0, 0, end], pa.int64()), elements[:end]) for end in (0, 1)]
    empty, wrong = (_sent(tags=SentColumn("tags", DataType.ARRAY, values)) for values in sent)
    assert checked_rows(schema, empty, 2, key=True).column("tags").to_pylist() == [[], []]
    with pytest.raises(ParameterInvalid, match=f"insert data does not match: .* arrays of {kind.milvus_name}, but"):
        checked_rows(schema, wrong, 2, key=True)


def test_missing_columns_are_filled():
    batch = _rows(**{"level": None, "word": None, "$meta": None})
    assert batch.column("level").to_pylist() == [7, 7]
    assert batch.column("word").to_pylist() == [None, None]
    assert batch.column("$meta").to_pylist() == [b"{}", b"{}"]


def test_null_becomes_the_default():
    column = SentColumn("level", DataType.INT8, pa.array([None, 5], pa.int32()))
    assert _rows(level=column).column("level").to_pylist() == [7, 5]


def test_generated_key_is_absent():
    batch = checked_rows(SCHEMA, _sent(id=None), 2, key=False)
    assert "id" not in batch.schema.names


def _word(text):
    return SentColumn("word", DataType.VARCHAR, pa.array([text, ""], pa.large_string()))


def _meta(value):
    text = value if isinstance(value, bytes) else orjson.dumps(value)
    return SentColumn("$meta", DataType.JSON, pa.array([text, b"{}"], pa.large_binary()), is_dynamic=True)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"v": None}, r"fieldSchema\(v\) has no corresponding fieldData pass in"),
        ({"id": SentColumn("id", DataType.INT64, pa.array([1]))}, r"the num_rows \(1\) of field \(id\) is not equal"),
        ({"id": SentColumn("id", DataType.INT64, pa.array([1, None]))}, "the field id is not nullable.*row 1"),
        ({"id": SentColumn("id", DataType.VARCHAR, pa.array(["1", "2"]))}, "data type Int64, but data of type VarChar"),
        ({"x": SentColumn("id", DataType.INT64, pa.array([1, 2]))}, "duplicated field id found"),
        ({"level": SentColumn("level", DataType.INT8, pa.array([0, 128], pa.int32()))}, r"1th element \(128\) out of"),
        ({"word": _word("four")}, "length of varchar field word exceeds max length, row number: 0, length: 4"),
        ({"word": _word("éé")}, "length: 4, max length: 3"),
        ({"v": SentColumn("v", DataType.FLOAT_VECTOR, _vectors([[0, 1, 2], [3, 4, 5]], 3))}, r"the dim \(3\) of field"),
        (
            {"v": SentColumn("v", DataType.FLOAT_VECTOR, _vectors([[0, 1], [np.inf, 0]]))},
            "'inf' is not a number.*row: 1",
        ),
        ({"$meta": _meta({"level": 1})}, "dynamic field name cannot include the static field name: level"),
        ({"$meta": _meta({"$meta": 1})}, "static field name: .meta"),
        ({"$meta": _meta([1])}, "dynamic field must be a JSON object, row 0"),
        ({"$meta": _meta(b"{")}, "is not valid JSON, row 0"),
        ({"$meta": _meta({"k": "x" * 70000})}, "exceeds max length .65536., row 0"),
    ],
)
def test_refusals(columns, text):
    with pytest.raises(ParameterInvalid, match=text):
        _rows(**columns)


def test_unknown_column_is_refused():
    with pytest.raises(Rejected, match="fieldName other not exist in collection schema"):
        _rows(other=SentColumn("other", DataType.INT64, pa.array([1, 2])))


def test_no_rows_are_refused():
    with pytest.raises(ParameterInvalid, match="num_rows should be greater than 0"):
        checked_rows(SCHEMA, [], 0, key=True)
