"""Filters by the name they have in analyzer parameters: each makes of a word none, one or several.

source  Milvus 2.6: names, parameters and texts of its filters
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.text.patterns import pattern_of
from elanus.text.threads import OfEachThread

WordFilter = Callable[[str], Sequence[str]]

_ABSENT = ("pinyin", "synonym", "decimaldigit", "arabic_normalization")
_STEMMED = (
    *("arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hungarian", "italian"),
    *("norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "tamil", "turkish"),
)
_STOPPED = (
    *("danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian"),
    *("portuguese", "russian", "spanish", "swedish"),
)
_OTHER_STOPPED = ("_chinese_", "_arabic_", "_thai_")
_HAN = "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Characters of the Han script."""


def filter_of(params: object) -> list[WordFilter]:
    """The filter of this name, or of this ``{"type": name, ...}``. Raises ParameterInvalid, NotImplementedYet."""
    if isinstance(params, str):
        return [_plain_filter(params)]
    if not isinstance(params, dict):
        raise ParameterInvalid(f"a filter is a name or an object with its type, got {params!r}")
    if "type" not in params:
        raise ParameterInvalid("no type field in filter params")
    name = params["type"]
    if not isinstance(name, str):
        raise ParameterInvalid("filter type should be string")
    _refuse_absent(name)
    if name in _PLAIN:
        return [_plain_filter(name)]
    if name not in _WITH_PARAMS:
        raise ParameterInvalid(f"unsupport filter type: {name}, allowed: {', '.join((*_PLAIN, *_WITH_PARAMS))}")
    return _WITH_PARAMS[name](params)


def stop_filters(words: object, name: str) -> list[WordFilter]:
    """Drops these words; ``_english_`` and its like stand for the list of a language. Raises ParameterInvalid."""
    plain = _texts(words, name)
    languages = [word for word in plain if word.strip("_") in _STOPPED and word == f"_{word.strip('_')}_"]
    for word in plain:
        if word in _OTHER_STOPPED:
            raise NotImplementedYet(f"the stop words {word} are not implemented by Elanus yet: list them one by one")
    dropped = frozenset(plain).difference(languages)
    return [_tantivy("stopword", language.strip("_")) for language in languages] + [_unless(dropped.__contains__)]


def _plain_filter(name: str) -> WordFilter:
    _refuse_absent(name)
    if name not in _PLAIN:
        raise ParameterInvalid(f"build analyzer failed, filter not found :{name}, allowed: {', '.join(_PLAIN)}")
    return _PLAIN[name]()


def _refuse_absent(name: str) -> None:
    if name in _ABSENT:
        raise NotImplementedYet(f"the filter {name} is not implemented by Elanus yet: leave it out")


@cache
def _tantivy(name: str, *arguments: Any) -> WordFilter:
    """A filter of tantivy, over one word."""
    made = OfEachThread("raw", (name, arguments))
    return lambda word: made.analyzer.analyze(word)


def _unless(unwanted: Callable[[str], object]) -> WordFilter:
    """Drops a word of which this is true."""
    return lambda word: () if unwanted(word) else (word,)


def _only(wanted: Callable[[str], object]) -> WordFilter:
    """Keeps a word of which this is true."""
    return lambda word: (word,) if wanted(word) else ()


def _is_punctuated(word: str) -> bool:
    return any(unicodedata.category(character).startswith("P") or character.isspace() for character in word)


def _length(params: Mapping[str, Any]) -> list[WordFilter]:
    longest = params.get("max")
    if not isinstance(longest, int) or isinstance(longest, bool) or longest < 0:
        raise ParameterInvalid(f"lenth max param was none or not uint, got {longest!r}")
    return [_only(lambda word: len(word.encode()) <= longest)]


def _stop(params: Mapping[str, Any]) -> list[WordFilter]:
    if "stop_words_file" in params:
        raise NotImplementedYet("stop_words_file is not implemented by Elanus yet: put the words into stop_words")
    return stop_filters(params.get("stop_words", []), "stop_words")


def _stemmer(params: Mapping[str, Any]) -> list[WordFilter]:
    language = params.get("language")
    if not isinstance(language, str):
        raise ParameterInvalid("stemmer language field should be string")
    if language.lower() not in _STEMMED:
        raise ParameterInvalid(
            f"create stemmer failed : unsupport language: {language}, allowed: {', '.join(_STEMMED)}"
        )
    return [_tantivy("stemmer", language.lower())]


def _decompounder(params: Mapping[str, Any]) -> list[WordFilter]:
    if "word_list_file" in params:
        raise NotImplementedYet("word_list_file is not implemented by Elanus yet: put the words into word_list")
    words = _texts(params.get("word_list"), "decompounder word list")
    return [_tantivy("split_compound", tuple(words))]


def _regex(params: Mapping[str, Any]) -> list[WordFilter]:
    text = params.get("expr")
    if text is None:
        raise ParameterInvalid("must set expr for regex filter")
    if not isinstance(text, str):
        raise ParameterInvalid("expr must be string")
    return [_only(pattern_of(text))]


def _texts(words: object, name: str) -> list[str]:
    if not isinstance(words, list):
        raise ParameterInvalid(f"{name} should be array")
    if not all(isinstance(word, str) for word in words):
        raise ParameterInvalid(f"{name} list item should be string")
    return words


_PLAIN: Mapping[str, Callable[[], WordFilter]] = {
    "lowercase": lambda: _tantivy("lowercase"),
    "asciifolding": lambda: _tantivy("ascii_fold"),
    "alphanumonly": lambda: _tantivy("alphanum_only"),
    "cncharonly": lambda: _only(re.compile(f"[{_HAN}]").search),
    "cnalphanumonly": lambda: _only(re.compile(f"[{_HAN}a-zA-Z0-9]").search),
    "removepunct": lambda: _unless(_is_punctuated),
}
_WITH_PARAMS: Mapping[str, Callable[[Mapping[str, Any]], list[WordFilter]]] = {
    "length": _length,
    "stop": _stop,
    "stemmer": _stemmer,
    "decompounder": _decompounder,
    "regex": _regex,
}
