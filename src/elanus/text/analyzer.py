"""An analyzer: a tokenizer and filters, read from its parameters and run over columns of texts.

source  Milvus 2.6: parameters, built-in analyzers and texts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.text.filters import WordFilter, filter_of, stop_filters
from elanus.text.tokenizers import Span, Tokenizer, tokenizer_of
from elanus.text.tokens import Numbers, Tokens, Words

REMEMBERED = 64
TEXTS_AT_ONCE = 1 << 13
_ENGLISH: list[object] = [
    "lowercase",
    {"type": "stemmer", "language": "english"},
    {"type": "stop", "stop_words": ["_english_"]},
]
_BUILT_IN: Mapping[str, tuple[str, list[object]]] = {
    "standard": ("standard", ["lowercase"]),
    "english": ("standard", _ENGLISH),
    "chinese": ("jieba", ["cnalphanumonly"]),
}
_ABSENT = ("thai", "arabic")


@dataclass(frozen=True, slots=True, eq=False)
class Analyzer:
    tokenizer: Tokenizer
    filters: tuple[WordFilter, ...]

    def tokens(self, texts: pa.Array) -> Tokens:
        """The tokens of each text; NULL has none. A distinct word is filtered once, however often it comes.

        texts  large_string
        """
        found = self._words(texts)
        words = found.words
        made = [self._filtered(word) for word in words.dictionary.to_pylist()]
        terms = pa.array(list(chain.from_iterable(made)), pa.large_string()).dictionary_encode()
        entries, counts = _spread(words.indices.to_numpy(), [len(some) for some in made])
        lengths = np.bincount(np.repeat(np.arange(len(texts)), found.lengths), counts, len(texts)).astype(np.int64)
        return Tokens(
            terms=tuple(terms.dictionary.to_pylist()),
            indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            codes=terms.indices.to_numpy()[entries],
            positions=np.repeat(found.positions, counts),
        )

    def _words(self, texts: pa.Array) -> Words:
        """Some texts at a time: as Python objects words take many times the room."""
        firsts = range(0, max(1, len(texts)), TEXTS_AT_ONCE)
        some = (texts.slice(first, TEXTS_AT_ONCE).fill_null("").to_pylist() for first in firsts)
        return Words.joined([self.tokenizer.words(one) for one in some])

    def spans(self, text: str) -> list[Span]:
        """The terms of one text with the place of the word each was made from, in bytes of UTF-8."""
        before = list(accumulate((len(character.encode()) for character in text), initial=0))
        return [
            Span(term, before[span.start], before[span.end], span.position, span.width)
            for span in self.tokenizer.spans(text)
            for term in self._filtered(span.word)
        ]

    def _filtered(self, word: str) -> Sequence[str]:
        words: Sequence[str] = (word,)
        for change in self.filters:
            words = [made for one in words for made in change(one)]
        return words


def text_column(texts: Sequence[str | None]) -> pa.Array:
    """The texts as an analyzer takes them."""
    return pa.array(texts, pa.large_string())


@lru_cache(maxsize=REMEMBERED)
def analyzer_of(params: str) -> Analyzer:
    """The analyzer of these parameters, a JSON object; of "" and of ``{}`` it is ``standard``.

    Raises ParameterInvalid, NotImplementedYet for a tokenizer or filter that Elanus lacks.
    """
    given = json_map("analyzer params", params) if params.strip() else {}
    if not given:
        given = {"type": "standard"}
    return _built_in(given) if "type" in given else _custom(given)


def json_map(what: str, text: str) -> dict[str, Any]:
    """The parameters that a JSON text says. Raises ParameterInvalid, naming ``what``."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ParameterInvalid(f"{what} should be a json map, got {text[:200]}: {wrong}") from None
    if not isinstance(given, dict):
        raise ParameterInvalid(f"{what} should be a json map, got {text[:200]}")
    return given


def _built_in(given: Mapping[str, Any]) -> Analyzer:
    name = given["type"]
    if not isinstance(name, str):
        raise ParameterInvalid("analyzer type shoud be string")
    if name in _ABSENT:
        raise NotImplementedYet(f"the analyzer {name} is not implemented by Elanus yet")
    if name not in _BUILT_IN:
        raise ParameterInvalid(f"unknown build-in analyzer type: {name}, allowed: {', '.join(_BUILT_IN)}")
    tokenizer, filters = _BUILT_IN[name]
    stopped = stop_filters(given["stop_words"], "filter stop_words") if "stop_words" in given else []
    return Analyzer(tokenizer_of(tokenizer), (*_filters_of(filters), *stopped))


def _custom(given: Mapping[str, Any]) -> Analyzer:
    if "tokenizer" not in given:
        raise ParameterInvalid("tokenizer name or type must be set")
    for key in given:
        if key == "char_filter":
            raise NotImplementedYet("char_filter of an analyzer is not implemented by Elanus yet: leave it out")
        if key not in ("tokenizer", "filter"):
            raise ParameterInvalid(f"unknown analyzer option key: {key}, allowed: tokenizer, filter")
    filters = given.get("filter", [])
    if not isinstance(filters, list):
        raise ParameterInvalid("filter params should be array")
    return Analyzer(tokenizer_of(given["tokenizer"]), _filters_of(filters))


def _filters_of(given: Sequence[object]) -> tuple[WordFilter, ...]:
    return tuple(chain.from_iterable(map(filter_of, given)))


def _spread(codes: Numbers, lengths: list[int]) -> tuple[Numbers, Numbers]:
    """Where the terms of each word lie among those of all distinct words, word after word, and how many it has."""
    of_word = np.array(lengths, np.int64)
    firsts = np.cumsum(of_word) - of_word
    counts = of_word[codes]
    before = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) - np.repeat(before - firsts[codes], counts), counts
