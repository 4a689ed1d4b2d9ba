"""The analyzers of a field: one, or one for each language, chosen row by row by the value of another field.

source  Milvus 2.6: ``multi_analyzer_params``, its rules and texts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from elanus.errors import ParameterInvalid
from elanus.schema.sparse import SparseRows, concatenated
from elanus.text.analyzer import REMEMBERED, Analyzer, analyzer_of, json_map
from elanus.text.terms import term_counts

DEFAULT = "default"


@dataclass(frozen=True, slots=True, eq=False)
class Analyzers:
    """by_field  the field that names the analyzer of a row; "" = there is but the default one
    aliases   other values of that field -> names of analyzers
    """

    default: Analyzer
    by_field: str = ""
    by_name: Mapping[str, Analyzer] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str | None) -> Analyzer:
        """The one of this name or alias, else the default one."""
        return self.by_name.get(self.aliases.get(name or "", name or ""), self.default)

    def term_counts(self, texts: pa.Array, names: pa.Array) -> SparseRows:
        """How often each text has each of its terms, as the analyzer of its name cuts it.

        texts, names  large_string; a NULL name means the default analyzer
        """
        coded = names.dictionary_encode("encode")
        codes, distinct = coded.indices.to_numpy(), coded.dictionary.to_pylist()
        rows = [np.flatnonzero(codes == code) for code in range(len(distinct))]
        parts = [
            term_counts(self.named(name).tokens(texts.take(pa.array(some))))
            for name, some in zip(distinct, rows, strict=True)
        ]
        return concatenated(parts).take(np.argsort(np.concatenate([np.empty(0, np.int64), *rows])))


@lru_cache(maxsize=REMEMBERED)
def analyzers_of(params: str, multi_params: str = "") -> Analyzers:
    """Those of a field with these ``analyzer_params`` or ``multi_analyzer_params``, JSON texts, "" = none.

    Raises ParameterInvalid, NotImplementedYet.
    """
    if not multi_params:
        return Analyzers(analyzer_of(params))
    given = json_map("multi analyzer params", multi_params)
    if "by_field" not in given:
        raise ParameterInvalid("multi analyzer params now must set by_field to specify with field decide analyzer")
    by_field = given["by_field"]
    if not isinstance(by_field, str):
        raise ParameterInvalid(f"multi analyzer params by_field must be string but now: {by_field}")
    if "analyzers" not in given:
        raise ParameterInvalid("multi analyzer params must set analyzers")
    every = _object("analyzers of multi analyzer params", given["analyzers"])
    by_name = {name: analyzer_of(_text(name, one)) for name, one in every.items()}
    if DEFAULT not in by_name:
        raise ParameterInvalid("multi analyzer must set default analyzer for all unknown value")
    return Analyzers(by_name[DEFAULT], by_field, by_name, _aliases(given.get("alias", {})))


def _object(what: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParameterInvalid(f"{what} should be a json map, got {value!r}")
    return value


def _text(name: str, params: object) -> str:
    return orjson.dumps(_object(f"analyzer {name} of multi analyzer params", params)).decode()


def _aliases(given: object) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        raise ParameterInvalid(f"multi analyzer alias must be string map but now: {given}")
    return given
