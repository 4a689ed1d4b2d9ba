"""The contract of an index type, in three parts: declaration, builder, opened index.

Everything here works on plain arrays: rows are numbered 0..n-1 inside one segment; what a row is belongs to others.
Distances are smaller-is-nearer (see :mod:`elanus.schema.metric`): squared L2; negated IP; negated cosine similarity.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from elanus.index.generation import NEWEST, Generation
from elanus.index.params import Param, Values, read_search_values
from elanus.index.term_totals import TermTotals
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Halves = npt.NDArray[np.uint16]
Dense = Floats | npt.NDArray[np.float16] | Halves | npt.NDArray[np.int8]
"""(n, dim) rows as they are stored: float32, float16, bfloat16 as the uint16 of its bits, int8."""
Vectors = Dense | Bytes | SparseRows
"""Rows of any vector field: dense, (n, dim // 8) uint8 of a binary field, or sparse."""
Queries = Floats | Bytes | SparseRows
"""Query vectors: float32 for every dense field, else in the form of the field."""
FLOATING = (DataType.FLOAT_VECTOR, DataType.FLOAT16_VECTOR, DataType.BFLOAT16_VECTOR)
DENSE = (*FLOATING, DataType.INT8_VECTOR)
Rows = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """What to build: a resolved request.

    dim       of the field; 0 of a sparse one
    params    every build parameter, defaults filled in
    data_type of the field
    """

    type: str
    metric: Metric
    dim: int
    params: Values
    data_type: DataType = DataType.FLOAT_VECTOR


@dataclass(frozen=True, slots=True)
class Hits:
    """distances (nq, k) float32 ascending, +inf where there is no hit; rows (nq, k) int64, -1 there.

    complete  there is a hit everywhere; False = who wants to know must look
    """

    distances: Floats
    rows: Rows
    complete: bool = False


class VectorIndex(ABC):
    """A finished index over the rows of one segment, open for search. Safe to search from many threads."""

    row_count: int
    resident_bytes: int
    """Memory held by this process for it, mapped pages not counted."""
    uses: int = 0
    """Searches it answered; counted by who searches, a few may be missed."""
    exact_instead: int = 0
    """Searches of its rows that went without it, or had to be done again exactly."""
    short_is_complete: bool = False
    """Fewer than k hits mean that there are no more: nothing was missed, nobody need look again."""

    @abstractmethod
    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        """Nearest k rows for each query.

        queries   as the user sent them: (nq, dim) float32 in C order of a dense field, else in the field's form
        mask      (n,) bool, True = may be returned; None = all
        params    checked search parameters (the type's ``check_search``); never None-valued
        threads   one native thread when nq is 1, all when it is more; never a process-wide setting
        """

    @abstractmethod
    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        """Search parameters that keep recall when only a fraction ``kept`` (0..1] of the rows may be returned."""

    def term_totals(self) -> TermTotals | None:
        """How many of its rows have each dimension, where the index knows: None = it does not."""
        return None

    def close(self) -> None:  # noqa: B027 a type without native memory has nothing to drop
        """Drop native memory now; no search may be running."""


@dataclass(frozen=True, slots=True)
class BuildEstimate:
    """What a build will need, from formulas, before it starts.

    peak_bytes     memory for the build at its highest, mapped rows not counted
    resident_bytes memory of a process that has the finished index open, mapped pages not counted
    disk_bytes     size of the finished file
    passes         times that the rows are gone through
    """

    peak_bytes: int
    resident_bytes: int
    disk_bytes: int
    passes: int = 1


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Seconds of processor that what is left of a build will take, from what was measured so far or of an earlier one.

    training_s  of what is left of training; adding_s  of all rows
    closing_s   of what follows: writing what is written at once, and verifying
    """

    training_s: float = 0.0
    adding_s: float = 0.0
    closing_s: float = 0.0

    def __add__(self, other: Foreseen) -> Foreseen:
        return Foreseen(
            self.training_s + other.training_s, self.adding_s + other.adding_s, self.closing_s + other.closing_s
        )

    def times(self, factor: float) -> Foreseen:
        """Of so many times the work."""
        return Foreseen(self.training_s * factor, self.adding_s * factor, self.closing_s * factor)


class IndexBuilder(ABC):
    """Makes one index, slice by slice, so that progress is true and a stop loses little.

    Called in this order: train (when ``needs_training``), add ..., finish. ``save`` may be called between adds for a
    checkpoint; ``resume`` takes such a file instead of train and the adds it holds.

    passes       2: rows are only looked at when added, and put into the file when it is finished, so that the index is
                 never in memory as a whole
    threads      native threads that train and add may use; 0 = all of the machine
    sample_rows  rows that train wants to see at most
    slice_rows   rows to add at a time: small enough for a report about twice a second, the same for the same
                 spec and row count, so that a build with one thread is repeatable
    """

    needs_training: ClassVar[bool]
    passes: ClassVar[int] = 1
    threads: int = 0
    sample_rows: int = 0
    slice_rows: int

    @abstractmethod
    def __init__(self, spec: IndexSpec, row_count: int) -> None: ...

    @classmethod
    @abstractmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate: ...

    def work(self, rows: int) -> float:
        """Relative cost of the first ``rows`` rows, each counted once a pass; types with dearer rows later say so."""
        return float(rows)

    @abstractmethod
    def train(self, sample: Queries) -> Iterator[Foreseen]:
        """Trains step by step as it is iterated: before and after each step, what is still to come.

        Nothing is said where training takes no time to speak of. What comes first may rest on a small part of the work,
        measured in some hundredths of a second.

        sample  some of the rows, dense ones as float32
        """

    @abstractmethod
    def add(self, vectors: Vectors) -> None:
        """vectors  the next rows, in their stored type"""

    @abstractmethod
    def save(self, path: Path) -> None:
        """Writes what was added: a checkpoint, of most types also the finished file."""

    def finish(self, path: Path, again: Iterator[Vectors]) -> None:
        """Writes the finished file, all rows being added.

        again  every row once more, slice by slice; taken by a type of two passes, in the second
        """
        self.save(path)

    @abstractmethod
    def resume(self, path: Path, vectors: Vectors) -> int:
        """Continue from a checkpoint over these rows; the number of rows it holds.

        Raises DataCorrupted for one that another version wrote.
        """


@dataclass(frozen=True)
class IndexType:
    """The declaration of an index type: the one place that knows its names, fields, metrics and parameters.

    open    (path, spec, vectors) -> VectorIndex; vectors are the segment's rows in their stored type, mapped from
            disk: types that re-rank or share their rows read them, others ignore them
    builder None, and open None, for a type that has nothing to build (FLAT): its rows are searched exactly
    since, until  first and last generation that offers it; clients after ``until`` are refused, as they are by Milvus
    code_1x    its number in the 1.x protocol
    stands_in  "" = the named method itself; else a sentence: which method answers in its place, and why
    needs_gpu  offered by name only where the request allows the equivalent on the CPU
    check_build  raises ParameterInvalid for build parameters that are wrong together, or with the metric or dimension
    """

    name: str
    aliases: tuple[str, ...]
    about: str
    data_types: tuple[DataType, ...]
    metrics: tuple[Metric, ...]
    build_params: tuple[Param, ...]
    search_params: tuple[Param, ...]
    builder: type[IndexBuilder] | None
    open: Callable[[Path, IndexSpec, Vectors], VectorIndex] | None
    since: Generation = Generation.V1
    until: Generation = NEWEST
    code_1x: int | None = None
    stands_in: str = ""
    needs_gpu: bool = False
    check_build: Callable[[IndexSpec], None] | None = None

    def rules(self, generation: Generation) -> Generation:
        """Whose rules hold for a client of that generation: its own, or the first of a type that is newer."""
        return max(generation, self.since)

    def check_search(self, given: Mapping[str, Any], k: int, generation: Generation = NEWEST) -> Values:
        """Search parameters as sent, checked, defaults filled in. Cheap; callers may keep the answer per (given, k).

        Raises ParameterInvalid, also when a parameter that must reach k does not.
        """
        return read_search_values(self.search_params, given, k, self.rules(generation))
