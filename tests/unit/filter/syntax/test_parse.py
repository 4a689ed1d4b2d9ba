"""What is written is what is meant: literals, precedence, keywords."""

from __future__ import annotations

from typing import Any

import pytest

from elanus.errors import FilterInvalid
from elanus.filter.syntax.parse import parse
from elanus.filter.syntax.source import Source
from elanus.filter.syntax.tree import Literal
from unit.filter.rows import holding, matching


def literal(text: str) -> Any:
    node = parse(Source(text))
    assert isinstance(node, Literal)
    return node.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("0x1F", 31),
        ("0X1f", 31),
        ("017", 15),
        ("0", 0),
        ("0b101", 5),
        ("1.5", 1.5),
        (".5", 0.5),
        ("2.", 2.0),
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        ("true", True),
        ("TRUE", True),
        ("True", True),
        ("false", False),
        ("'a'", "a"),
        ('"a"', "a"),
        (r"'it\'s'", "it's"),
        (r'"\x41\u00e9\n\101"', "Aé\nA"),
        (r'"a\\b"', "a\\b"),
        (r'r"a\n"', r"a\n"),
        ("[]", ()),
        ("[1, 2,]", (1, 2)),
        ("[1, 2.5]", (1, 2.5)),
        ("['a', \"b\"]", ("a", "b")),
        ("[0x10, 010]", (16, 8)),
        ("[[1], ['a', true]]", ((1,), ("a", True))),
        (r"['a\'b']", ("a'b",)),
    ],
)
def test_literal(text: str, value: Any) -> None:
    got = literal(text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("num + 2 * 3 == 7", "(num + (2 * 3)) == 7"),
        ("num - 1 - 1 == 0", "((num - 1) - 1) == 0"),
        ("2 ** 3 ** 2 == num", "(2 ** (3 ** 2)) == num"),
        ("-2 ** 2 == num", "(-(2 ** 2)) == num"),
        ("num == 1 or num == 2 and flag", "(num == 1) or ((num == 2) and flag)"),
        ("not num == 1 and flag", "(not (num == 1)) and flag"),
        ("num > 1 == true", "(num > 1) == true"),
        ("num + 1 in [2]", "(num + 1) in [2]"),
        ("num not in [1] and flag", "(not (num in [1])) and flag"),
        ("1 < num <= 5", "num > 1 and num <= 5"),
        ("5 >= num > 1", "num <= 5 and num > 1"),
        ("not flag || flag && num in [1]", "(not flag) or (flag and (num in [1]))"),
        ("! flag AND num > 1", "(not flag) and (num > 1)"),
    ],
)
def test_precedence(written: str, meant: str) -> None:
    rows = [{"num": n, "flag": f} for n in (None, -4, 0, 1, 2, 5, 7, 512) for f in (None, True, False)]
    assert matching(written, rows) == matching(meant, rows)


@pytest.mark.parametrize("text", ["num IN [1]", "num in [1]", "NOT (num NOT IN [1])", "num IS NOT NULL AND num == 1"])
def test_keywords_are_all_lower_or_all_upper(text: str) -> None:
    assert holding(text, "num", [1, 2, None]) == [1]


def test_a_keyword_in_mixed_case_is_a_name() -> None:
    with pytest.raises(FilterInvalid, match="found 'And'"):
        parse(Source("num == 1 And num == 2"))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "num > 1" + ")" * 10_000,
        "not " * 10_000 + "flag",
        "-" * 10_000 + "1 == num",
        "2 **" * 10_000 + "1 == num",
        "num" + " + 1" * 10_000 + " == 1",
        "flag" + " == true" * 10_000,
        "num in " + "[" * 10_000 + "]" * 10_000,
        "array_length(" * 10_000,
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(FilterInvalid, match="write it flatter"):
        holding(text, "num", [1])


def test_long_chains_of_and_and_or_are_flat() -> None:
    text = " or ".join(f"num == {n}" for n in range(3000)) + " and num >= 0" * 3000
    assert holding(text, "num", [1, 2999, 3000, -1]) == [1, 2999]


def test_nesting_up_to_the_limit_is_fine() -> None:
    assert holding("(" * 60 + "num > 1" + ")" * 60, "num", [1, 2]) == [2]
