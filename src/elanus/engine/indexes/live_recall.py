"""Recall of live searches: recorded ones measured again with exact search, now and then, within a share of one core."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from elanus.engine.indexes.measured import Figures
from elanus.engine.indexes.measuring import measured
from elanus.engine.indexes.recent import Asked, Workload
from elanus.errors import Error
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

WINDOW = 200
NOTED_AT_ONCE = 20
"""Searches that make one entry of the history."""


class LiveRecall:
    """Of one collection; driven by the clockwork."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._seen: dict[int, deque[Figures]] = {}
        self._unnoted: dict[int, list[Figures]] = {}
        self._last: dict[int, Asked] = {}
        self._spent_s = 0.0
        self._since_s = time.monotonic()

    def tend(self) -> None:
        """Measure the latest search of each field once, when the budget allows."""
        share = self._collection.resources.settings.live_recall_share
        if not share or self._spent_s > share * (time.monotonic() - self._since_s):
            return
        for definition in list(self._collection.indexes.definitions.by_id.values()):
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
        seen = self._seen.setdefault(definition.id, deque(maxlen=WINDOW))
        seen.append(figures)
        self._unnoted.setdefault(definition.id, []).append(figures)
        if len(self._unnoted[definition.id]) == NOTED_AT_ONCE:
            self._collection.indexes.reports.note_live(definition, together(self._unnoted.pop(definition.id)))


def together(seen: Sequence[Figures]) -> Figures:
    """Of several searches: the interval is that of their mean, 1.96 standard errors to either side."""
    recalls = np.sort([figures.recall for figures in seen])
    error = 1.96 * float(recalls.std()) / math.sqrt(len(recalls))
    p50, p99 = np.percentile([figures.p50_us for figures in seen], [50, 99])
    return Figures(
        kept=1.0,
        queries=sum(figures.queries for figures in seen),
        recall=float(recalls.mean()),
        low=max(0.0, float(recalls.mean()) - error),
        high=min(1.0, float(recalls.mean()) + error),
        worst_decile=float(recalls[: max(1, len(recalls) // 10)].mean()),
        p50_us=float(p50),
        p99_us=float(p99),
    )
