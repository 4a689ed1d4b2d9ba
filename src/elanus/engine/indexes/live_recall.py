"""Recall of live searches: recorded ones measured again with exact search, now and then, within a share of one core."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from elanus.engine.indexes.measured import Figures
from elanus.engine.indexes.measuring import measured
from elanus.engine.indexes.recent import Asked, Workload
from elanus.errors import Error
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

WINDOW = 200


class LiveRecall:
    """Of one collection; driven by the clockwork."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._seen: dict[int, deque[Figures]] = {}
        self._last: dict[int, Asked] = {}
        self._spent_s = 0.0
        self._since_s = time.monotonic()

    def tend(self) -> None:
        """Measure the latest search of each field once, when the budget allows."""
        share = self._collection.resources.settings.live_recall_share
        if not share or self._spent_s > share * (time.monotonic() - self._since_s):
            return
        for definition in list(self._collection.indexes_of.definitions.by_id.values()):
            if definition.state == "serving":
                self._measure_latest(definition)

    def of(self, index_id: int) -> float | None:
        """Mean recall of the last searches that were measured; None before the first."""
        seen = list(self._seen.get(index_id, ()))
        return sum(figures.recall for figures in seen) / len(seen) if seen else None

    def _measure_latest(self, definition: IndexRecord) -> None:
        schema = self._collection.schema
        field = schema.by_id[definition.field_id]
        asked = self._collection.recent.of_field(field.name, len(schema.vector_fields) == 1) if field.is_vector else []
        if not asked or self._last.get(definition.id) is asked[0]:
            return
        self._last[definition.id] = asked[0]
        started = time.monotonic()
        try:
            figures = measured(self._collection.view, Workload(asked[:1], "live"))
        except Error:  # released, or its field or partition was dropped meanwhile: nothing to measure
            return
        finally:
            self._spent_s += time.monotonic() - started
        self._seen.setdefault(definition.id, deque(maxlen=WINDOW)).append(figures)
