"""The advisor: builds candidates over a sample of a field's rows, as any index is built, and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.building.files import threads_of_a_build
from elanus.engine.indexes.advice import Advice, Size, Trial, advise, ranked
from elanus.engine.indexes.candidates import candidates
from elanus.engine.indexes.wish import Wish
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.requests import BuildState
from elanus.errors import Rejected
from elanus.index.base import IndexSpec
from elanus.index.build import estimate
from elanus.index.curve import CurvePoint
from elanus.index.generation import NEWEST
from elanus.index.probe import QUERIES, Measured, exact_measured, sample_rows
from elanus.index.registry import index_type
from elanus.index.request import default_metric
from elanus.index.stored import picked
from elanus.schema.field import Field
from elanus.search.visible import Scope, reading
from elanus.segment.vectors import present_vectors
from elanus.segment.view import View
from elanus.storage.layout import index_checkpoint_name, index_file_name
from elanus.storage.rows import Batches
from elanus.storage.segment_files import write_segment

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

SAMPLE_ROWS = 10_000
SEED = 11


class Advisor:
    """Of one vector field. The builds take their turn in the queue; nothing of them stays."""

    def __init__(self, collection: Collection, field: Field) -> None:
        """Raises Rejected for a field that is not of vectors."""
        if not field.is_vector:
            raise Rejected(f"field {field.name} is of type {field.type.milvus_name}: advice is for vector fields")
        self._collection = collection
        self._field = field
        self._metric = collection.view.metric(field.id) or default_metric(NEWEST, field.type)

    def advise(self, wish: Wish) -> list[Advice]:
        """Every candidate that could be tried, the best first. Raises Rejected when there are no rows to try with."""
        view = self._collection.view
        sample = _sample(view, self._field.name)
        rows = sum(part.count for part in reading(view, Scope()).parts)
        kinds = [self._candidates(count, wish) for count in (sample.num_rows, rows)]
        trials = self._trials(sample, list(zip(*kinds, strict=True)))
        found = [advise(trial, wish, rows, _size(trial.whole, rows)) for trial in trials]
        return ranked(found)

    def _candidates(self, rows: int, wish: Wish) -> list[IndexSpec]:
        return candidates(self._field, self._metric, rows, memory_is_short=bool(wish.memory_bytes))

    def _trials(self, sample: pa.RecordBatch, specs: Sequence[tuple[IndexSpec, IndexSpec]]) -> list[Trial]:
        """Of each spec over the sample, beside which its spec over all rows stands."""
        exact = [_exact_trial(pair, sample) for pair in specs if not _is_built(pair[0])]
        return exact + self._built_trials(sample, [pair for pair in specs if _is_built(pair[0])])

    def _built_trials(self, sample: pa.RecordBatch, specs: Sequence[tuple[IndexSpec, IndexSpec]]) -> list[Trial]:
        collection = self._collection
        segment_id = collection.resources.new_id()
        directory = collection.resources.layout.segment(collection.id, segment_id)
        try:
            data = write_segment(directory, Batches([sample]), self._field.since)
            orders = [self._order(spec, segment_id, data.name, sample.num_rows) for spec, _ in specs]
            builds = [collection.resources.builds.submit(order, lambda _: None) for order in orders]
            for build in builds:
                build.over.wait()
            return [_trial(build, whole) for build, (_, whole) in zip(builds, specs, strict=True) if _is_done(build)]
        finally:
            remove_leftovers([directory])

    def _order(self, spec: IndexSpec, segment_id: int, data: str, rows: int) -> BuildOrder:
        resources = self._collection.resources
        directory = resources.layout.segment(self._collection.id, segment_id)
        build_id = resources.new_id()
        return BuildOrder(
            build_id=build_id,
            index_id=0,
            segment_id=segment_id,
            collection_id=self._collection.id,
            row_count=rows,
            spec=spec,
            data=directory / data,
            field=self._field,
            schema=self._collection.schema,
            output=directory / index_file_name(build_id),
            checkpoint=directory / index_checkpoint_name(build_id),
            checkpoint_seconds=resources.settings.checkpoint_seconds,
            threads=threads_of_a_build(resources.settings),
        )


def _sample(view: View, field: str) -> pa.RecordBatch:
    """Readable rows of the field, drawn from all. Raises Rejected, CollectionNotLoaded."""
    parts = reading(view, Scope()).parts
    places = [np.arange(p.row_count) if p.visible is None else np.flatnonzero(p.visible) for p in parts]
    total = sum(len(rows) for rows in places)
    if total < 2:
        raise Rejected(f"collection {view.schema.name} has {total} rows: there is nothing to try indexes with")
    drawn = np.sort(np.random.default_rng(SEED).choice(total, min(SAMPLE_ROWS, total), replace=False))
    firsts = np.cumsum([0, *(len(rows) for rows in places)])
    taken = [
        part.block.column(field).take(pa.array(rows[drawn[(drawn >= first) & (drawn < first + len(rows))] - first]))
        for part, rows, first in zip(parts, places, firsts[:-1], strict=True)
    ]
    return pa.RecordBatch.from_arrays([pa.concat_arrays(taken)], names=[field])


def _is_done(build: Build) -> bool:
    return build.status.state is BuildState.FINISHED


def _trial(build: Build, whole: IndexSpec) -> Trial:
    assert isinstance(build.order.spec, IndexSpec)
    curve = tuple(CurvePoint(**point) for point in build.report["curve"])
    curve = curve or (_only_point(Measured(**build.report["measured"])),)
    return Trial(build.order.spec, whole, build.order.row_count, float(build.report["seconds"]), curve)


def _exact_trial(specs: tuple[IndexSpec, IndexSpec], sample: pa.RecordBatch) -> Trial:
    """Of a type that has nothing to build: every row is compared."""
    spec, whole = specs
    vectors = present_vectors(sample.column(0))
    own = sample_rows(len(vectors), QUERIES, SEED)
    measured = exact_measured(vectors, spec.metric, picked(vectors, own))
    return Trial(spec, whole, len(vectors), 0.0, (_only_point(measured),))


def _only_point(measured: Measured) -> CurvePoint:
    """The curve of a type without an effort: what was measured, its error from the interval."""
    error = 0.0 if measured.recall == 1 else (measured.recall_high - measured.recall_low) / 4
    return CurvePoint(0, measured.recall, error, measured.p50_us, measured.p99_us)


def _is_built(spec: IndexSpec) -> bool:
    return index_type(spec.type).builder is not None


def _size(spec: IndexSpec, rows: int) -> Size:
    need = estimate(spec, rows)
    return Size(need.resident_bytes, need.disk_bytes)
