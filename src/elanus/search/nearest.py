"""The nearest k rows of a reading: each part by the step the plan chose, then merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from elanus.index.base import Floats, Hits, IndexSpec, Queries, Rows
from elanus.index.bm25 import Bm25, row_lengths
from elanus.index.exact import comparable, exact_range, norms_of
from elanus.index.params import Values
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.search.kept import Kept
from elanus.search.merge import merge
from elanus.search.plan import WIDEN_BELOW, Step, choose
from elanus.search.prepare import Prepared
from elanus.search.ring import EVERYWHERE, Ring
from elanus.search.visible import Part, Reading
from elanus.segment.block import Block, follows, vectors_of_all
from elanus.segment.vectors import some_of
from elanus.segment.view import ServingIndex

HITS_AT_ONCE = 1 << 22
"""Most hits (queries times k) held while a search is widened."""
Run: TypeAlias = tuple[Kept, ...]
"""Parts searched together: one, or several of which the vectors of each lie behind those of the one before."""
_OF_LENGTHS = frozenset({Metric.L2, Metric.COSINE})
"""Metrics whose exact kernel wants the lengths of the rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """A search bound to what it reads: call it with queries and k, as often as the request needs.

    kept      the parts that hold rows to return
    declared  what the field's index is declared to be, if one is
    bm25      how rows are measured when the metric is BM25; then queries are weights
    """

    request: Prepared
    reading: Reading
    kept: Sequence[Kept]
    metric: Metric
    declared: IndexSpec | None
    bm25: Bm25 | None = None

    @property
    def available(self) -> int:
        """Rows that could be returned."""
        return sum(kept.count for kept in self.kept)

    def __call__(self, queries: Queries, k: int) -> Hits:
        """The nearest k for each query, rows as places; -1 and +inf where there are fewer."""
        return self.merged([self.of_run(run, queries, k) for run in self.runs()], len(queries), k)

    def exactly(self, queries: Queries, k: int, ring: Ring) -> Hits:
        """The nearest k in the ring for each query, by exact distances whatever indexes there are."""
        return self.merged([self._exact(run, queries, k, ring) for run in self.runs()], len(queries), k)

    def runs(self) -> list[Run]:
        """The parts, those together that are searched as one: growing rows whose vectors lie behind one another."""
        runs: list[Run] = []
        for kept in self.kept:
            if runs and self._follows(runs[-1][-1].part, kept.part):
                runs[-1] = (*runs[-1], kept)
            else:
                runs.append((kept,))
        return runs

    def _follows(self, before: Part, after: Part) -> bool:
        in_place = before.first + before.row_count == after.first
        return in_place and follows(before.block, after.block, self.request.field.name)

    def step(self, kept: Kept, k: int, nq: int) -> Step:
        """What is done with this part for so many queries at once."""
        indexed = self.serving(kept.part) is not None
        return choose(row_count=kept.part.row_count, kept=kept.count, k=k, nq=nq, indexed=indexed)

    def serving(self, part: Part) -> ServingIndex | None:
        """The part's index, when it measures as this search does (it does not while the metric is being switched)."""
        serving = part.segment.indexes.get(self.request.field.id)
        return serving if serving is not None and serving.spec.metric is self.metric else None

    def params(self, serving: ServingIndex, kept: Kept, k: int) -> Values:
        """Search parameters for this part, widened where a mask or a larger k would cost recall."""
        values = self.request.params(serving)
        if self.bm25 is not None:
            values = {**values, **self.bm25.params}
        fraction = kept.count / kept.part.row_count
        if fraction < WIDEN_BELOW or k > self.request.wanted:
            return serving.index.widened(values, k=k, kept=fraction)
        return values

    def of_run(self, run: Run, queries: Queries, k: int) -> Hits:
        """The nearest k of one run, rows as places."""
        kept, serving = run[0], self.serving(run[0].part)
        if serving is None:
            return self._exact(run, queries, k, EVERYWHERE)
        if self.step(kept, k, len(queries)) in (Step.EXACT, Step.EXACT_KEPT):
            serving.index.exact_instead += 1
            return self._exact(run, queries, k, EVERYWHERE)
        serving.index.uses += 1
        params = self.params(serving, kept, k)
        hits = _placed(serving.index.search(queries, k, mask=kept.mask, params=params), kept.part)
        if hits.complete:
            return hits
        short = hits.rows[:, min(k, kept.count) - 1] < 0
        if short.any() and not serving.index.short_is_complete:
            serving.index.exact_instead += 1
            exact = self._exact(run, some_of(queries, np.flatnonzero(short)), k, EVERYWHERE)
            hits.distances[short], hits.rows[short] = exact.distances, exact.rows
        return hits

    def _exact(self, run: Run, queries: Queries, k: int, ring: Ring) -> Hits:
        vectors = vectors_of_all([kept.part.block for kept in run], self.request.field.name)
        if self.metric is Metric.MHJACCARD and self.declared is not None:
            vectors, queries = comparable(vectors, self.declared), comparable(queries, self.declared)
        rows, norms = _rows_of(run), self._norms_of(run)
        hits = exact_range(vectors, queries, k, self.metric, inner=ring.inner, outer=ring.outer, rows=rows, norms=norms)
        return _placed(hits, run[0].part)

    def _norms_of(self, run: Run) -> Floats | None:
        """What the exact kernel would else compute of each row again."""
        if len(run) == 1:
            return self._norms(run[0].part.block)
        norms = [found for kept in run if (found := self._norms(kept.part.block)) is not None]
        return np.concatenate(norms) if norms else None

    def _norms(self, block: Block) -> Floats | None:
        name = self.request.field.name
        if self.metric in _OF_LENGTHS:
            return block.squared_norms(name)
        if self.bm25 is not None:
            return self.bm25.norms(block.derived(("lengths", name), lambda: _lengths(block, name)))
        return block.derived(("norms", name, self.metric), lambda: norms_of(block.vectors(name), self.metric))

    def merged(self, found: Sequence[Hits], nq: int, k: int) -> Hits:
        """The nearest k of what was found in the parts."""
        if len(found) == 1:
            return found[0]
        return merge(found, self.reading, k) if found else no_hits(nq, k)


def _rows_of(run: Run) -> Rows | None:
    """Numbers of the rows that may be returned, counted from the first part on; None = all."""
    if all(kept.mask is None for kept in run):
        return None
    return np.concatenate([kept.rows() + (kept.part.first - run[0].part.first) for kept in run])


def _lengths(block: Block, name: str) -> Floats:
    return row_lengths(cast("SparseRows", block.vectors(name)))


def _placed(hits: Hits, part: Part) -> Hits:
    """Row numbers of the part as places."""
    if not part.first:
        return hits
    if hits.complete:
        return Hits(hits.distances, hits.rows + part.first, complete=True)
    return Hits(hits.distances, np.where(hits.rows < 0, -1, hits.rows + part.first))


Select = Callable[[Hits], tuple[Hits, npt.NDArray[np.bool_]]]
"""Hits -> what is wanted of them (-1 and +inf where nothing is), and which queries have all they can want."""


def widen_until(nearest: Nearest, queries: Queries, k: int, select: Select) -> Hits:
    """What ``select`` takes of ever more hits, until every query is done or every row was seen.

    k  to begin with; only queries that are not done are searched again
    """
    available = nearest.available
    chosen, done = select(nearest(queries, k))
    while k < available and not done.all():
        k = min(4 * k, available)
        waiting = np.flatnonzero(~done)
        at_once = max(1, HITS_AT_ONCE // k)
        for some in np.split(waiting, range(at_once, len(waiting), at_once)):
            more, done[some] = select(nearest(some_of(queries, some), k))
            chosen.distances[some], chosen.rows[some] = more.distances, more.rows
    return chosen


def no_hits(nq: int, k: int) -> Hits:
    return Hits(np.full((nq, k), np.inf, np.float32), np.full((nq, k), -1, np.int64))
