"""Rows of JSON become columns and come back as they were."""

from __future__ import annotations

import base64

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.doors.rest.answers import Answers
from elanus.doors.rest.rows import sent_columns
from elanus.doors.rest.vectors import written_vectors
from elanus.errors import RowsUnreadable
from elanus.schema.collection import CollectionSchema
from elanus.schema.types import DataType
from elanus.search.requests import QueryResult
from elanus.service.rows.block import checked_rows
from elanus.service.rows.json_vectors import read_vectors, vector_column
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft, FieldDraft

TYPES = {
    "flag": (DataType.BOOL, st.booleans()),
    "small": (DataType.INT8, st.integers(-128, 127)),
    "whole": (DataType.INT64, st.integers(-(2**63), 2**63 - 1)),
    "single": (DataType.FLOAT, st.floats(width=32, allow_nan=False, allow_infinity=False)),
    "double": (DataType.DOUBLE, st.floats(allow_nan=False, allow_infinity=False)),
    "text": (DataType.VARCHAR, st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
}


def schema(*, dynamic: bool = True) -> CollectionSchema:
    fields = [FieldDraft(name, kind, nullable=True, params={"max_length": "200"}) for name, (kind, _) in TYPES.items()]
    key = FieldDraft("id", DataType.INT64, is_primary=True)
    vector = FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"})
    array = FieldDraft("list", DataType.ARRAY, nullable=True, element_type=DataType.INT16, params={"max_capacity": "9"})
    return schema_of(CollectionDraft("c", (key, vector, array, *fields), enable_dynamic_field=dynamic))


def through(rows: list[dict]) -> list[dict]:
    """What is answered for rows that were sent."""
    batch = checked_rows(schema(), sent_columns(schema(), rows), len(rows), key=True)
    columns = {name: batch.column(name) for name in batch.schema.names}
    answered = Answers().queried(QueryResult(schema(), columns))
    return orjson.loads(orjson.dumps(answered, option=orjson.OPT_SERIALIZE_NUMPY))


row = st.fixed_dictionaries(
    {"id": st.integers(-(2**63), 2**63 - 1), "v": st.lists(st.integers(-9, 9), min_size=2, max_size=2)},
    optional={
        **{name: st.none() | values for name, (_, values) in TYPES.items()},
        "list": st.none() | st.lists(st.integers(-(2**15), 2**15 - 1), max_size=9),
        "more": st.dictionaries(st.text("abc"), st.integers(0, 9), max_size=3),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=6))
def test_rows_come_back_as_they_were_sent(rows):
    missing = dict.fromkeys(["list", *TYPES])
    for sent, answered in zip(rows, through(rows), strict=True):
        expected = missing | sent
        assert np.float32(answered.pop("single") or 0) == np.float32(expected.pop("single") or 0)
        array, elements = answered.pop("list"), expected.pop("list")
        assert (array and array["Data"]["IntData"].get("data", [])) == elements
        assert answered == expected


def test_other_spellings_of_a_value():
    (answered,) = through([{"id": "7", "v": ["1", 2], "whole": 3.0, "double": "0.5", "text": 12, "flag": "true"}])
    assert answered.items() >= {"id": 7, "whole": 3, "double": 0.5, "text": "12", "flag": True}.items()
    assert answered["v"] == [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"whole": 1.5}, {"whole": True}, {"whole": "x"}, {"whole": [1]}, {"whole": 2**64}, {"whole": 1e300},
        {"double": "x"}, {"double": False}, {"double": {}}, {"flag": 1}, {"flag": "yes"}, {"flag": []},
        {"list": 5}, {"list": "abc"}, {"list": [1.5]}, {"list": [[1]]}, {"v": 1}, {"v": {"0": 1}}, {"v": []},
        {"v": [[1, 2]]}, {"v": [None, {}]},
    ],
)  # fmt: skip
def test_value_that_does_not_fit_is_refused_by_its_field(wrong):
    (name,) = wrong
    with pytest.raises(RowsUnreadable, match=f"^fail to deal the insert data, error: field {name} of type"):
        sent_columns(schema(), [{"id": 1, "v": [1, 2], **wrong}])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"whole": "x"}, "'x' is no integer"),
        ({"whole": 2**63}, "a number is out of the range of int64"),
        ({"whole": {}}, "{} is no integer"),
        ({"double": "x" * 100_000}, r"'x+\.{3}x+' is no number"),
    ],
    ids=["text", "large", "object", "long text"],
)
def test_what_is_wrong_with_a_number_is_said_in_words_of_json(wrong, why):
    with pytest.raises(RowsUnreadable, match=f"{why}$"):
        sent_columns(schema(), [{"id": 1, "v": [1, 2], **wrong}])


def test_a_whole_number_of_any_size_may_stand_for_a_float():
    (answered,) = through([{"id": 1, "v": [1, 2], "single": 2**24 + 1, "double": 2**60 + 1}])
    assert (answered["single"], answered["double"]) == (2**24, 2**60)


def test_undeclared_key_without_dynamic_field_is_refused():
    with pytest.raises(RowsUnreadable, match=r"without dynamic schema.*: a, b"):
        sent_columns(schema(dynamic=False), [{"id": 1, "b": 1}, {"id": 2, "a": 1}])


def test_json_is_kept_as_it_is_or_as_its_text_says():
    draft = CollectionDraft(
        "c",
        (
            FieldDraft("id", DataType.INT64, is_primary=True),
            FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
            FieldDraft("j", DataType.JSON),
        ),
    )
    values = [{"a": 1}, '{"a": 1}', "no json", 5, [None]]
    (column,) = sent_columns(schema_of(draft), [{"j": value} for value in values])
    texts = [orjson.loads(text) for text in column.values.to_pylist()]
    assert texts == [{"a": 1}, {"a": 1}, "no json", 5, [None]]


@pytest.mark.parametrize(
    ("kind", "sent", "written"),
    [
        (DataType.FLOAT_VECTOR, [1.5, -2], [1.5, -2]),
        (DataType.INT8_VECTOR, [-128, 127], [-128, 127]),
        (DataType.FLOAT16_VECTOR, [1.5, -2], base64.b64encode(np.float16([1.5, -2]).tobytes()).decode()),
        (DataType.BFLOAT16_VECTOR, [1.5, -2], base64.b64encode(b"\xc0\x3f\x00\xc0").decode()),
        (DataType.BINARY_VECTOR, base64.b64encode(b"\x01\x02").decode(), base64.b64encode(b"\x01\x02").decode()),
        (DataType.SPARSE_FLOAT_VECTOR, {"9": 2, "3": 0.5}, {"3": 0.5, "9": 2}),
    ],
)
def test_vector_of_every_type_comes_back_and_null_between(kind, sent, written):
    column = vector_column(kind, [sent, None, sent])
    assert column.null_count == 1
    answered = orjson.loads(orjson.dumps(written_vectors(kind, column), option=orjson.OPT_SERIALIZE_NUMPY))
    assert answered == [written, None, written]


@pytest.mark.parametrize(
    ("kind", "vectors"),
    [
        (DataType.INT8_VECTOR, [[1.5]]),
        (DataType.INT8_VECTOR, [[128]]),
        (DataType.BINARY_VECTOR, ["not base64!"]),
        (DataType.BINARY_VECTOR, [[256]]),
        (DataType.FLOAT16_VECTOR, ["AAAA"]),
        (DataType.FLOAT_VECTOR, [[1, 2], [1]]),
        (DataType.FLOAT_VECTOR, ["AAAA"]),
        (DataType.SPARSE_FLOAT_VECTOR, [[1, 2]]),
        (DataType.SPARSE_FLOAT_VECTOR, [{"x": 1}]),
        (DataType.SPARSE_FLOAT_VECTOR, [{"-1": 1}]),
        (DataType.SPARSE_FLOAT_VECTOR, [{"4294967296": 1}]),
        (DataType.SPARSE_FLOAT_VECTOR, [{"indices": [1], "values": [1, 2]}]),
        (DataType.SPARSE_FLOAT_VECTOR, [{"1": [2]}]),
    ],
)
def test_what_is_no_vector_is_refused(kind, vectors):
    with pytest.raises((ValueError, TypeError, OverflowError)):
        read_vectors(kind, vectors)


def test_no_rows_are_no_columns():
    assert isinstance(vector_column(DataType.FLOAT_VECTOR, []), pa.Array)
