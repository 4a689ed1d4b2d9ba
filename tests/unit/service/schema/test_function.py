"""Functions of a schema and the fields they need: every rule by one draft that breaks it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from elanus.errors import InvalidArgument, NotImplementedYet, ParameterInvalid, SchemaInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.function import Function, FunctionType
from elanus.schema.types import DataType
from elanus.segment.vectors import sparse_rows_of
from elanus.service.rows.block import SentColumn, checked_rows
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft, FieldDraft, FunctionDraft
from elanus.text.terms import term_number

KEY = FieldDraft("id", DataType.INT64, is_primary=True)
TEXT = FieldDraft("text", DataType.VARCHAR, params={"max_length": "99", "enable_analyzer": "true"})
TERMS = FieldDraft("terms", DataType.SPARSE_FLOAT_VECTOR)
BM25 = FunctionDraft("bm25", FunctionType.BM25, ("text",), ("terms",), "words")


def schema(*functions: FunctionDraft, fields: tuple[FieldDraft, ...] = (KEY, TEXT, TERMS)) -> CollectionSchema:
    return schema_of(CollectionDraft("c", fields, functions=functions, enable_dynamic_field=True))


def test_a_function_marks_its_output_and_is_kept():
    made = schema(BM25)
    assert made.functions == (Function(100, "bm25", FunctionType.BM25, ("text",), ("terms",), "words"),)
    assert [field.name for field in made.fields if field.is_function_output] == ["terms"]
    assert made.by_name["text"].enable_analyzer
    assert made.function_of(made.by_name["terms"]) is made.functions[0]
    assert made.function_of(made.by_name["text"]) is None
    assert CollectionSchema.from_json(made.to_json()) == made


def test_schemas_of_before_functions_are_read():
    data = schema().to_json()
    del data["functions"]
    assert CollectionSchema.from_json(data).functions == ()


def _changed(field: FieldDraft, **params: str) -> FieldDraft:
    return replace(field, params={**field.params, **params})


VECTOR = FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"})


@pytest.mark.parametrize(
    ("functions", "fields", "why"),
    [
        ([replace(BM25, name="")], (), "function name cannot be empty"),
        ([replace(BM25, type=FunctionType.UNKNOWN)], (), "check function params with unknown function type"),
        ([replace(BM25, inputs=())], (), "function input field names cannot be empty, function: bm25"),
        ([replace(BM25, outputs=())], (), "function output field names cannot be empty, function: bm25"),
        ([replace(BM25, inputs=("",))], (), "function input field name cannot be empty string"),
        ([replace(BM25, inputs=("text", "text"))], (), "each function input field should be used exactly once"),
        ([replace(BM25, inputs=("terms",))], (), "a single field cannot be both input and output"),
        ([replace(BM25, params={"k": "1"})], (), "BM25 function accepts no params"),
        ([replace(BM25, inputs=("title",))], (), "function input field not found: title"),
        ([replace(BM25, outputs=("title",))], (), "function output field not found: title"),
        ([replace(BM25, inputs=("id",))], (), "must be a VARCHAR field, got 1 field with type Int64"),
        ([replace(BM25, inputs=("text", "id"))], (), "must be a VARCHAR field, got 2 field with type VarChar"),
        ([BM25], (KEY, replace(TEXT, params={"max_length": "9"}), TERMS), "must set enable_analyzer to true"),
        ([BM25], (KEY, replace(TEXT, nullable=True), TERMS), "function input field cannot be nullable"),
        ([BM25], (KEY, TEXT, replace(TERMS, nullable=True)), "function output field cannot be nullable"),
        ([BM25], (KEY, TEXT, replace(VECTOR, name="terms")), "must be a SparseFloatVector field, but got FloatVector"),
        ([replace(BM25, outputs=("terms", "v"))], (KEY, TEXT, TERMS, VECTOR), "only need 1 output field, but got 2"),
        ([replace(BM25, outputs=("id",))], (), "function output field cannot be primary key"),
        ([BM25, replace(BM25, outputs=("more",))], (KEY, TEXT, TERMS, replace(TERMS, name="more")),
         "duplicate function name: bm25"),
        ([BM25, replace(BM25, name="b")], (), "duplicate function output field: terms"),
        ([BM25], (replace(TEXT, is_primary=True, auto_id=True), TERMS), "auto-id primary key"),
        ([], (KEY, _changed(TEXT, enable_analyzer="false", enable_match="true"), TERMS), "must also enable_analyzer"),
        ([], (_changed(KEY, enable_analyzer="true"), TERMS), "field id of type Int64 can have no analyzer"),
        ([], (KEY, _changed(TEXT, analyzer_params='{"type": "x"}'), TERMS), "unknown build-in analyzer type: x"),
        ([], (KEY, _changed(TEXT, enable_analyzer="maybe"), TERMS), "invalid boolean: maybe"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_rules_of_functions_and_their_fields(functions, fields, why):
    with pytest.raises(InvalidArgument, match=re.escape(why)):
        schema(*functions, fields=fields or (KEY, TEXT, TERMS))


@pytest.mark.parametrize(
    "kind", [kind for kind in FunctionType if kind > FunctionType.BM25], ids=lambda kind: kind.name
)
def test_other_functions_are_named(kind):
    with pytest.raises(NotImplementedYet, match=f"functions of type {kind.milvus_name} .* function: bm25"):
        schema(replace(BM25, type=kind, params={"a": "b"}))


def _multi(**changed: object) -> FieldDraft:
    """The text with an analyzer for each language; None leaves a parameter out."""
    params = {"by_field": "language", "analyzers": {"default": {}, "english": {"type": "english"}}, **changed}
    kept = {name: value for name, value in params.items() if value is not None}
    return _changed(TEXT, multi_analyzer_params=json.dumps(kept))


LANGUAGE = FieldDraft("language", DataType.VARCHAR, params={"max_length": "9"}, nullable=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_multi(by_field=None), "multi analyzer params now must set by_field"),
        (_multi(by_field=3), "multi analyzer params by_field must be string but now: 3"),
        (_multi(by_field="title"), "multi analyzer dependent field title not exist"),
        (_multi(by_field="id"), "field id is not string"),
        (_multi(analyzers=None), "multi analyzer params must set analyzers"),
        (_multi(analyzers=[]), "analyzers of multi analyzer params should be a json map"),
        (_multi(analyzers={"english": {}}), "multi analyzer must set default analyzer"),
        (_multi(analyzers={"default": 3}), "analyzer default of multi analyzer params should be a json map"),
        (_multi(analyzers={"default": {"type": "x"}}), "unknown build-in analyzer type: x"),
        (_multi(alias=[]), "multi analyzer alias must be string map"),
        (_multi(alias={"a": 3}), "multi analyzer alias must be string map"),
        (_changed(TEXT, multi_analyzer_params="{"), "multi analyzer params should be a json map"),
        (_changed(TEXT, multi_analyzer_params="[]"), "multi analyzer params should be a json map"),
        (_changed(_multi(), enable_match="true"), "multi analyzer now only support for bm25"),
        (_changed(_multi(), analyzer_params="{}"), "field text analyzer params should be none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_of_several_analyzers(text, why):
    with pytest.raises(InvalidArgument, match=re.escape(why)):
        schema(BM25, fields=(KEY, LANGUAGE, text, TERMS))


def test_each_row_is_cut_by_the_analyzer_of_its_language():
    made = schema(BM25, fields=(KEY, LANGUAGE, _multi(alias={"en": "english"}), TERMS))
    assert CollectionSchema.from_json(made.to_json()) == made
    languages = pa.array(["en", None, "english", "klingon"], pa.large_string())
    sent = [*_columns(["the foxes"] * 4), SentColumn("language", DataType.VARCHAR, languages)]
    rows = sparse_rows_of(checked_rows(made, sent, 4, key=True).column("terms"))
    english, plain = [term_number("fox")], sorted([term_number("the"), term_number("foxes")])
    found = [rows[at : at + 1].packed().indices.tolist() for at in range(4)]
    assert found == [english, plain, english, plain]


def _columns(texts: list[str | None]) -> list[SentColumn]:
    return [
        SentColumn("id", DataType.INT64, pa.array(range(len(texts)), pa.int64())),
        SentColumn("text", DataType.VARCHAR, pa.array(texts, pa.large_string())),
    ]


def test_the_output_is_computed_from_the_checked_input():
    batch = checked_rows(schema(BM25), _columns(["a b a", "", "B"]), 3, key=True)
    rows = sparse_rows_of(batch.column("terms"))
    wanted = sorted([(term_number("a"), 2.0), (term_number("b"), 1.0)])
    assert list(zip(rows.indices[:2].tolist(), rows.values[:2].tolist(), strict=True)) == wanted
    assert rows.lengths.tolist() == [2, 0, 1]
    assert np.array_equal(rows.indices[2:], [term_number("b")])


def test_the_output_is_not_sent_and_the_input_must_be():
    sent = SentColumn("terms", DataType.SPARSE_FLOAT_VECTOR, pa.array([]))
    with pytest.raises(ParameterInvalid, match="field terms is the output of a function"):
        checked_rows(schema(BM25), [*_columns(["a"]), sent], 1, key=True)
    with pytest.raises(ParameterInvalid, match=r"fieldSchema\(text\) has no corresponding fieldData"):
        checked_rows(schema(BM25), _columns(["a"])[:1], 1, key=True)
    with pytest.raises(ParameterInvalid, match="field text is not nullable"):
        checked_rows(schema(BM25), _columns([None]), 1, key=True)


def test_a_default_is_cut_into_words_too():
    made = schema(BM25, fields=(KEY, replace(TEXT, default="c"), TERMS))
    batch = checked_rows(made, _columns(["a"])[:1], 1, key=True)
    assert sparse_rows_of(batch.column("terms")).indices.tolist() == [term_number("c")]


def test_schema_errors_are_schema_errors():
    with pytest.raises(SchemaInvalid):
        schema(replace(BM25, name=""))
