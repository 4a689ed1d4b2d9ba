"""text_match and phrase_match against a loop over rows and words."""

from __future__ import annotations

from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.errors import FilterInvalid
from elanus.filter import compile_filter
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.segment.block import Block

SCHEMA = CollectionSchema(
    "books",
    (
        Field(100, "pk", DataType.INT64, is_primary=True),
        Field(101, "text", DataType.VARCHAR, max_length=99, enable_analyzer=True, enable_match=True, nullable=True),
        Field(102, "title", DataType.VARCHAR, max_length=99, enable_analyzer=True),
        Field(103, "english", DataType.VARCHAR, max_length=99, enable_analyzer=True, enable_match=True,
              analyzer_params='{"type": "english"}'),
    ),
)  # fmt: skip


def matching(text: str, values: list[str | None], field: str = "text", **templates) -> list[int]:
    """Rows for which the filter holds."""
    numbers = pa.array(range(len(values)), pa.int64())
    texts = pa.array(values, pa.large_string())
    block = Block(pa.RecordBatch.from_arrays([numbers, texts], names=["pk", field]))
    return compile_filter(text, SCHEMA, templates).mask(block).nonzero()[0].tolist()


WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(" ".join)
TEXTS = st.lists(st.none() | st.lists(st.sampled_from("abcde"), max_size=7).map(" ".join), max_size=6)


@settings(deadline=None)  # the first call loads a library
@given(texts=TEXTS, words=WORDS, least=st.integers(1, 4))
def test_text_match_is_a_count_of_words(texts, words, least):
    held = [None if text is None else sum(word in text.split() for word in words.split()) for text in texts]
    wanted = [row for row, count in enumerate(held) if count is not None and count >= least]
    others = [row for row, count in enumerate(held) if count is not None and count < least]
    asked = f"text_match(text, '{words}', minimum_should_match={least})"
    assert matching(asked, texts) == wanted
    assert matching(f"not {asked}", texts) == others


@settings(deadline=None)  # the first call loads a library
@given(texts=TEXTS, words=WORDS, slop=st.integers(0, 5))
def test_phrase_match_is_a_window_over_places(texts, words, slop):
    phrase = words.split()

    def holds(text: str) -> bool:
        places = [[at for at, word in enumerate(text.split()) if word == one] for one in phrase]
        starts = [[at - place for at in found] for place, found in enumerate(places)]
        return any(max(choice) - min(choice) <= slop for choice in product(*starts))

    wanted = [row for row, text in enumerate(texts) if text is not None and holds(text)]
    assert matching(f"phrase_match(text, '{words}', {slop})", texts) == wanted


def test_the_analyzer_of_the_field_cuts_both_sides():
    texts = ["The dogs and the foxes", "a dog", "fox"]
    assert matching("TEXT_MATCH(english, 'DOG')", texts, "english") == [0, 1]
    assert matching("phrase_match(english, 'dogs or the foxes')", texts, "english") == [0]
    assert matching("phrase_match(english, 'the foxes')", texts, "english") == [0, 2]
    assert matching("text_match(english, 'the and')", texts, "english") == []


def test_a_slop_does_not_reach_into_the_next_text():
    assert matching("phrase_match(text, 'a b', 4294967295)", ["a", "b", "b c a"]) == [2]


def test_the_text_may_be_a_template_and_join_other_conditions():
    texts = ["a b", "b", "c"]
    assert matching("pk > 0 and text_match(text, {words})", texts, words="b c") == [1, 2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("text_match(title, 'a')", 'field "title" does not enable match'),
        ("phrase_match(title, 'a')", 'field "title" does not enable match'),
        ("text_match(pk, 'a')", "text match operation on non-string is unsupported"),
        ("phrase_match(pk, 'a')", "phrase match operation on non-string is unsupported"),
        ("text_match(nothing, 'a')", "field nothing not exist"),
        ("text_match(text, 3)", "text_match takes a text to look for, not the constant 3"),
        ("text_match(text, title)", "text_match takes a text to look for"),
        ("text_match(text)", "text_match takes a field, a text and maybe minimum_should_match=n"),
        ("text_match(text, 'a', 2)", "text_match knows the option minimum_should_match=n alone"),
        ("text_match(text, 'a', slop=2)", "text_match knows the option minimum_should_match=n alone"),
        ("text_match(text, 'a', minimum_should_match='2')", "should be a const integer expression"),
        ("text_match(text, 'a', minimum_should_match=0)", "minimum_should_match should be >= 1, got 0"),
        ("text_match(text, 'a', minimum_should_match=1001)", "minimum_should_match should be <= 1000, got 1001"),
        ("phrase_match(text, 'a b', -1)", 'not be a negative interger. "slop" passed: -1'),
        ("phrase_match(text, 'a b', 4294967296)", '"slop" exceeds the range of "uint32"'),
        ("phrase_match(text, 'a b', 'c')", '"slop" should be a const integer expression'),
        ("phrase_match(text, 'a b', 1, 2)", "phrase_match takes a field, a text and maybe a slop"),
        ("array_length(text, of=1) > 2", "array_length takes no option of"),
        ("text = 'a'", "unexpected '='"),
        ("text in [a=1]", "unexpected '='"),
    ],
    ids=str,
)  # fmt: skip
def test_calls_that_are_wrong(text, why):
    with pytest.raises(FilterInvalid) as wrong:
        compile_filter(text, SCHEMA)
    assert why in wrong.value.message
