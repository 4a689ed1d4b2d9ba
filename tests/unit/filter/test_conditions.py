"""Each feature on a few telling values; everything at once is in the property test."""

from __future__ import annotations

from typing import Any

import pytest

from unit.filter.rows import holding, matching

BIG = 2**53


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("num > 2", [3]),
        ("num >= 2.5", [3]),
        ("num < 2.5", [-3, 2]),
        ("num == 2.0", [2]),
        ("num == 2.5", []),
        ("num != 2.5", [-3, 2, 3]),
        ("not (num > 2)", [-3, 2]),
        ("num is null", [None]),
        ("not (num is null)", [-3, 2, 3]),
        ("num not in [2]", [-3, 3]),
        ("num in []", []),
        ("num not in []", [-3, 2, 3]),
        ("num / 2 == -1", [-3]),
        ("num % 2 == -1", [-3]),
        ("num % 2 == 1", [3]),
        ("num / 2.0 == 1.5", [3]),
        ("-num == 3", [-3]),
        ("num ** 2 == 9", [-3, 3]),
        ("2 * num + 1 == 5", [2]),
        ("num > 1e30", []),
        ("num in {wanted}", [2]),
        ("num > {low}", [3]),
    ],
)
def test_int64(text: str, kept: list[Any]) -> None:
    assert holding(text, "num", [-3, 2, 3, None], wanted=[2, 7], low=2) == kept


def test_whole_numbers_are_compared_exactly() -> None:
    assert holding(f"num == {BIG + 1}", "num", [BIG, BIG + 1]) == [BIG + 1]
    assert holding(f"num > {BIG}.5", "num", [BIG, BIG + 1]) == [BIG + 1]
    assert holding(f"info == {BIG + 1}", "info", [BIG, BIG + 1, float(BIG)]) == [BIG + 1]
    assert holding(f"price < {BIG + 1}", "price", [float(BIG), float(BIG + 2)]) == [float(BIG)]


def test_a_constant_beside_a_float_field_is_a_float() -> None:
    assert holding("single == 0.1", "single", [0.1, 0.2]) == [0.1]
    assert holding("single in [0.1, 1e300]", "single", [0.1, 0.2]) == [0.1]
    assert holding("single < 1e300", "single", [0.1]) == [0.1]


def test_a_small_integer_field_meets_a_large_constant() -> None:
    assert holding("tiny < 300", "tiny", [1, None]) == [1]
    assert holding("tiny * 100 == 1000", "tiny", [10]) == [10]


def test_division_by_a_field_that_is_zero_is_unknown() -> None:
    rows = [{"num": 6, "tiny": 0}, {"num": 6, "tiny": 2}]
    assert matching("num / tiny == 3", rows) == [1]
    assert matching("not (num / tiny == 3) or num % tiny == 0", rows) == [1]


def test_fields_with_fields() -> None:
    rows = [{"tiny": 1, "num": 2, "price": 1.5}, {"tiny": 3, "num": 2, "price": 3.0}, {"tiny": None, "num": 2}]
    assert matching("tiny < num", rows) == [0]
    assert matching("tiny == price", rows) == [1]
    assert matching("tiny + num > price", rows) == [0, 1]
    assert matching("not (tiny < num)", rows) == [1]
    assert matching("title == shelf", [{"title": "a", "shelf": "a"}, {"title": "a", "shelf": "b"}]) == [0]


@pytest.mark.parametrize("count", [3, 50])
def test_in_with_few_and_with_many_values(count: int) -> None:
    numbers = ", ".join(str(n * 2) for n in range(count))
    assert holding(f"num in [{numbers}]", "num", [1, 2, 4, None]) == [2, 4]
    assert holding(f"tiny in [{numbers}]", "tiny", [1, 2, 4, None]) == [2, 4]
    assert holding(f"price in [{numbers}]", "price", [0.0, -0.0, 2.5, 4.0]) == [0.0, -0.0, 4.0]
    words = ", ".join(f"'{n}'" for n in range(count))
    assert holding(f"title in [{words}]", "title", ["0", "2", "x", None]) == ["0", "2"]


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("abc", ["abc"]),
        ("ab%", ["abc", "ab\ncd", "ab%"]),
        ("%c", ["abc"]),
        ("%b%", ["abc", "ab\ncd", "ab%"]),
        ("a_c", ["abc"]),
        ("_", ["é", "\\"]),
        (r"ab\%", ["ab%"]),
        (r"ab\\%", ["ab%"]),
        ("%", ["abc", "ab\ncd", "ab%", "é", "", "\\"]),
        ("", [""]),
        (r"\\", ["\\"]),
        ("a.c", []),
    ],
)
def test_like(pattern: str, kept: list[str]) -> None:
    values = ["abc", "ab\ncd", "ab%", "é", "", "\\", None]
    assert holding(f"title like '{pattern}'", "title", values) == kept


def test_not_like() -> None:
    assert holding("title not like 'a%'", "title", ["ab", "b", None]) == ["b"]


def test_strings_are_compared_bytewise() -> None:
    assert holding("title > 'Z'", "title", ["A", "a", "é"]) == ["a", "é"]


def test_bools() -> None:
    assert holding("flag", "flag", [True, False, None]) == [True]
    assert holding("not flag", "flag", [True, False, None]) == [False]
    assert holding("flag == false", "flag", [True, False, None]) == [False]
    assert holding("flag in [true, false]", "flag", [True, False, None]) == [True, False]
    assert holding("(num > 1) == false", "num", [1, 2, None]) == [1]


DOCUMENTS = [{"a": 1}, {"a": 2.5}, {"a": "x"}, {"a": True}, {"a": None}, {}, {"a": [1, "x"]}, None]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("info['a'] == 1", [0]),
        ("info['a'] < 3", [0, 1]),
        ("info['a'] == 'x'", [2]),
        ("info['a'] == true", [3]),
        ("info['a'] != 1", [1, 2, 3, 4, 5, 6]),
        ("info['a'] not in [1, 'x']", [1, 3, 4, 5, 6]),
        ("info['a'] in [1, 'x', true, 2.5]", [0, 1, 2, 3]),
        ("not (info['a'] > 1)", [0, 2, 3, 4, 5, 6]),
        ("info['a'] + 1 == 2", [0]),
        ("info['a'] * 2 == 5", [1]),
        ("info['a'] like 'x%'", [2]),
        ("exists info['a']", [0, 1, 2, 3, 6]),
        ("info['a'] is null", [4, 5, 7]),
        ("info['a'] is not null", [0, 1, 2, 3, 6]),
        ("info is null", [7]),
        ("info['a'][1] == 'x'", [6]),
        ("info['a'][2] == 'x'", []),
        ("info['a'] == [1, 'x']", [6]),
        ("info['a'] == [1]", []),
        ("json_contains(info['a'], 'x')", [6]),
        ("JSON_CONTAINS(info['a'], 2)", []),
        ("json_contains_any(info['a'], [2, 1.0])", [6]),
        ("json_contains_all(info['a'], ['x', 1])", [6]),
        ("json_contains_all(info['a'], ['x', 2])", []),
        ("json_contains_all(info['a'], [])", [6]),
        ("not json_contains(info['a'], 'x')", [0, 1, 2, 3, 4, 5]),
        ("array_length(info['a']) == 2", [6]),
    ],
)
def test_json(text: str, kept: list[int]) -> None:
    assert matching(text, [{"info": d} for d in DOCUMENTS]) == kept


def test_a_character_of_a_json_string_is_not_an_item() -> None:
    assert holding("info['a'][0] == 'x'", "info", [{"a": "xy"}]) == []


def test_lists_in_json_lists() -> None:
    documents = [{"a": [[1, 2], 3]}, {"a": [1, 2]}]
    assert holding("json_contains(info['a'], [1, 2])", "info", documents) == documents[:1]


def test_an_integer_beyond_int64_in_json_is_a_float() -> None:
    assert holding("info > 1e18", "info", [2**64 - 1, 1]) == [2**64 - 1]


def test_undeclared_names_are_dynamic_keys() -> None:
    rows: list[dict[str, Any]] = [{"$meta": {"color": "red"}}, {"$meta": {"color": 3}}, {"$meta": {}}, {"$meta": None}]
    assert matching("color == 'red'", rows) == [0]
    assert matching("$meta['color'] == 'red'", rows) == [0]
    assert matching("color != 'red'", rows) == [1, 2, 3]
    assert matching("exists color", rows) == [0, 1]
    assert matching("color is null", rows) == [2, 3]


ARRAYS = [[1, 2], [2], [], None]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("marks[0] == 2", [1]),
        ("marks[1] == 2", [0]),
        ("marks[1] != 2", []),
        ("marks[1] != 2.5", [0]),
        ("not (marks[1] == 2)", [1, 2]),
        ("marks[0] + 1 == 3", [1]),
        ("not (2 / marks[0] == 1)", [0, 2]),
        ("marks[0] in [1, 5]", [0]),
        ("marks == [1, 2]", [0]),
        ("marks != [1, 2]", [1, 2]),
        ("marks == []", [2]),
        ("array_contains(marks, 2)", [0, 1]),
        ("array_contains_any(marks, [1, 7])", [0]),
        ("array_contains_any(marks, [])", []),
        ("array_contains_all(marks, [1, 2])", [0]),
        ("array_contains_all(marks, [])", [0, 1, 2]),
        ("json_contains(marks, 1)", [0]),
        ("array_length(marks) < 2", [1, 2]),
        ("marks is null", [3]),
    ],
)
def test_array(text: str, kept: list[int]) -> None:
    assert matching(text, [{"marks": a} for a in ARRAYS]) == kept


def test_array_of_strings() -> None:
    assert holding("tags[0] like 'a%'", "tags", [["ab"], ["b", "a"], []]) == [["ab"]]


def test_three_valued_logic() -> None:
    rows = [{"num": n, "flag": f} for n in (None, 1, 2) for f in (None, True, False)]
    assert matching("num > 1 or flag", rows) == [1, 4, 6, 7, 8]
    assert matching("num > 1 and flag", rows) == [7]
    assert matching("not (num > 1 and flag)", rows) == [2, 3, 4, 5, 8]
    assert matching("not (num > 1 or flag)", rows) == [5]
