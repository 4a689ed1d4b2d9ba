"""Every rule of a schema: one draft that breaks it, and its text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elanus.errors import FieldNameInvalid, InvalidArgument, NotImplementedYet, SchemaInvalid
from elanus.schema.types import DataType
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft, FieldDraft

KEY = FieldDraft("id", DataType.INT64, is_primary=True)
VECTOR = FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "4"})
TEXT = FieldDraft("t", DataType.VARCHAR, params={"max_length": "9"})
ARRAY = FieldDraft("a", DataType.ARRAY, element_type=DataType.INT8, params={"max_capacity": "3"})


def _draft(*fields: FieldDraft, **more) -> CollectionDraft:
    return CollectionDraft("c", fields, **more)


def test_ids_begin_at_100_and_the_dynamic_field_comes_last():
    schema = schema_of(_draft(KEY, TEXT, VECTOR, enable_dynamic_field=True))
    assert [(field.id, field.name) for field in schema.fields] == [(100, "id"), (101, "t"), (102, "v"), (103, "$meta")]
    assert schema.dynamic is not None
    assert schema.fields[1].max_length == 9
    assert schema.fields[2].dim == 4


def test_auto_id_of_the_collection_is_that_of_its_key():
    assert schema_of(_draft(KEY, VECTOR, auto_id=True)).primary.auto_id
    assert not schema_of(_draft(KEY, VECTOR)).primary.auto_id


def test_vector_fields_of_every_type():
    kinds = {kind: {"dim": "16"} for kind in DataType if kind.is_vector and kind is not DataType.SPARSE_FLOAT_VECTOR}
    drafts = [FieldDraft(kind.name.lower(), kind, params=params, nullable=True) for kind, params in kinds.items()]
    schema = schema_of(_draft(KEY, *drafts, FieldDraft("sparse", DataType.SPARSE_FLOAT_VECTOR)))
    assert [(field.type, field.dim, field.nullable) for field in schema.vector_fields] == [
        *((kind, 16, True) for kind in kinds),
        (DataType.SPARSE_FLOAT_VECTOR, 0, False),
    ]


@pytest.mark.parametrize(
    ("kind", "dim", "text"),
    [
        (DataType.BINARY_VECTOR, "12", "12 of field x. binary vector dimension should be multiple of 8"),
        (DataType.BINARY_VECTOR, "262152", "262152 of field x. should be in range 2 ~ 262144"),
        (DataType.BINARY_VECTOR, "0", "0 of field x. should be in range 2 ~ 262144"),
        (DataType.FLOAT16_VECTOR, "1", "1 of field x. should be in range 2 ~ 32768"),
        (DataType.BFLOAT16_VECTOR, "32769", "32769 of field x. should be in range 2 ~ 32768"),
        (DataType.INT8_VECTOR, "x", "invalid dimension: x. should be a number"),
        (DataType.SPARSE_FLOAT_VECTOR, "8", r"dim should not be specified for sparse vector field x\(102\)"),
    ],
)
def test_dimensions(kind, dim, text):
    with pytest.raises(SchemaInvalid, match=text):
        schema_of(_draft(KEY, VECTOR, FieldDraft("x", kind, params={"dim": dim})))


def test_properties_of_a_field_are_kept():
    schema = schema_of(_draft(KEY, replace(VECTOR, params={"dim": "4", "mmap.enabled": "true"})))
    assert dict(schema.field("v").properties) == {"mmap.enabled": "true"}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([VECTOR], "primary key is not specified"),
        ([KEY, replace(KEY, name="id2"), VECTOR], "there are more than one primary key"),
        ([replace(KEY, type=DataType.INT32), VECTOR], "the data type of primary key should be Int64 or VarChar"),
        ([replace(KEY, nullable=True), VECTOR], "primary field not support null"),
        ([replace(KEY, default=1), VECTOR], "primary field not support default_value"),
        ([KEY, TEXT], "schema does not contain vector field"),
        ([KEY, VECTOR, replace(VECTOR, name="id")], "duplicated field name id found"),
        ([KEY, replace(VECTOR, params={})], "dimension is not defined in field type params of field v"),
        ([KEY, replace(VECTOR, params={"dim": "x"})], "invalid dimension: x"),
        ([KEY, replace(VECTOR, params={"dim": "1"})], "invalid dimension: 1 of field v. should be in range 2 ~ 32768"),
        ([KEY, replace(VECTOR, params={"dim": "32769"})], "should be in range 2 ~ 32768"),
        ([KEY, VECTOR, replace(TEXT, params={})], r"type param\(max_length\) should be specified"),
        ([KEY, VECTOR, replace(TEXT, params={"max_length": "0"})], r"should be in \(0, 65535\], but got 0"),
        ([KEY, VECTOR, replace(TEXT, params={"max_length": "65536"})], r"should be in \(0, 65535\]"),
        ([KEY, VECTOR, replace(ARRAY, params={})], r"type param\(max_capacity\) should be specified"),
        ([KEY, VECTOR, replace(ARRAY, params={"max_capacity": "4097"})], r"should be in \(0, 4096\]"),
        ([KEY, VECTOR, replace(ARRAY, element_type=DataType.JSON)], "element type JSON is not supported"),
        ([KEY, VECTOR, replace(TEXT, auto_id=True)], "only primary field can speficy AutoID"),
        ([KEY, VECTOR, replace(TEXT, type=DataType.STRING)], "please use VarChar type instead"),
        ([KEY, VECTOR, replace(ARRAY, is_partition_key=True)], "data type of partition key should be Int64 or VarChar"),
        ([replace(KEY, is_partition_key=True), VECTOR], "partition key field must not be primary"),
        (
            [KEY, VECTOR, replace(TEXT, is_partition_key=True, nullable=True)],
            "partition key field not support nullable",
        ),
        ([KEY, VECTOR, replace(TEXT, default="x" * 10)], r"the length \(10\) of string exceeds max length \(9\)"),
        ([KEY, VECTOR, replace(ARRAY, default=1)], "does not support default value"),
        ([KEY, VECTOR, FieldDraft("n", DataType.INT8, default=200)], r"\[200\] out of range \[-128, 127\]"),
        ([KEY, VECTOR, FieldDraft("n", DataType.BOOL, default=1)], r"type \(Bool\) of default value expected"),
        ([KEY, VECTOR, FieldDraft("n", DataType.DOUBLE, default="x")], "a number is expected"),
        ([KEY, *[replace(VECTOR, name=f"v{i}") for i in range(11)]], "vector field's number should be limited to 10"),
        ([KEY, VECTOR, *[replace(TEXT, name=f"t{i}") for i in range(63)]], "field's number should be limited to 64"),
    ],
)
def test_broken_rules(fields, text):
    with pytest.raises(InvalidArgument, match=text):
        schema_of(_draft(*fields))


def test_field_names_are_checked():
    with pytest.raises(FieldNameInvalid):
        schema_of(_draft(KEY, replace(VECTOR, name="a-b")))


@pytest.mark.parametrize("kind", [DataType.TIMESTAMPTZ, DataType.TEXT])
def test_types_to_come_are_named(kind):
    with pytest.raises(NotImplementedYet, match=kind.milvus_name):
        schema_of(_draft(KEY, VECTOR, FieldDraft("x", kind)))


def test_struct_fields_are_not_offered_silently():
    with pytest.raises(NotImplementedYet, match="chunks"):
        schema_of(_draft(KEY, VECTOR, struct_fields=("chunks",)))
