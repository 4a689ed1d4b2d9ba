"""Analyzers: what they make of texts, and parameters they refuse."""

from __future__ import annotations

import json
import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.text.analyzer import TEXTS_AT_ONCE, analyzer_of, text_column
from elanus.text.tokens import Tokens

SENTENCE = "The quick foxes' 3.5 runs -- RUNNING over Ünïcode_words!"


def analyzer(params: object):
    return analyzer_of(json.dumps(params))


def terms_by_row(tokens: Tokens) -> list[list[str]]:
    flat = [tokens.terms[code] for code in tokens.codes]
    return [flat[first:last] for first, last in zip(tokens.indptr[:-1], tokens.indptr[1:], strict=True)]


def words(params: object, text: str) -> list[str]:
    return terms_by_row(analyzer(params).tokens(text_column([text])))[0]


@pytest.mark.parametrize("params", ["", "{}", '{"type": "standard"}'])
def test_standard_is_the_default_and_keeps_letters_and_digits(params):
    wanted = ["the", "quick", "foxes", "3", "5", "runs", "running", "over", "ünïcode", "words"]
    assert terms_by_row(analyzer_of(params).tokens(text_column([SENTENCE]))) == [wanted]


def test_english_stems_and_drops_stop_words():
    wanted = ["quick", "fox", "3", "5", "run", "run", "over", "ünïcode", "word"]
    assert words({"type": "english"}, SENTENCE) == wanted
    assert words({"type": "english", "stop_words": ["fox", "_german_"]}, "the fox und the hund") == ["hund"]


def test_chinese_words_may_overlap():
    wanted = ["我", "来到", "北京", "清华", "华大", "大学", "清华大学", "hello"]
    assert words({"type": "chinese"}, "我来到北京清华大学!hello") == wanted


@pytest.mark.parametrize(
    ("filters", "text", "wanted"),
    [
        ([], "Über Café", ["Über", "Café"]),
        (["lowercase"], "Über Café", ["über", "café"]),
        (["asciifolding"], "Über Café", ["Uber", "Cafe"]),
        (["alphanumonly"], "a1 b-2 c", ["a1", "c"]),
        (["cncharonly"], "中a b 文", ["中a", "文"]),
        (["cnalphanumonly"], "中 b ! é", ["中", "b"]),
        (["removepunct"], "a b! c,d e", ["a", "e"]),
        ([{"type": "length", "max": 3}], "one four äb äbc", ["one", "äb"]),
        ([{"type": "stop", "stop_words": ["b", "_english_"]}], "the a b c", ["c"]),
        ([{"type": "stop"}], "the a", ["the", "a"]),
        ([{"type": "stemmer", "language": "German"}], "häuser", ["haus"]),
        ([{"type": "regex", "expr": "^(?!test)"}], "test tests a testing", ["a"]),
        ([{"type": "regex", "expr": "^(?=.*a)(?!.*b\\))[a-c)]+$"}], "a b ab) ab x", ["a", "ab"]),
        ([{"type": "regex", "expr": "[0-9]"}], "a1 b 2", ["a1", "2"]),
        ([{"type": "decompounder", "word_list": ["wort", "bank"]}], "wortbank geld", ["wort", "bank", "geld"]),
        (["lowercase", {"type": "stop", "stop_words": ["a"]}], "A B", ["b"]),
        ([{"type": "stop", "stop_words": ["a"]}, "lowercase"], "A B", ["a", "b"]),
        ([{"type": "lowercase"}], "A", ["a"]),
    ],
    ids=str,
)
def test_each_filter(filters, text, wanted):
    assert words({"tokenizer": "whitespace", "filter": filters}, text) == wanted


def test_each_tokenizer():
    assert words({"tokenizer": "standard"}, "a-b c") == ["a", "b", "c"]
    assert words({"tokenizer": {"type": "whitespace"}}, "a-b c") == ["a-b", "c"]
    assert words({"tokenizer": {"type": "jieba", "mode": "exact"}}, "清华大学") == ["清华大学"]
    own = {"type": "jieba", "dict": ["结巴分词器"], "mode": "exact", "hmm": False}
    assert words({"tokenizer": own}, "milvus结巴分词器中文") == ["milvus", "结巴分词器", "中", "文"]


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ("[1]", "should be a json map"),
        ("{", "should be a json map"),
        ({"type": 3}, "analyzer type shoud be string"),
        ({"type": "klingon"}, "unknown build-in analyzer type: klingon"),
        ({"type": "standard", "stop_words": "a"}, "filter stop_words should be array"),
        ({"type": "standard", "stop_words": [3]}, "filter stop_words list item should be string"),
        ({"filter": []}, "tokenizer name or type must be set"),
        ({"tokenizer": 3}, "tokenizer name should be string or dict"),
        ({"tokenizer": {}}, "costum tokenizer must set type"),
        ({"tokenizer": {"type": 3}}, "tokenizer type should be string"),
        ({"tokenizer": "klingon"}, "unsupported tokenizer: klingon"),
        ({"tokenizer": {"type": "standard", "max_token_length": 5}}, "requires uax29"),
        ({"tokenizer": {"type": "jieba", "mode": "fast"}}, "jieba tokenizer mode must be 'exact' or 'search'"),
        ({"tokenizer": {"type": "jieba", "hmm": 1}}, "hmm must be boolean"),
        ({"tokenizer": {"type": "jieba", "dict": "a"}}, "dict must be array"),
        ({"tokenizer": {"type": "jieba", "dict": [1]}}, "dict item must be string"),
        ({"tokenizer": "standard", "more": 1}, "unknown analyzer option key: more"),
        ({"tokenizer": "standard", "filter": "lowercase"}, "filter params should be array"),
        ({"tokenizer": "standard", "filter": ["upper"]}, "filter not found :upper"),
        ({"tokenizer": "standard", "filter": [3]}, "a filter is a name or an object"),
        ({"tokenizer": "standard", "filter": [{}]}, "no type field in filter params"),
        ({"tokenizer": "standard", "filter": [{"type": 3}]}, "filter type should be string"),
        ({"tokenizer": "standard", "filter": [{"type": "upper"}]}, "unsupport filter type: upper"),
        ({"tokenizer": "standard", "filter": [{"type": "length"}]}, "lenth max param"),
        ({"tokenizer": "standard", "filter": [{"type": "length", "max": -1}]}, "lenth max param"),
        ({"tokenizer": "standard", "filter": [{"type": "stemmer"}]}, "stemmer language field should be string"),
        ({"tokenizer": "standard", "filter": [{"type": "stemmer", "language": "x"}]}, "unsupport language: x"),
        ({"tokenizer": "standard", "filter": [{"type": "regex"}]}, "must set expr for regex filter"),
        ({"tokenizer": "standard", "filter": [{"type": "regex", "expr": 1}]}, "expr must be string"),
        ({"tokenizer": "standard", "filter": [{"type": "regex", "expr": "("}]}, "regex expression invalid"),
        ({"tokenizer": "standard", "filter": [{"type": "regex", "expr": "^(?!("}]}, "regex expression invalid"),
        ({"tokenizer": "standard", "filter": [{"type": "decompounder"}]}, "decompounder word list should be array"),
    ],
    ids=str,
)
def test_parameters_that_are_wrong(params, why):
    with pytest.raises(ParameterInvalid, match=re.escape(why)):
        analyzer_of(params if isinstance(params, str) else json.dumps(params))


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"type": "thai"}, "thai"),
        ({"tokenizer": "icu"}, "icu"),
        ({"tokenizer": {"type": "lindera", "dict_kind": "ipadic"}}, "lindera"),
        ({"tokenizer": {"type": "standard", "uax29": True}}, "uax29"),
        ({"tokenizer": "standard", "char_filter": []}, "char_filter"),
        ({"tokenizer": "standard", "filter": ["pinyin"]}, "pinyin"),
        ({"tokenizer": "standard", "filter": [{"type": "synonym"}]}, "synonym"),
        ({"tokenizer": "standard", "filter": [{"type": "stop", "stop_words": ["_thai_"]}]}, "_thai_"),
        ({"tokenizer": "standard", "filter": [{"type": "regex", "expr": "a(?!b)"}]}, "look-around"),
        ({"tokenizer": "standard", "filter": [{"type": "regex", "expr": "^(?!a(?<=b))"}]}, "look-around"),
        ({"tokenizer": "standard", "filter": [{"type": "stop", "stop_words_file": {}}]}, "stop_words_file"),
        ({"tokenizer": "standard", "filter": [{"type": "decompounder", "word_list_file": {}}]}, "word_list_file"),
    ],
    ids=str,
)
def test_what_is_not_there_yet_is_named(params, name):
    with pytest.raises(NotImplementedYet, match=name):
        analyzer(params)


def test_chinese_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)  # as if it were not installed
    with pytest.raises(NotImplementedYet, match=r"pip install 'elanus\[chinese\]'"):
        analyzer({"tokenizer": {"type": "jieba", "dict": ["a word no other test has"]}})


CHAINS = [
    {"type": "english"},
    {"tokenizer": "whitespace", "filter": ["lowercase", {"type": "decompounder", "word_list": ["ab", "c"]}]},
    {"tokenizer": {"type": "jieba"}, "filter": ["lowercase", "removepunct"]},
]


@pytest.mark.parametrize("params", CHAINS, ids=["english", "decompounder", "jieba"])
@settings(deadline=None)  # the first Chinese text loads a dictionary
@given(texts=st.lists(st.none() | st.text("aAbBcC -.清华大学é", max_size=20), max_size=8))
def test_columns_are_what_each_text_gives_alone(params, texts):
    found = analyzer(params).tokens(text_column(texts))
    spans = [analyzer(params).spans(text or "") for text in texts]
    assert terms_by_row(found) == [[span.word for span in row] for row in spans]
    assert found.positions.tolist() == [span.position for row in spans for span in row]
    assert len(set(found.terms)) == len(found.terms)
    assert np.array_equal(found.row_of_token(), [row for row, some in enumerate(spans) for _ in some])


def test_long_columns_are_cut_piece_by_piece():
    texts = [f"w{number % 700} the w{number % 3}" if number % 5 else None for number in range(2 * TEXTS_AT_ONCE + 3)]
    found = analyzer({"type": "english"}).tokens(text_column(texts))
    assert terms_by_row(found) == [[w for w in (text or "").split() if w != "the"] for text in texts]
    assert len(found.terms) == len(set(found.terms)) == 561


def test_spans_are_in_bytes():
    text = "Ähm, der Fuchs"
    for span in analyzer({"tokenizer": "standard"}).spans(text):
        assert text.encode()[span.start : span.end].decode() == span.word
    (first, *_, last) = analyzer({"tokenizer": "jieba"}).spans("北京大学")
    assert (first.word, first.start, first.end, first.width) == ("北京", 0, 6, 2)
    assert (last.word, last.start, last.end, last.position, last.width) == ("北京大学", 0, 12, 0, 4)


def test_no_expression_holds_the_server_up():
    slow = {"tokenizer": "whitespace", "filter": [{"type": "regex", "expr": "^(?!x)(a+)+$"}]}
    assert words(slow, "a" * 5000 + "b " + "a" * 5000) == ["a" * 5000]


def test_a_dropped_word_leaves_its_place():
    tokens = analyzer({"type": "english"}).tokens(text_column(["dogs and the foxes"]))
    assert tokens.positions.tolist() == [0, 3]
