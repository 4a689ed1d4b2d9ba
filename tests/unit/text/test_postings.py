"""The least slop of a phrase, against every choice of tokens, and the examples of its documentation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.text.analyzer import analyzer_of, text_column
from elanus.text.postings import NOWHERE, Postings

WORDS = st.lists(st.sampled_from("abcd"), max_size=7)


def slops(phrase: str, texts: list[str], params: str = "") -> list[int]:
    wanted = analyzer_of(params).tokens(text_column([phrase]))
    postings = Postings.of(analyzer_of(params).tokens(text_column(texts)))
    found = postings.slops([wanted.terms[code] for code in wanted.codes], wanted.positions.tolist())
    return [-1 if slop == NOWHERE else slop for slop in found.tolist()]


@settings(deadline=None)  # the first call loads a library
@given(phrase=WORDS.filter(bool), texts=st.lists(WORDS, max_size=5))
def test_every_choice_of_tokens(phrase, texts):
    wanted = []
    for text in texts:
        starts = [[at - place for at, word in enumerate(text) if word == one] for place, one in enumerate(phrase)]
        wanted.append(min((max(choice) - min(choice) for choice in product(*starts)), default=-1))
    assert slops(" ".join(phrase), [" ".join(text) for text in texts]) == wanted


@pytest.mark.parametrize(
    ("phrase", "text", "slop"),
    [
        ("hello world", "hello world", 0),
        ("hello world", "hello there", -1),
        ("A C", "A B C", 1),
        ("A B", "A C D E B F G A B", 0),
        ("A B A", "A B A", 0),
        ("I like swimming and skiing", "x " * 10 + "Skiing and swimming are sports that I like the most.", 10),
    ],
)
def test_examples(phrase, text, slop):
    assert slops(phrase, [text, "other"]) == [slop, -1]


def test_chinese_positions_are_characters():
    assert slops("\u4e2d\u6587 \u6d4b\u8bd5", ["\u6d4b\u8bd5 \u7684 \u4e2d\u6587"], '{"tokenizer": "jieba"}') == [8]
