"""Reports on demand: the indexes of a field, measured with the same queries. The last ones are kept."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from elanus.engine.indexes import measuring
from elanus.engine.indexes.family import family
from elanus.engine.indexes.measured import IndexReport
from elanus.engine.indexes.measuring import KEPT_FRACTIONS
from elanus.engine.indexes.recent import Workload
from elanus.errors import Rejected
from elanus.segment.view import ServingIndex, View
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

KEPT_REPORTS = 20
QUERIES = 100
SEED = 7


class IndexReports:
    """Measures under no lock: readers and writers go on."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._kept: dict[int, deque[IndexReport]] = {}

    def report(self, name: str) -> IndexReport:
        """The index measured alone, by share of rows a filter keeps. Raises IndexNotFound, CollectionNotLoaded."""
        definition = self._named(name)
        view = self._collection.view
        workload = self._workload(view, definition)
        return self._measured(view, definition, workload, KEPT_FRACTIONS)

    def compare(self, name: str) -> list[IndexReport]:
        """Every open index of the field, measured with the same queries, the serving one first."""
        definitions = self._collection.indexes_of.definitions.by_id.values()
        members = [d for d in family(self._named(name), definitions) if d.replaces is None and d.state != "hidden"]
        view = self._collection.view
        workload = self._workload(view, members[0])
        ordered = sorted(members, key=lambda d: d.state != "serving")
        return [self._measured(view, definition, workload, (1.0,)) for definition in ordered]

    def history(self, index_id: int) -> tuple[IndexReport, ...]:
        """The last reports, the oldest first."""
        return tuple(self._kept.get(index_id, ()))

    def _measured(
        self, view: View, definition: IndexRecord, workload: Workload, fractions: tuple[float, ...]
    ) -> IndexReport:
        indexes = self._collection.indexes_of
        indexes.serving.open_definition(definition)
        opened = indexes.serving.of_definition(definition)
        own = {segment: o for segment, o in opened.items() if isinstance(o, ServingIndex)}
        through = measuring.with_index(view, definition.field_id, own)
        status = indexes.every_status(definition.name)[0]
        figures = tuple(measuring.measured(through, workload, fraction, SEED) for fraction in fractions)
        report = IndexReport(
            index=definition.name,
            type=status.spec["type"],
            role=status.role,
            params=status.spec["params"],
            at_ms=int(time.time() * 1000),
            source=workload.source,
            figures=figures,
            file_bytes=status.file_bytes,
            resident_bytes=status.resident_bytes,
            pending_rows=status.pending_rows,
        )
        self._kept.setdefault(definition.id, deque(maxlen=KEPT_REPORTS)).append(report)
        return report

    def _workload(self, view: View, definition: IndexRecord) -> Workload:
        """The user's own searches where they are recorded, else stored rows."""
        schema = self._collection.schema
        field = schema.by_id[definition.field_id].name
        recorded = self._collection.recent.of_field(field, len(schema.vector_fields) == 1)
        if recorded:
            return Workload(recorded[:QUERIES], "recorded searches")
        if not view.row_count:
            raise Rejected(f"collection {self._collection.name} is empty: there is nothing to measure with")
        return measuring.stored_rows(view, field, QUERIES, SEED)

    def _named(self, name: str) -> IndexRecord:
        definition = self._collection.indexes_of.definitions.named(name)
        if not self._collection.schema.by_id[definition.field_id].is_vector:
            raise Rejected(f"index {name} is not on a vector field: filters give the same rows with and without it")
        return definition
