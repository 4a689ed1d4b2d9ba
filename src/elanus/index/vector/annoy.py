"""ANNOY: the forest of random trees of Milvus before 2.3."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from elanus.index._faiss import read_native
from elanus.index._ivf import IvfIndex, resident_bytes
from elanus.index.base import IndexSpec, IndexType, Vectors
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values
from elanus.index.vector.ivf_flat import IvfFlatBuilder
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

TREES = Param(
    "n_trees",
    int,
    "Eighths of the lists the rows are split into: more gives better recall for the same search_k, for a slower build.",
    low=1,
    high=1024,
    default=16,
).before(Generation.V2_3, required=True)
LOOKED_AT = Param(
    "search_k",
    int,
    "Rows compared in a search: more gives better recall for a slower search; -1 is 5 % of them.",
    low=-INT_MAX,
    high=INT_MAX,
    default=-1,
).before(Generation.V2_3, required=True)
LISTS_PER_TREE = 8
DEFAULT_SHARE = 0.05


class AnnoyBuilder(IvfFlatBuilder):
    @classmethod
    def lists_asked(cls, spec: IndexSpec) -> int:
        return LISTS_PER_TREE * int(spec.params[TREES.name])


class AnnoyIndex(IvfIndex):
    def effort(self, params: Values) -> Any:
        lists = math.ceil(self._looked_at(params) * self._nlist / max(1, self.row_count))
        return max(1, min(lists, self._nlist))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        wide = math.ceil(self._looked_at(params) / max(kept, 1e-6))
        return {**params, LOOKED_AT.name: min(max(wide, k), max(1, self.row_count))}

    def _looked_at(self, params: Values) -> int:
        asked = int(params[LOOKED_AT.name])
        return asked if asked > 0 else math.ceil(DEFAULT_SHARE * self.row_count)


def open_annoy(path: Path, spec: IndexSpec, vectors: Vectors) -> AnnoyIndex:
    native = read_native(path)
    return AnnoyIndex(native, spec, resident_bytes(native))


DECLARATION = IndexType(
    name="ANNOY",
    aliases=(),
    about="Rows in many small groups, of Milvus before 2.3. New indexes better use IVF_FLAT.",
    data_types=(DataType.FLOAT_VECTOR,),
    metrics=(Metric.L2, Metric.IP),
    build_params=(TREES,),
    search_params=(LOOKED_AT,),
    builder=AnnoyBuilder,
    open=open_annoy,
    until=Generation.V2_2,
    code_1x=12,
    stands_in="Served by IVF_FLAT with 8 lists for each tree, of which a search visits those that hold search_k rows: "
    "the Annoy library can neither search under a filter nor go on from a checkpoint.",
)
