"""SPARSE_INVERTED_INDEX: for each dimension, the rows that have it."""

from __future__ import annotations

from elanus.errors import ParameterInvalid
from elanus.index._inverted import (
    ALGORITHM,
    BOUND_RATIO,
    COUNT_KINDS,
    DROPPED_AT_BUILD,
    DROPPED_AT_SEARCH,
    EVERY_LIST,
    FLOAT_KINDS,
    INHERIT,
    OF_BM25,
    QUANTIZED,
    REFINED,
    SEARCHED_BY,
    InvertedBuilder,
    open_inverted,
)
from elanus.index.base import IndexSpec, IndexType
from elanus.index.bm25 import AVERAGE_LENGTH
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

_FIRST = (EVERY_LIST, "DAAT_WAND", "DAAT_MAXSCORE")
_LATER = (*_FIRST, "BLOCK_MAX_MAXSCORE", "BLOCK_MAX_WAND", "SINDI")
_BOUNDED = "reads every list; all others skip lists by their largest value, as DAAT_MAXSCORE does, with equal answers."


def _unused(name: str, kind: type, **rules: object) -> Param:
    about = "Of a layout in blocks that lists read whole do not have; checked, and without effect."
    return Param(name, kind, about, inert=True, since=Generation.V3_0, **rules)  # type: ignore[arg-type]


def _check(spec: IndexSpec) -> None:
    kind = spec.params.get(QUANTIZED)
    allowed = COUNT_KINDS if spec.metric is Metric.BM25 else FLOAT_KINDS
    if kind is not None and kind not in allowed:
        names = ", ".join(name.lower() for name in allowed)
        raise ParameterInvalid(f"{QUANTIZED}({str(kind).lower()}) should be one of {names} for metric {spec.metric}")


DECLARATION = IndexType(
    name="SPARSE_INVERTED_INDEX",
    aliases=(),
    about="Lists of rows for each dimension. Exact unless entries of the query are dropped; quick to build.",
    data_types=(DataType.SPARSE_FLOAT_VECTOR,),
    metrics=(Metric.IP, Metric.BM25),
    build_params=(
        DROPPED_AT_BUILD,
        Param(
            ALGORITHM,
            str,
            f"How a search reads the lists, if it does not say so itself: {EVERY_LIST} {_BOUNDED}",
            choices=_LATER,
            default="DAAT_MAXSCORE",
            since=Generation.V2_5,
        ).before(Generation.V3_0, choices=_FIRST),
        *OF_BM25,
        Param(
            QUANTIZED,
            str,
            "What values are kept in: fp16 halves their size, rounded to 11 bits; u16 and u32 are for BM25.",
            choices=tuple({**FLOAT_KINDS, **COUNT_KINDS}),
            since=Generation.V3_0,
        ),
        _unused("inverted_index_codec", str, choices=("BLOCK_STREAMVBYTE", "BLOCK_MASKEDVBYTE", "BLOCK_ADAPTIVE")),
        _unused("block_max_block_size", int, low=1, default=128),
        _unused("sindi_window_size", int, low=1024, high=65535, default=65535),
    ),
    search_params=(
        DROPPED_AT_SEARCH,
        REFINED,
        BOUND_RATIO,
        Param(
            SEARCHED_BY,
            str,
            f"How this search reads the lists: {EVERY_LIST} {_BOUNDED}",
            choices=(INHERIT, *_LATER),
            default=INHERIT,
            since=Generation.V3_0,
        ),
        Param(AVERAGE_LENGTH, float, "BM25: the average length of a row now, in place of the one built with.", low=1),
    ),
    builder=InvertedBuilder,
    open=open_inverted,
    since=Generation.V2_4,
    check_build=_check,
)
