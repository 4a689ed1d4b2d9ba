"""Tokenizers by the name they have in analyzer parameters.

source  Milvus 2.6: names, parameters and texts of its tokenizers
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

import numpy as np

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.text.threads import OfEachThread
from elanus.text.tokens import Words

_ABSENT = ("lindera", "icu", "language_identifier", "thai", "grpc", "char_group", "ngram")


@dataclass(frozen=True, slots=True)
class Span:
    """A word and where it stands.

    start, end       ``start:end`` of its text, in characters of a tokenizer, in bytes of UTF-8 of an analyzer
    position, width  its place among the words, and how many of them it takes
    """

    word: str
    start: int
    end: int
    position: int
    width: int = 1


class Tokenizer(Protocol):
    def words(self, texts: Sequence[str]) -> Words:
        """The words of all texts."""
        ...

    def spans(self, text: str) -> list[Span]:
        """The same of one text, with the place of each word."""
        ...


class _Tantivy:
    """A tokenizer of tantivy: its words are numbered 0, 1, 2 ..."""

    def __init__(self, name: str) -> None:
        self._made = OfEachThread(name)

    def words(self, texts: Sequence[str]) -> Words:
        found = list(map(self._made.analyzer.analyze, texts))
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        firsts = np.cumsum(lengths) - lengths
        positions = np.arange(int(lengths.sum())) - np.repeat(firsts, lengths)
        return Words.of(list(chain.from_iterable(found)), lengths, positions)

    def spans(self, text: str) -> list[Span]:
        tokens = self._made.analyzer.pre_tokenize(text).tokens
        return [Span(one.text, one.char_offset_from, one.char_offset_to, one.position) for one in tokens]


class _Jieba:
    """Chinese words by a dictionary; a word's position is its first character. In mode search, words may overlap."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._mode = {"exact": "default", "search": "search"}[_choice(params, "mode", "search", ("exact", "search"))]
        self._hmm = params.get("hmm", True)
        if not isinstance(self._hmm, bool):
            raise ParameterInvalid("jieba tokenizer hmm must be boolean")
        self._jieba = _jieba_of(tuple(_words_of(params)))

    def words(self, texts: Sequence[str]) -> Words:
        found = [self._jieba.tokenize(text, self._mode, self._hmm) for text in texts]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        every = list(chain.from_iterable(found))
        firsts = np.array([first for _, first, _ in every], np.int64)
        return Words.of([word for word, _, _ in every], lengths, firsts)

    def spans(self, text: str) -> list[Span]:
        return [
            Span(word, start, end, start, end - start)
            for word, start, end in self._jieba.tokenize(text, self._mode, self._hmm)
        ]


def tokenizer_of(params: object) -> Tokenizer:
    """The tokenizer of this name, or of this ``{"type": name, ...}``. Raises ParameterInvalid, NotImplementedYet."""
    name, options = (params, {}) if isinstance(params, str) else _named(params)
    if name in _ABSENT:
        raise NotImplementedYet(
            f"the tokenizer {name} is not implemented by Elanus yet: use standard, whitespace, jieba"
        )
    if name not in _TOKENIZERS:
        raise ParameterInvalid(f"unsupported tokenizer: {name}, allowed: {', '.join(_TOKENIZERS)}")
    return _TOKENIZERS[name](options)


def _named(params: object) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(params, dict):
        raise ParameterInvalid("tokenizer name should be string or dict")
    if "type" not in params:
        raise ParameterInvalid("costum tokenizer must set type")
    name = params["type"]
    if not isinstance(name, str):
        raise ParameterInvalid("tokenizer type should be string")
    return name, params


def _standard(params: Mapping[str, Any]) -> Tokenizer:
    if params.get("uax29", False) is not False:
        raise NotImplementedYet("uax29 of the standard tokenizer is not implemented by Elanus yet: leave it out")
    if "max_token_length" in params:
        raise ParameterInvalid("standard tokenizer max_token_length requires uax29 to be true")
    return _Tantivy("simple")


def _whitespace(params: Mapping[str, Any]) -> Tokenizer:
    return _Tantivy("whitespace")


def _choice(params: Mapping[str, Any], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = params.get(name, default)
    if value not in allowed:
        raise ParameterInvalid(f"jieba tokenizer {name} must be {' or '.join(map(repr, allowed))}, got {value!r}")
    return str(value)


def _words_of(params: Mapping[str, Any]) -> list[str]:
    """The words of a dictionary of the user's; ``_default_`` among them is the one that comes with jieba."""
    words = params.get("dict", ["_default_"])
    if not isinstance(words, list):
        raise ParameterInvalid("jieba tokenizer dict must be array")
    if not all(isinstance(word, str) for word in words):
        raise ParameterInvalid("jieba tokenizer dict item must be string")
    return words


@lru_cache(maxsize=8)
def _jieba_of(words: tuple[str, ...]) -> Any:
    """A dictionary takes a tenth of a second to load, and is kept."""
    try:
        from rjieba import Jieba
    except ImportError:
        raise NotImplementedYet(
            "Chinese texts need the package rjieba: install it by pip install 'elanus[chinese]'"
        ) from None
    jieba = Jieba() if "_default_" in words else Jieba.empty()  # type: ignore[no-untyped-call]
    for word in words:
        if word != "_default_":
            jieba.add_word(word, None, None)
    return jieba


_TOKENIZERS: Mapping[str, Callable[[Mapping[str, Any]], Tokenizer]] = {
    "standard": _standard,
    "whitespace": _whitespace,
    "jieba": _Jieba,
}
