"""What the sparse types share: how inverted lists are built and searched.

source  parameters and what they do: Milvus, SPARSE_INVERTED_INDEX
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from elanus.index._postings import Postings, Scoring
from elanus.index.arrays import map_arrays, write_arrays
from elanus.index.base import (
    Bits,
    BuildEstimate,
    Floats,
    Foreseen,
    Hits,
    IndexBuilder,
    IndexSpec,
    Queries,
    VectorIndex,
    Vectors,
)
from elanus.index.bm25 import AVERAGE, AVERAGE_LENGTH, B_NAME, K1, K1_NAME, B, Bm25, row_lengths
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param, Values
from elanus.index.term_totals import TermTotals
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows

DROPPED_AT_BUILD = Param(
    "drop_ratio_build",
    float,
    "Share of the values, the smallest, that are left out of the index: more makes a smaller, faster index with lower "
    "recall. Milvus itself does so before 2.5 only.",
    low=0,
    high=1,
    open_end=True,
    default=0.0,
)
DROPPED_AT_SEARCH = Param(
    "drop_ratio_search",
    float,
    "Share of a query's entries, the smallest, that are left out: more makes a faster search with lower recall.",
    low=0,
    high=1,
    open_end=True,
    default=0.0,
)
REFINED = Param(
    "refine_factor",
    int,
    "With drop_ratio_search: candidates measured again by the whole query, as a multiple of k; 1 measures none again.",
    low=1,
    high=INT_MAX,
    default=1,
)
BOUND_RATIO = Param(
    "dim_max_score_ratio",
    float,
    "What the bound of a list is multiplied by: below 1 lists are skipped sooner, with lower recall. TAAT_NAIVE has no "
    "bounds.",
    low=0.5,
    high=1.3,
    default=1.05,
)
OF_BM25 = (
    Param(
        K1_NAME,
        float,
        "BM25: how much a term that comes again still adds.",
        low=0,
        high=3,
        default=K1,
        since=Generation.V2_5,
    ),
    Param(
        B_NAME,
        float,
        "BM25: how much long rows are held back.",
        low=0,
        high=1,
        default=B,
        since=Generation.V2_5,
    ),
    Param(
        AVERAGE_LENGTH,
        float,
        "BM25: the average length of a row, in terms; the collection's own where a search brings it.",
        low=1,
        default=AVERAGE,
    ),
)
ALGORITHM = "inverted_index_algo"
SEARCHED_BY = "search_algo"
QUANTIZED = "quant_type"
EVERY_LIST, INHERIT = "TAAT_NAIVE", "INHERIT"
FLOAT_KINDS, COUNT_KINDS = {"FP32": np.float32, "FP16": np.float16}, {"U32": np.uint32, "U16": np.uint16}
ENTRIES_PER_ROW = 128
"""Guessed for estimates: a spec does not say how full the rows are."""
SLICE_ROWS = 1 << 14
BYTES_PER_ENTRY = 52
"""Of memory while a build writes: runs, their concatenation, its order and the lists in that order."""


class InvertedBuilder(IndexBuilder):
    """Sorts the entries of each slice by dimension; the sorted runs become one when all are there."""

    needs_training: ClassVar[bool] = False

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        self._spec = spec
        self._runs: list[dict[str, npt.NDArray[Any]]] = []
        self._lengths: list[Floats] = []
        self._done = 0
        self.slice_rows = SLICE_ROWS

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        entries = ENTRIES_PER_ROW * row_count
        entry_bytes = 4 + np.dtype(stored_kind(spec)).itemsize
        kept = 1 - _dropped_at_build(spec)
        return BuildEstimate(
            peak_bytes=BYTES_PER_ENTRY * entries, resident_bytes=0, disk_bytes=int(entry_bytes * entries * kept)
        )

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        """Nothing is trained."""
        return iter(())

    def add(self, vectors: Vectors) -> None:
        assert isinstance(vectors, SparseRows)
        rows = vectors.packed()
        order = rows.indices.argsort(kind="stable")
        owners = (rows.row_of_entry()[order] + self._done).astype(np.uint32)
        self._runs.append({"dims": rows.indices[order], "rows": owners, "values": rows.values[order]})
        self._lengths.append(row_lengths(rows))
        self._done += len(rows)

    def save(self, path: Path) -> None:
        merged = {name: np.concatenate([run[name] for run in (_NO_RUN, *self._runs)]) for name in _NO_RUN}
        merged = _without_smallest_values(merged, _dropped_at_build(self._spec))
        order = merged["dims"].argsort(kind="stable")
        dims, starts = np.unique(merged["dims"][order], return_index=True)
        values = _stored(merged["values"][order], self._spec)
        extremes = {
            name: extreme.reduceat(values, starts).astype(np.float32) if len(starts) else np.empty(0, np.float32)
            for name, extreme in (("least", np.minimum), ("largest", np.maximum))
        }
        lists = {"dims": dims, "starts": np.append(starts, len(values)), "rows": merged["rows"][order]}
        lengths = np.concatenate([np.empty(0, np.float32), *self._lengths])
        write_arrays(path, {**lists, "values": values, **extremes, "lengths": lengths})

    def resume(self, path: Path, vectors: Vectors) -> int:
        self.add(vectors[: len(map_arrays(path)["lengths"])])
        return self._done


_NO_RUN = {"dims": np.empty(0, np.uint32), "rows": np.empty(0, np.uint32), "values": np.empty(0, np.float32)}


def _without_smallest_values(entries: dict[str, npt.NDArray[Any]], ratio: float) -> dict[str, npt.NDArray[Any]]:
    """Without this share of them, those of the smallest absolute values; equal ones stay together."""
    dropped = int(ratio * len(entries["values"]))
    if not dropped:
        return entries
    sizes = np.abs(entries["values"])
    kept = sizes >= np.partition(sizes, dropped)[dropped]
    return {name: column[kept] for name, column in entries.items()}


def _dropped_at_build(spec: IndexSpec) -> float:
    return float(spec.params.get(DROPPED_AT_BUILD.name, 0.0))


class InvertedIndex(VectorIndex):
    def __init__(self, path: Path, spec: IndexSpec) -> None:
        arrays = map_arrays(path)
        self._postings = Postings.of(arrays)
        self._lengths: Floats = arrays["lengths"]
        self._spec = spec
        self._totals = TermTotals(arrays["dims"], arrays["starts"], float(self._lengths.sum(dtype=np.float64)))
        self._norms_by: tuple[Bm25 | None, Floats] = (None, self._lengths)
        self.row_count = len(self._lengths)
        self.resident_bytes = 0
        self.short_is_complete = not _dropped_at_build(spec)

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        assert isinstance(queries, SparseRows)
        found = [self._search(queries[at : at + 1], k, mask, params) for at in range(len(queries))]
        none = Hits(np.empty((0, k), np.float32), np.empty((0, k), np.int64))
        parts = found or [none]
        return Hits(np.concatenate([p.distances for p in parts]), np.concatenate([p.rows for p in parts]))

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        """Lists are read whole, so that a mask costs no recall."""
        return params

    def term_totals(self) -> TermTotals:
        return self._totals

    def _search(self, query: SparseRows, k: int, mask: Bits | None, params: Values) -> Hits:
        scoring = self._scoring(_without_smallest(query, float(params[DROPPED_AT_SEARCH.name])), mask, params)
        factor = int(params.get(REFINED.name, 1))
        if self._algorithm(params) == EVERY_LIST:
            rows, scores = scoring.all(factor * k)
        else:
            rows, scores = scoring.best(factor * k, float(params.get(BOUND_RATIO.name, 1.0)))
        if factor > 1:
            candidates = np.sort(_nearest(rows, scores, factor * k).rows[0])
            candidates = candidates[candidates >= 0]
            whole = self._scoring(query, mask, params)
            rows, scores = whole.scores_of(candidates, whole.terms, np.zeros(len(candidates), np.float32))
        return _nearest(rows, scores, k)

    def _scoring(self, query: SparseRows, mask: Bits | None, params: Values) -> Scoring:
        if self._spec.metric is not Metric.BM25:
            return Scoring(self._postings, self._postings.terms(query, None), self.row_count, None, mask)
        bm25 = Bm25.of(self._spec.params, params)
        terms = self._postings.terms(query, bm25.least_norm)
        return Scoring(self._postings, terms, self.row_count, self._norms(bm25), mask)

    def _norms(self, bm25: Bm25) -> Floats:
        """Those of the last search, as long as rows are measured alike."""
        last, norms = self._norms_by
        if last != bm25:
            norms = bm25.norms(self._lengths)
            self._norms_by = (bm25, norms)
        return norms

    def _algorithm(self, params: Values) -> str:
        asked = str(params.get(SEARCHED_BY, INHERIT))
        return str(self._spec.params.get(ALGORITHM, "")) if asked == INHERIT else asked


def open_inverted(path: Path, spec: IndexSpec, vectors: Vectors) -> InvertedIndex:
    return InvertedIndex(path, spec)


def stored_kind(spec: IndexSpec) -> Any:
    """What type values are kept in."""
    return {**FLOAT_KINDS, **COUNT_KINDS}[str(spec.params.get(QUANTIZED, "FP32"))]


def _stored(values: Floats, spec: IndexSpec) -> npt.NDArray[Any]:
    kind = np.dtype(stored_kind(spec))
    limits = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    return np.clip(values if kind.kind == "f" else values.round(), float(limits.min), float(limits.max)).astype(kind)


def _without_smallest(query: SparseRows, ratio: float) -> SparseRows:
    """The query without this share of its entries, those of the smallest absolute value."""
    dropped = int(ratio * query.entry_count)
    if not dropped:
        return query
    query = query.packed()
    kept = np.sort(np.abs(query.values).argsort(kind="stable")[dropped:])
    return SparseRows(np.array([0, len(kept)]), query.indices[kept], query.values[kept])


def _nearest(rows: npt.NDArray[np.int64], scores: Floats, k: int) -> Hits:
    best = np.lexsort((rows, -scores))[:k]
    missing = (0, k - len(best))
    distances = np.pad(-scores[best], missing, constant_values=np.inf)
    return Hits(distances[None], np.pad(rows[best], missing, constant_values=-1)[None])
