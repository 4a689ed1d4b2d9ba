"""A wrong filter says where, what, and what to write instead."""

from __future__ import annotations

import pytest

from elanus.errors import FilterInvalid, NotImplementedYet
from elanus.filter import compile_filter
from unit.filter.rows import SCHEMA, STRICT_SCHEMA


def refusal(text: str, **templates: object) -> FilterInvalid:
    with pytest.raises(FilterInvalid) as caught:
        compile_filter(text, STRICT_SCHEMA, templates)
    return caught.value


def test_message_has_the_form_clients_know() -> None:
    error = refusal("num > 1 and prise < 3")
    assert error.message.startswith(
        "failed to create query plan: cannot parse expression: num > 1 and prise < 3, "
        'error: field prise not exist at position 12, did you mean "price"?: invalid parameter'
    )
    assert error.code == 1100
    assert error.position == 12
    assert error.hint == 'did you mean "price"?'


def test_a_caret_stands_under_the_place() -> None:
    _, excerpt, caret = refusal("num > 1 and prise < 3").message.split("\n")
    assert excerpt[caret.index("^") :].startswith("prise")


def test_a_long_filter_is_shortened_in_its_message() -> None:
    text = "num in [" + "1, " * 5000 + "'x']"
    error = refusal(text)
    assert len(error.message) < 700
    assert f"({len(text)} characters)" in error.message


@pytest.mark.parametrize(
    ("text", "cause", "position"),
    [
        ("num = 3", "unexpected '='", 4),
        ("text_match(info['a'], 'b')", "name of a declared field is expected, not a key of field info", 15),
        ("num >", "found the end of the filter", 5),
        ("(num > 1", "expected ')'", 8),
        ("num > 1)", "found ')'", 7),
        ("num > 1 num", "found 'num'", 8),
        ("num in [1, 2", "expected ',' or ']'", 12),
        ("'abc", "string without its closing '", 0),
        ("num > 12ab", "followed by a letter", 6),
        ("num > 09", "digit above 7", 6),
        ("num > 0x" + "f" * 5000, "out of range", 6),
        ("num > 1e999", "out of range", 6),
        (r"title == 'a\q'", "unknown escape", 11),
        ("num # 1", "unexpected character '#'", 4),
        ("num & 3 == 1", "bitwise operator '&' is not supported", 4),
        ("num >> 3 == 1", "bitwise operator '>>' is not supported", 4),
        ("~num == 1", "bitwise operator '~' is not supported", 0),
        ("1 < num > 3", "both signs the same way", 8),
        ("1 < num < 3 < 4", "both signs the same way", 12),
        ("num == null", "found 'null'", 7),
        ("num is 3", "expected 'null' or 'not null'", 7),
        ("info[num] == 1", "a key in quotes or an index", 5),
        ("title > 3", "cannot compare field title (VarChar) > the constant 3", 6),
        ("num == 'a'", 'cannot compare field num (Int64) == the constant "a"', 4),
        ("num == true", "cannot compare field num (Int64) == the constant true", 4),
        ("flag == 1", "cannot compare field flag (Bool) == the constant 1", 5),
        ("flag > true", "cannot compare", 5),
        ("num == title", "cannot compare field num (Int64) == field title (VarChar)", 4),
        ("info['a'] == info['b']", "cannot compare JSON value", 10),
        ("tags == 'a'", "cannot compare array field tags", 5),
        ("tags > ['a']", "cannot compare array field tags", 5),
        ("num + title == 1", "'+' takes numbers, not field title", 4),
        ("num / 0 == 1", "division by zero", 4),
        ("num % 0 == 1", "modulo by zero", 4),
        ("1 / 0 == num", "division by zero", 2),
        ("num == 9223372036854775808", "out of the range of Int64", 7),
        ("num in [9223372036854775808]", "out of the range of Int64", 7),
        ("num in [1, 99999999999999999999]", "out of the range of Int64", 7),
        ("num + 1", "predicate is not a boolean expression", 4),
        ("title", "predicate is not a boolean expression: field title", 0),
        ("[true]", "predicate is not a boolean expression: a list", 0),
        ("num in 3", "must be a list", 4),
        ("num in [1, 'x']", """value '"x"' in list cannot be casted to Int64""", 4),
        ("num in [title]", "a list holds only constants", 8),
        ("tags in ['a']", "'in' takes a number, string or bool", 5),
        ("num like 'a'", "like operation on non-string", 4),
        ("title like 3", "the pattern of 'like' must be a string", 6),
        ("exists num", "exists operation is only supported on JSON", 7),
        ("num['a'] == 1", "has no items", 3),
        ("tags['a'] == 'x'", "takes one index", 4),
        ("tags[0] is null", "'is null' does not take element tags[0]", 4),
        ("1 is null", "only a field", 0),
        ("vector == 1", "vector field vector cannot be used in a filter", 0),
        ("vector is null", "IsNull/IsNotNull operations are not supported on vector fields", 0),
        ("vector is not null", "IsNull/IsNotNull operations are not supported on vector fields", 0),
        ("$meta['a'] == 1", "field $meta not exist", 0),
        ("array_contains(num, 1)", "only supported on an array field or JSON", 0),
        ("array_contains(tags)", "takes 2 arguments, 1 given", 0),
        ("array_contains(marks, 'a')", "cannot be casted to Int64", 0),
        ("array_contains_any(marks, 1)", "must be an array", 0),
        ("array_length(num) == 1", "only supported on an array field or JSON", 0),
        ("(num > 1) + 1 == 2", "a condition stands where a value is expected", 5),
        ("(num > 1) > true", "only be compared with true or false", 10),
        ("info['a'] > true", "takes numbers or strings", 10),
    ],
)
def test_refusal(text: str, cause: str, position: int) -> None:
    error = refusal(text)
    assert cause in error.message
    assert error.position == position


def test_an_unknown_function_gets_a_suggestion() -> None:
    assert refusal("array_contain(tags, 'a')").hint == 'did you mean "array_contains"?'


def test_a_missing_template_is_named() -> None:
    error = refusal("num in {list}", lisst=[1])
    assert "expression template variable name {list} is not found" in error.message
    assert error.hint == 'did you mean "lisst"?'


@pytest.mark.parametrize("value", [None, object(), float("nan"), float("inf"), 2**63, [None], [[object()]]])
def test_a_template_value_must_be_a_constant(value: object) -> None:
    assert refusal("num == {x}", x=value).position >= 0


@pytest.mark.parametrize(
    "call",
    ["text_match_fuzzy(title, 'a')", "ELEMENT_FILTER(title, 'a')", "num > 1 and random_sample(0.1)"],
)
def test_what_is_not_there_yet_says_so(call: str) -> None:
    with pytest.raises(NotImplementedYet, match=r"filter function \w+ is not implemented yet"):
        compile_filter(call, SCHEMA)
