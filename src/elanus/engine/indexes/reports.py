"""Reports on demand: the indexes of a field, measured with the same queries. The last ones are kept."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from elanus.engine.indexes import measuring
from elanus.engine.indexes.family import family
from elanus.engine.indexes.measured import Figures, IndexReport, read_report
from elanus.engine.indexes.measuring import KEPT_FRACTIONS
from elanus.engine.indexes.recent import Workload
from elanus.errors import Rejected
from elanus.segment.view import ServingIndex, View
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

KEPT = {"asked": 20, "live": 100}
"""Reports of an index, of each kind."""
QUERIES = 100
SEED = 7


class IndexReports:
    """Measures under no lock: readers and writers go on."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def report(self, name: str) -> IndexReport:
        """The index measured alone, by share of rows a filter keeps. Raises IndexNotFound, CollectionNotLoaded."""
        definition = self._named(name)
        view = self._collection.view
        workload = self._workload(view, definition)
        return self._measured(view, definition, workload, KEPT_FRACTIONS)

    def compare(self, name: str) -> list[IndexReport]:
        """Every open index of the field, measured with the same queries, the serving one first."""
        definitions = self._collection.indexes.definitions.by_id.values()
        members = [d for d in family(self._named(name), definitions) if d.replaces is None and d.state != "hidden"]
        view = self._collection.view
        workload = self._workload(view, members[0])
        ordered = sorted(members, key=lambda d: d.state != "serving")
        return [self._measured(view, definition, workload, (1.0,)) for definition in ordered]

    def history(self, index_id: int) -> tuple[IndexReport, ...]:
        """The last reports, the oldest first, also of live searches."""
        return tuple(map(read_report, self._collection.resources.history.of(index_id)))

    def note_live(self, definition: IndexRecord, figures: Figures) -> None:
        """Keep what was measured of searches as they came."""
        self._keep(definition, "live", self._of(definition, "live searches", (figures,)))

    def _measured(
        self, view: View, definition: IndexRecord, workload: Workload, fractions: tuple[float, ...]
    ) -> IndexReport:
        indexes = self._collection.indexes
        indexes.serving.open_definition(definition)
        opened = indexes.serving.of_definition(definition)
        own = {segment: o for segment, o in opened.items() if isinstance(o, ServingIndex)}
        through = measuring.with_index(view, definition.field_id, own)
        figures = tuple(measuring.measured(through, workload, fraction, SEED) for fraction in fractions)
        report = self._of(definition, workload.source, figures)
        self._keep(definition, "asked", report)
        return report

    def _of(self, definition: IndexRecord, source: str, figures: tuple[Figures, ...]) -> IndexReport:
        status = self._collection.indexes.every_status(definition.name)[0]
        return IndexReport(
            index=definition.name,
            type=status.spec["type"],
            role=status.role,
            params=status.spec["params"],
            at_ms=int(time.time() * 1000),
            source=source,
            figures=figures,
            file_bytes=status.file_bytes,
            resident_bytes=status.resident_bytes,
            pending_rows=status.pending_rows,
        )

    def _keep(self, definition: IndexRecord, kind: str, report: IndexReport) -> None:
        self._collection.resources.history.add(definition.id, kind, asdict(report), KEPT[kind])

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
        definition = self._collection.indexes.definitions.named(name)
        if not self._collection.schema.by_id[definition.field_id].is_vector:
            raise Rejected(f"index {name} is not on a vector field: filters give the same rows with and without it")
        return definition
