"""SPARSE_WAND: the older name of SPARSE_INVERTED_INDEX with inverted_index_algo DAAT_WAND."""

from elanus.index._inverted import (
    BOUND_RATIO,
    DROPPED_AT_BUILD,
    DROPPED_AT_SEARCH,
    OF_BM25,
    REFINED,
    InvertedBuilder,
    open_inverted,
)
from elanus.index.base import IndexType
from elanus.index.generation import Generation
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="SPARSE_WAND",
    aliases=(),
    about="The older name of SPARSE_INVERTED_INDEX; new indexes better use that.",
    data_types=(DataType.SPARSE_FLOAT_VECTOR,),
    metrics=(Metric.IP, Metric.BM25),
    build_params=(DROPPED_AT_BUILD, *OF_BM25),
    search_params=(DROPPED_AT_SEARCH, REFINED, BOUND_RATIO),
    builder=InvertedBuilder,
    open=open_inverted,
    since=Generation.V2_4,
    stands_in="Served by SPARSE_INVERTED_INDEX, which skips lists by the bounds of MaxScore, not of WAND: numpy reads "
    "a list at once, not row by row. The answers are the same.",
)
