"""The advisor: builds candidates over a sample of a field's rows, as any index is built, and says what came of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.building.files import threads_of_a_build
from elanus.engine.indexes.advice import Advice, Size, Trial, Wish, advise, ranked
from elanus.engine.indexes.specs import resolved
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.requests import BuildState
from elanus.errors import NotImplementedYet, Rejected
from elanus.index.base import IndexSpec
from elanus.index.build import estimate
from elanus.index.curve import CurvePoint
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.search.visible import Scope, reading
from elanus.segment.view import View
from elanus.storage.layout import index_checkpoint_name, index_file_name
from elanus.storage.rows import Batches
from elanus.storage.segment_files import write_segment

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

SAMPLE_ROWS = 10_000
SEED = 11
LISTS_PER_ROOT = 4


class Advisor:
    """Of one vector field. The builds take their turn in the queue; nothing of them stays."""

    def __init__(self, collection: Collection, field: Field) -> None:
        """Raises NotImplementedYet for a field that is not of float vectors."""
        if field.type is not DataType.FLOAT_VECTOR:
            raise NotImplementedYet(
                f"advice for fields of type {field.type.milvus_name} is not implemented by Elanus yet"
            )
        self._collection = collection
        self._field = field
        self._metric = str(collection.view.metric(field.id) or Metric.COSINE)

    def advise(self, wish: Wish) -> list[Advice]:
        """Every candidate that could be tried, the best first. Raises Rejected when there are no rows to try with."""
        view = self._collection.view
        sample = _sample(view, self._field.name)
        rows = sum(part.count for part in reading(view, Scope()).parts)
        trials = self._trials(sample, rows)
        found = [advise(trial, wish, rows, _size(trial.whole, rows)) for trial in trials if trial.curve]
        return ranked(found)

    def _trials(self, sample: pa.RecordBatch, rows: int) -> list[Trial]:
        collection = self._collection
        segment_id = collection.resources.new_id()
        directory = collection.resources.layout.segment(collection.id, segment_id)
        try:
            data = write_segment(directory, Batches([sample]))
            specs = list(zip(self._candidates(sample.num_rows), self._candidates(rows), strict=True))
            orders = [self._order(spec, segment_id, data.name, sample.num_rows) for spec, _ in specs]
            builds = [collection.resources.builds.submit(order, lambda _: None) for order in orders]
            for build in builds:
                build.over.wait()
            return [_trial(build, whole) for build, (_, whole) in zip(builds, specs, strict=True) if _is_done(build)]
        finally:
            remove_leftovers([directory])

    def _candidates(self, rows: int) -> list[IndexSpec]:
        """One spec of each kind that is worth trying, for so many rows."""
        lists = str(max(1, int(LISTS_PER_ROOT * math.sqrt(rows))))
        asked: list[dict[str, str]] = [
            {"index_type": "AUTOINDEX"},
            {"index_type": "HNSW", "M": "16", "efConstruction": "200"},
            {"index_type": "HNSW_SQ", "M": "16", "efConstruction": "200", "sq_type": "SQ8"},
            {"index_type": "IVF_FLAT", "nlist": lists},
            {"index_type": "IVF_SQ8", "nlist": lists},
            {"index_type": "SCANN", "nlist": lists},
        ]
        specs = [resolved({**params, "metric_type": self._metric}, self._field) for params in asked]
        return [spec for spec in specs if isinstance(spec, IndexSpec)]

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
            column=self._field.name,
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
    return Trial(build.order.spec, whole, build.order.row_count, float(build.report["seconds"]), curve)


def _size(spec: IndexSpec, rows: int) -> Size:
    need = estimate(spec, rows)
    return Size(need.resident_bytes, need.disk_bytes)
