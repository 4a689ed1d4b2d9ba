"""NGRAM: strings by the short runs of characters in them, for LIKE.

A run is kept as a 32-bit hash: the rows found are candidates that are read before they count, so that two runs with
one hash cost a moment and no wrong row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import ParameterInvalid
from elanus.index.generation import Generation
from elanus.index.params import Param, Values
from elanus.index.scalar._json_params import JSON_PARAMS
from elanus.index.scalar._like import read_like
from elanus.index.scalar._postings import RowLists
from elanus.index.scalar._terms import NumberTerms, Spans, single_terms
from elanus.index.scalar.base import Found, Payload, RowNumbers, ScalarIndex, ScalarType
from elanus.schema.types import DataType

Hashes = npt.NDArray[np.uint32]
CodePoints = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.uint64]
MIN_GRAM = Param(
    "min_gram", int, "Shortest run: a text in a pattern that is shorter is not looked for here.", low=1, required=True
)
MAX_GRAM = Param("max_gram", int, "Longest run: longer ones name fewer rows and fill the file.", low=1, required=True)
FACTOR = np.uint64(0x9E3779B97F4A7C15)
ROW_BITS = np.uint64(32)
SLICE_ROWS = 1 << 12
"""Runs of characters of so many strings are sorted within a processor's cache, then merged."""
ENOUGH = 64
"""Candidates so few are read rather than narrowed further."""


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The runs of one length: their hashes, ascending, and the rows of each."""

    terms: NumberTerms
    postings: RowLists

    def lists(self, hashes: Hashes) -> list[_Rows]:
        """Of each run, those that are nowhere left out."""
        spans = self.terms.equal(pa.array(hashes))
        return [_Rows(self.postings, single_terms(spans.firsts[i : i + 1])) for i in range(len(spans.firsts))]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    postings: RowLists
    spans: Spans

    @property
    def count(self) -> int:
        return self.postings.count(self.spans)

    def rows(self) -> RowNumbers:
        return self.postings.rows(self.spans)


class GramIndex(ScalarIndex):
    def __init__(self, grams: Mapping[int, Grams], row_count: int) -> None:
        super().__init__(row_count)
        self._grams = grams

    def like(self, pattern: str) -> Found | None:
        """Candidates; None when every text between the wildcards is shorter than the shortest run."""
        runs = self._runs(read_like(pattern).literals)
        if not runs:
            return None
        lists = [rows for length, hashes in runs.items() for rows in self._grams[length].lists(hashes)]
        if len(lists) < sum(map(len, runs.values())):
            return Found(self, 0, lambda: np.empty(0, np.uint32), exact=False)
        lists.sort(key=lambda one: one.count)
        return Found(self, lists[0].count, lambda: _common(lists), exact=False)

    def _runs(self, literals: tuple[str, ...]) -> dict[int, Hashes]:
        """The longest runs of each literal that are kept, by their length."""
        found: dict[int, list[Hashes]] = {}
        for text in literals:
            length = min(len(text), max(self._grams))
            if length in self._grams:
                found.setdefault(length, []).append(_hashes(_code_points(text), length))
        return {length: np.unique(np.concatenate(hashes)) for length, hashes in found.items()}


def _common(lists: list[_Rows]) -> RowNumbers:
    """Rows of all lists, or of the first ones when those leave few; the shortest list comes first."""

    def narrowed(rows: RowNumbers, other: _Rows) -> RowNumbers:
        return rows if len(rows) <= ENOUGH else np.intersect1d(rows, other.rows(), assume_unique=True)

    return reduce(narrowed, lists[1:], lists[0].rows())


def build(column: pa.Array, params: Values) -> Payload:
    lengths = range(int(params[MIN_GRAM.name]), int(params[MAX_GRAM.name]) + 1)
    payload = {"lengths": pa.array(lengths, pa.int64())}
    for length in lengths:  # one after the other: all runs of all strings at once are many times the column
        payload |= {f"{name} {length}": array for name, array in _of_length(column, length).items()}
    return payload


def open_grams(payload: Payload, row_count: int) -> ScalarIndex:
    def of_length(length: int) -> Grams:
        terms, starts, rows = (payload[f"{name} {length}"].to_numpy() for name in ("terms", "starts", "rows"))
        return Grams(NumberTerms(terms), RowLists(rows, starts))

    return GramIndex({length: of_length(length) for length in payload["lengths"].to_pylist()}, row_count)


def check(sent: Mapping[str, Any]) -> None:
    """Raises ParameterInvalid with Milvus's texts."""
    if MIN_GRAM.name not in sent or MAX_GRAM.name not in sent:
        raise ParameterInvalid("Ngram index must specify both min_gram and max_gram")
    low, high = (_whole(name, sent[name]) for name in (MIN_GRAM.name, MAX_GRAM.name))
    if not 0 < low <= high:
        raise ParameterInvalid(f"invalid min_gram or max_gram value for Ngram index, min_gram: {low}, max_gram: {high}")


def _whole(name: str, given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        raise ParameterInvalid(f"{name} for Ngram index must be an integer, got: {given}") from None


def _of_length(column: pa.Array, length: int) -> Payload:
    slices = [_entries(column.slice(first, SLICE_ROWS), first, length) for first in range(0, len(column), SLICE_ROWS)]
    entries = np.concatenate([np.empty(0, np.uint64), *slices])
    entries.sort(kind="stable")  # of several ascending runs: they are merged, which takes a fifth of the time
    rows, hashes = (entries.view(np.uint32)[place::2].copy() for place in (0, 1))
    firsts = np.flatnonzero(_first_of_each(hashes))
    return {
        "terms": pa.array(hashes[firsts]),
        "starts": pa.array(np.append(firsts, len(entries))),
        "rows": pa.array(rows),
    }


def _entries(column: pa.Array, first_row: int, length: int) -> Entries:
    """Every run of every string once: its hash, and in the lower bits its row."""
    texts = column.fill_null("")
    points = _code_points_of(texts)
    if len(points) < length:
        return np.empty(0, np.uint64)
    row_of = np.repeat(np.arange(len(texts), dtype=np.uint64), pc.utf8_length(texts).to_numpy()) + np.uint64(first_row)
    last = len(points) - length + 1
    within_a_row = row_of[:last] == row_of[length - 1 :]
    hashes = _hashes(points, length).astype(np.uint64)
    entries = np.sort((hashes[within_a_row] << ROW_BITS) | row_of[:last][within_a_row])
    return entries[_first_of_each(entries)]


def _first_of_each(ascending: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    first = np.ones(len(ascending), np.bool_)
    first[1:] = ascending[1:] != ascending[:-1]
    return first


def _hashes(points: CodePoints, length: int) -> Hashes:
    """(len(points) - length + 1,) hash of the run that begins at each character."""
    windows = len(points) - length + 1
    hashes = np.zeros(windows, np.uint64)
    for shift in range(length):
        hashes = (hashes ^ points[shift : shift + windows]) * FACTOR
        hashes ^= hashes >> np.uint64(29)
    return (hashes >> ROW_BITS).astype(np.uint32)


def _code_points_of(texts: pa.Array) -> CodePoints:
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64, count=len(texts) + 1, offset=texts.offset * 8)
    return _code_points(str(data[bounds[0] : bounds[-1]].to_pybytes() if data is not None else b"", "utf-8"))


def _code_points(text: str) -> CodePoints:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)


DECLARATION = ScalarType(
    name="NGRAM",
    about="The short runs of characters in strings. LIKE with a text in the middle.",
    data_types=(DataType.VARCHAR, DataType.JSON),
    cast_types=("VARCHAR",),
    build_params=(MIN_GRAM, MAX_GRAM, *JSON_PARAMS),
    unfit="ngram index can only be created on VARCHAR or JSON field",
    build=build,
    open=open_grams,
    copies=16,
    since=Generation.V2_6,
    check_sent=check,
)
