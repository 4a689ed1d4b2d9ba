"""Any text is either a filter or refused with its place; any list is read as it was written."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from elanus.errors import FilterInvalid, NotImplementedYet
from elanus.filter import compile_filter
from elanus.filter.syntax.parse import parse
from elanus.filter.syntax.source import Source
from elanus.filter.syntax.tree import Literal
from unit.filter.rows import SCHEMA

WORDS = """
    num title info tags flag color ['a'] [0] [1,2] [ ] ( ) , {x} 1 2.5 - + * / % ** 's' true null == != < >= & | ~ !
    and or not in like is exists array_contains array_length text_match r'a' "
"""
pieces = st.sampled_from(WORDS.split())


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(pieces, max_size=12).map(" ".join), st.text(max_size=20)))
@example("num in [1,2")
@example("'\\")
@example("\x00")
def test_any_text_compiles_or_is_refused(text: str) -> None:
    try:
        predicate = compile_filter(text, SCHEMA, {"x": 1})
    except FilterInvalid as refused:
        assert 0 <= refused.position <= len(text)  # noqa: PT017
    except NotImplementedYet:
        assert "text_match" in text
    else:
        assert predicate.fields <= set(SCHEMA.by_name)


numbers = st.integers(-(2**63) + 1, 2**63 - 1)
words = st.text(st.characters(codec="utf-8", exclude_characters="\\'\""), max_size=5)


def quoted(mark: str, values: list[str]) -> str:
    return ", ".join(f"{mark}{value}{mark}" for value in values)


@given(st.lists(numbers, min_size=1))
def test_a_list_of_whole_numbers_is_read_as_written(values: list[int]) -> None:
    node = parse(Source(f"[{', '.join(map(str, values))}]"))
    assert isinstance(node, Literal)
    assert node.value == tuple(values)
    assert set(map(type, node.value)) == {int}


@given(st.lists(words), st.sampled_from(["'", '"']))
def test_a_list_of_strings_is_read_as_written(values: list[str], mark: str) -> None:
    node = parse(Source(f"[{quoted(mark, values)}]"))
    assert isinstance(node, Literal)
    assert node.value == tuple(values)
