"""What the IVF types share: lists of rows around trained centres, of which a search visits the nearest few.

source  faiss IndexIVF; the rule of 39 rows a list is Milvus's and knowhere's
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from elanus.index._clustering import Rounds, clustered, round_seconds
from elanus.index._faiss import FaissBuilder, FaissIndex, faiss_metric, library, read_native, use_threads
from elanus.index._foresight import seconds_for
from elanus.index._rerank import REFINE, REFINE_K, REFINE_TYPE, refined
from elanus.index.base import BuildEstimate, Floats, Foreseen, IndexSpec, Queries, VectorIndex, Vectors
from elanus.index.generation import Generation
from elanus.index.params import Param, Values
from elanus.schema.metric import Metric

NLIST = (
    Param(
        "nlist",
        int,
        "Lists the rows are split into; lowered to one per 39 rows of a segment. "
        "More makes a search of one list cheaper and training slower.",
        low=1,
        high=65536,
        default=128,
    )
    .before(Generation.V2_5, required=True)
    .before(Generation.V2_0, high=999_999)  # documented for 1.x; its server stopped at 65536
)
NPROBE = Param(
    "nprobe",
    int,
    "Lists visited in a search, at most nlist: more gives better recall for a slower search.",
    low=1,
    high=65536,
    default=8,
).before(Generation.V2_3, required=True)
REFINEMENT = (
    replace(REFINE, since=Generation.V2_6),
    replace(REFINE_TYPE, since=Generation.V2_6, choices=("SQ6", "SQ8", "FP16", "BF16", "FP32", "FLAT")),
)
REFINE_FACTOR = replace(REFINE_K, since=Generation.V2_6)
ROWS_PER_LIST = 39
"""Fewer rows than this train no centre worth having."""
SAMPLE_PER_LIST = 128
BLOCK_ROWS = 32
"""Rows of a block of the fast-scan types; the last block of a list is padded."""
LIST_HEADERS = 160
"""Bytes of memory for the array headers of one list."""
COMPARED_ROWS, COMPARED_CENTRES = 4096, 1024
"""Most of either that faiss measures at once."""
REHEARSED = 16
"""This share of the rows, at most, is added to foresee how long all take."""
READY_ROWS = 256
"""Enough to train codes that nobody will read."""
SLICE_WORK, SLICE_VALUES = 1 << 32, 1 << 20
"""Most dim x nlist x rows of one slice, about 0.2 s on one core of 2024; most dim x rows, of which there are copies."""


class IvfIndex(FaissIndex):
    def __init__(self, native: Any, spec: IndexSpec, resident_bytes: int) -> None:
        super().__init__(native, spec, resident_bytes)
        self._nlist = int(lists_of(native).nlist)

    def effort(self, params: Values) -> Any:
        return min(int(params[NPROBE.name]), self._nlist)

    def native_parameters(self, effort: Any, selector: Any) -> Any:
        return library().SearchParametersIVF(nprobe=effort, sel=selector)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return {**params, NPROBE.name: widened_nprobe(int(params[NPROBE.name]), kept, self._nlist)}


def widened_nprobe(nprobe: int, kept: float, nlist: int) -> int:
    """Lists to visit to meet as many rows after the mask as ``nprobe`` lists hold without one."""
    return max(nprobe, min(nlist, math.ceil(nprobe / max(kept, 1e-6))))


class IvfBuilder(FaissBuilder):
    """Trains nlist centres by k-means, then puts each row in the list of its nearest centre."""

    needs_training = True
    sample_copies: ClassVar[float] = 1.2
    """Memory of training, in sizes of its sample; COSINE needs one more, at length 1."""

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        nlist = self.list_count(spec, row_count)
        clustering = lists_of(self._native).cp
        clustering.min_points_per_centroid = 1
        # Unit centres fit what an inner product compares (faiss's factory chooses the same).
        clustering.spherical = spec.metric is not Metric.L2
        self.sample_rows = max(SAMPLE_PER_LIST * nlist, self.fewest_rows())
        self.slice_rows = min(1 << 16, max(256, min(SLICE_WORK // nlist, SLICE_VALUES) // spec.dim))

    def turned(self, rows: Floats) -> Floats:
        """Rows as the lists compare them."""
        return rows

    def prepared(self, sample: Queries) -> Floats:
        return self.turned(super().prepared(sample))

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        use_threads(self.threads)
        rows, lists = self.prepared(sample), lists_of(self._native)
        guess_s = round_seconds(self._spec.dim, int(lists.nlist), len(rows))
        later = Foreseen(self.codes_seconds(rows, guess_s), self._foreseen_adding(rows))
        rounds = Rounds(int(lists.cp.niter), guess_s)
        yield later + Foreseen(rounds.left_s)
        clustering = library().Clustering(self._spec.dim, lists.nlist, lists.cp)
        for left_s in clustered(clustering, rows, lists.quantizer, rounds):
            yield later + Foreseen(left_s)
        for left_s in self.train_codes(rows):
            yield Foreseen(left_s, later.adding_s)
        lists.is_trained = self._native.is_trained = True

    def codes_seconds(self, rows: Floats, assign_s: float) -> float:
        """What :meth:`train_codes` will take; ``assign_s`` is what it takes to find the lists of these rows."""
        return assign_s if lists_of(self._native).by_residual else 0.0

    def train_codes(self, rows: Floats) -> Iterator[float]:
        """Trains what turns rows into codes, the centres being there; the seconds left after each step."""
        lists_of(self._native).train(rows)
        return iter(())

    def _foreseen_adding(self, rows: Floats) -> float:
        """Seconds of all rows, from a few and lists like those to come."""
        native = self.empty(self._spec, self._row_count)
        lists = lists_of(native)
        lists.quantizer.add(rows[: lists.nlist])
        self.make_ready(lists, rows)
        native.is_trained = True
        return self.adding_seconds(lists, rows[: self.rehearsed_rows()])

    def rehearsed_rows(self) -> int:
        return min(self.slice_rows, max(READY_ROWS, self._row_count // REHEARSED))

    def adding_seconds(self, lists: Any, rows: Floats) -> float:
        """Of all rows, from doing these few with lists of which nothing is kept."""

        def add(some: Floats) -> None:
            lists.reset()  # the lists of a rehearsal are memory that the build itself does not need
            lists.add(some)

        return seconds_for(self._row_count, add, rows)

    def make_ready(self, lists: Any, rows: Floats) -> None:
        """Lets lists with centres take rows, whatever their codes are worth."""
        lists.train(rows[:READY_ROWS])

    @classmethod
    def empty(cls, spec: IndexSpec, row_count: int) -> Any:
        faiss = library()
        quantizer = faiss.IndexFlat(spec.dim, faiss_metric(spec.metric))
        return cls.lists(quantizer, spec, row_count)

    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        """The faiss index over this quantizer of centres."""
        raise NotImplementedError

    @classmethod
    def lists_asked(cls, spec: IndexSpec) -> int:
        return int(spec.params[NLIST.name])

    @classmethod
    def list_count(cls, spec: IndexSpec, row_count: int) -> int:
        """Lists really made: as many as asked, but at least 39 rows for each."""
        return max(1, min(cls.lists_asked(spec), row_count // ROWS_PER_LIST))

    @classmethod
    def ivf_estimate(
        cls, spec: IndexSpec, row_count: int, code_bytes: int, held_bytes: int = 0, coding_bytes: int = 0
    ) -> BuildEstimate:
        """Need of an IVF build; code_bytes is what a row takes in its list.

        The sample is gone when the lists fill.

        held_bytes    what an opened index keeps in memory besides its list headers
        coding_bytes  what a slice takes while it is coded
        """
        nlist = cls.list_count(spec, row_count)
        lists = row_count * (code_bytes + 8) + 4 * nlist * spec.dim
        sample = cls.training_bytes(spec, min(row_count, SAMPLE_PER_LIST * nlist))
        adding = cls.adding_bytes(spec, row_count, code_bytes) + coding_bytes
        peak = max(sample, adding) + compared_bytes(nlist)
        return BuildEstimate(peak, resident_bytes=LIST_HEADERS * nlist + held_bytes, disk_bytes=lists)

    @classmethod
    def training_bytes(cls, spec: IndexSpec, rows: int) -> int:
        """Of memory to train with so many rows."""
        copies = cls.sample_copies + (spec.metric is Metric.COSINE)
        return int(copies * 4 * spec.dim * rows)

    @classmethod
    def adding_bytes(cls, spec: IndexSpec, row_count: int, code_bytes: int) -> int:
        """Of memory when all rows are added: lists grow by doubling, each at its time; three tenths are spare."""
        nlist = cls.list_count(spec, row_count)
        return (row_count * (code_bytes + 8) + 4 * nlist * spec.dim) * 13 // 10

    def fewest_rows(self) -> int:
        return int(lists_of(self._native).nlist)


def compared_bytes(nlist: int) -> int:
    """Of the distances from rows to centres."""
    return 4 * COMPARED_ROWS * min(nlist, COMPARED_CENTRES)


def lists_of(native: Any) -> Any:
    """The IVF index itself, also when a rotation stands before it."""
    faiss = library()
    return faiss.downcast_index(faiss.extract_index_ivf(native))


def open_ivf(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """The lists in this file; measured again on ``vectors`` when the spec says refine."""
    native = read_native(path)
    return refined(IvfIndex(native, spec, resident_bytes(native)), spec, vectors)


def resident_bytes(native: Any) -> int:
    """What faiss holds besides mapped pages: two array headers a list, and the distance tables of PQ."""
    lists = lists_of(native)
    tables = 4 * int(lists.precomputed_table.size()) if hasattr(lists, "precomputed_table") else 0
    return LIST_HEADERS * int(lists.nlist) + tables
