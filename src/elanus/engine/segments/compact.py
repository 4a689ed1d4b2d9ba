"""Compaction: which segments are merged, when, and what became of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elanus.engine.requests import CompactionStatus
from elanus.engine.segments.merge import Merge, dead_rows, drop_horizon
from elanus.engine.segments.seal import Growth
from elanus.engine.settings import EngineSettings

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)

BUSY_SEGMENTS = 4
"""While rows come in slowly, no fewer are merged: every segment makes searches slower, every merge reads and writes."""
RETRY_SECONDS = 60.0
"""A merge that failed is not tried again for so long: each try writes the whole segment."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sealed segment as the policy sees it. dead  rows a merge would drop."""

    id: int
    partition_id: int
    rows: int
    dead: int
    size_bytes: int


def fewest_merged(growth: Growth, settings: EngineSettings) -> int:
    """How many segments a merge must join to be worth it now; 0 = rows come so fast that none is."""
    if growth.quiet_s >= settings.merge_quiet_seconds:
        return 1
    return BUSY_SEGMENTS if growth.rows_per_second and growth.is_slow(settings) else 0


def plan_merges(candidates: Iterable[Candidate], settings: EngineSettings) -> list[tuple[int, ...]]:
    """Groups worth merging without being asked.

    Within a partition, smallest first, a segment joins as long as it is no larger than all before it together, else
    it begins the next group: a row is copied about log2(rows) times over its life. A segment with too many dead rows
    is rewritten alone.
    """
    groups: list[list[Candidate]] = []
    for candidates_of_partition in _by_partition(candidates):
        joined: list[Candidate] = []
        size = 0
        for candidate in candidates_of_partition:
            if candidate.size_bytes > size or size + candidate.size_bytes > settings.segment_bytes:
                joined, size = [], 0
                groups.append(joined)
            joined.append(candidate)
            size += candidate.size_bytes
    return [
        tuple(c.id for c in group)
        for group in groups
        if len(group) > 1 or group[0].dead > settings.dead_fraction * group[0].rows
    ]


def plan_full_merge(candidates: Iterable[Candidate], settings: EngineSettings) -> list[tuple[int, ...]]:
    """Groups to merge on request: as few segments as their size limit allows, no dead row left."""
    plans: list[list[Candidate]] = []
    for group in _by_partition(candidates):
        joined: list[Candidate] = []
        size = 0
        for candidate in group:
            if joined and size + candidate.size_bytes > settings.segment_bytes:
                plans.append(joined)
                joined, size = [], 0
            joined.append(candidate)
            size += candidate.size_bytes
        plans.append(joined)
    return [tuple(c.id for c in plan) for plan in plans if len(plan) > 1 or plan[0].dead]


def _by_partition(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    groups: dict[int, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: (c.size_bytes, c.id)):
        groups.setdefault(candidate.partition_id, []).append(candidate)
    return list(groups.values())


@dataclass
class _Request:
    id: int
    plans: list[tuple[int, ...]]
    targets: dict[tuple[int, ...], int]
    failed: int = 0


class Compactions:
    """The compactions of one collection; they run one after the other in the engine's merging thread.

    protected  until when (ms of Unix time) a segment stays as it is, because a snapshot was asked to keep it
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.protected: Mapping[int, int] = {}
        self._requests: dict[int, _Request] = {}
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._failed_at_s: dict[tuple[int, ...], float] = {}

    def request(self) -> int:
        """Merge all that can be merged. Gives the id to ask about, -1 when there is nothing to do."""
        request = self._start(plan_full_merge(self._candidates(), self._collection.resources.settings))
        if request is None:
            return -1
        self._requests[request.id] = request
        return request.id

    def tend(self, fewest: int) -> None:
        """Start the merges of so many segments that the policy wants, but for a while not those that failed."""
        now = time.monotonic()
        self._failed_at_s = {plan: at for plan, at in self._failed_at_s.items() if now - at < RETRY_SECONDS}
        plans = plan_merges(self._candidates(), self._collection.resources.settings)
        self._start([plan for plan in plans if len(plan) >= fewest and plan not in self._failed_at_s])

    def status(self, compaction_id: int) -> CompactionStatus:
        """Of an id that was not given here: no merges at all."""
        request = self._requests.get(compaction_id)
        if request is None:
            return CompactionStatus(compaction_id, 0, 0, 0, ())
        done, failed = len(request.targets), request.failed
        plans = tuple((plan, request.targets.get(plan, 0)) for plan in request.plans)
        return CompactionStatus(request.id, len(request.plans) - done - failed, done, failed, plans)

    def _start(self, plans: Sequence[tuple[int, ...]]) -> _Request | None:
        with self._lock:
            free = [plan for plan in plans if not self._busy & set(plan)]
            if not free:
                return None
            self._busy.update(i for plan in free for i in plan)
        request = _Request(self._collection.resources.new_id(), free, {})
        self._collection.resources.merging.submit(self._run, request)
        return request

    def _run(self, request: _Request) -> None:
        for plan in request.plans:
            try:
                request.targets[plan] = Merge(self._collection, plan).run()
            except Exception as error:
                request.failed += 1
                self._failed_at_s = {**self._failed_at_s, plan: time.monotonic()}
                logger.warning("merging segments %s of %s failed: %s", plan, self._collection.name, error)
            finally:
                with self._lock:
                    self._busy.difference_update(plan)

    def _candidates(self) -> list[Candidate]:
        horizon = drop_horizon(self._collection)
        view = self._collection.view
        now_ms = time.time_ns() // 1_000_000
        records = ((segment, self._collection.sealed.get(segment.id)) for segment in view.segments)
        return [
            Candidate(s.id, s.partition_id, s.row_count, dead_rows(s, horizon, view.ttl_ms), record.data.size_bytes)
            for s, record in records
            if record is not None and self.protected.get(s.id, 0) <= now_ms
        ]
