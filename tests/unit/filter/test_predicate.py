"""What a predicate tells about itself, and that it is compiled once."""

from __future__ import annotations

from typing import Any

import pytest

from elanus.filter import compile_filter
from unit.filter.rows import SCHEMA, STRICT_SCHEMA, RowColumns


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("pk == 7", (7,)),
        ("7 == pk", (7,)),
        ("pk in [3, 1, 3]", (3, 1, 3)),
        ("((pk in [1]))", (1,)),
        ("pk in []", ()),
        ("pk == 2.0", (2,)),
        ("pk == 2.5", ()),
        ("pk in [1, 2.5]", (1,)),
        ("pk == -9223372036854775808", (-(2**63),)),
        ("pk > 7", None),
        ("pk != 7", None),
        ("pk not in [1]", None),
        ("pk == 7 and num > 1", None),
        ("pk == 7 or pk == 8", None),
        ("num == 7", None),
        ("pk + 0 == 7", None),
        ("", None),
    ],
)
def test_primary_keys(text: str, keys: tuple[int, ...] | None) -> None:
    assert compile_filter(text, SCHEMA).primary_keys == keys


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("shelf == 'a'", ("a",)),
        ("num > 1 and shelf in ['a', 'b', 'a']", ("a", "b")),
        ("shelf in ['a', 'b'] and (num > 1 and shelf in ['b', 'c'])", ("b",)),
        ("shelf == 'a' or shelf == 'b'", ("a", "b")),
        ("shelf == 'a' and shelf == 'b'", ()),
        ("shelf == 'a' or num > 1", None),
        ("not shelf == 'a'", None),
        ("shelf != 'a'", None),
        ("num > 1", None),
    ],
)
def test_partition_key_values(text: str, values: tuple[str, ...] | None) -> None:
    assert compile_filter(text, SCHEMA).partition_key_values == values


@pytest.mark.parametrize(
    "text", ["", "  \n", "true", "1 == 1", "not false", "num > 1 or TRUE", "2 in [1, 2]", "'a' < 'b'"]
)
def test_always_true(text: str) -> None:
    predicate = compile_filter(text, SCHEMA)
    assert predicate.always_true
    assert not predicate.always_false
    assert predicate.mask(RowColumns([{}, {}])).tolist() == [True, True]


@pytest.mark.parametrize(
    "text", ["false", "1 > 2", "num > 1 and false", "pk in []", "num in [2.5]", "pk in [] or num in []"]
)
def test_always_false(text: str) -> None:
    predicate = compile_filter(text, SCHEMA)
    assert predicate.always_false
    assert not predicate.always_true
    assert predicate.mask(RowColumns([{"num": 2}])).tolist() == [False]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("num > 1 and title == 'a'", {"num", "title"}),
        ("color == 'red' or $meta['size'] > 1", {"$meta"}),
        ("info['a'] + 1 > 2", {"info"}),
        ("array_contains(tags, 'a') and marks[0] == 1 and array_length(marks) > 0", {"tags", "marks"}),
        ("tiny < num", {"tiny", "num"}),
        ("info is null", {"info"}),
        ("", set()),
    ],
)
def test_fields(text: str, fields: set[str]) -> None:
    assert compile_filter(text, SCHEMA).fields == fields


def test_the_same_text_and_schema_are_compiled_once() -> None:
    assert compile_filter("num > 41", SCHEMA) is compile_filter("num > 41", SCHEMA)
    assert compile_filter("num > 41", SCHEMA) is not compile_filter("num > 41", STRICT_SCHEMA)


def test_templates_of_different_types_are_different_filters() -> None:
    columns = RowColumns([{"info": {"k": value}} for value in (1, True, "1")])
    masks: list[list[Any]] = [
        compile_filter("info['k'] == {x}", SCHEMA, {"x": x}).mask(columns).tolist() for x in (1, True, 1.0, "1")
    ]
    assert masks == [[True, False, False], [False, True, False], [True, False, False], [False, False, True]]


def test_a_mask_is_a_bool_array_of_all_rows() -> None:
    mask = compile_filter("num > 1", SCHEMA).mask(RowColumns([{"num": 1}, {"num": 2}, {}]))
    assert mask.dtype == bool
    assert mask.tolist() == [False, True, False]


def test_no_rows() -> None:
    for text in ("num > 1", "info['a'] == 1", "tags[0] == 'a'", "array_contains(tags, 'a')", "color in ['a']", ""):
        assert compile_filter(text, SCHEMA).mask(RowColumns([])).tolist() == []
