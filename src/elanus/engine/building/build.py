"""One index build: what was ordered, and how it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from elanus.engine.indexes.specs import Spec, estimated, spec_to_json
from elanus.engine.requests import BuildState, BuildStatus
from elanus.index.base import BuildEstimate, Foreseen
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field

AWAITED_SECONDS = 5.0
"""How long a question about an index counts as somebody waiting for it."""


@dataclass(frozen=True)
class BuildOrder:
    """One index over one segment, as files.

    data        the segment's data file; ``field`` what of it
    schema      says what the field is where the file does not store it
    output      where the finished index goes; ``checkpoint`` what an interrupted build continues from
    expected    processor seconds that an earlier build like it took; None = there is none
    attempt     1 for the first; ``earlier`` why the one before ended, "" for the first
    """

    build_id: int
    index_id: int
    segment_id: int
    collection_id: int
    row_count: int
    spec: Spec
    data: Path
    field: Field
    schema: CollectionSchema
    output: Path
    checkpoint: Path
    checkpoint_seconds: float
    threads: int
    expected: Foreseen | None = None
    attempt: int = 1
    earlier: str = ""

    @cached_property
    def estimate(self) -> BuildEstimate:
        """What it will need."""
        return estimated(self.spec, self.row_count)

    def remove_files(self, keep: Path | None = None) -> None:
        """Delete what the build left: index, checkpoint and what a killed worker was writing. Its worker has ended."""
        with suppress(FileNotFoundError):  # the directory went meanwhile
            for path in self.output.parent.glob(f"*index-{self.build_id}.*"):
                if path != keep:
                    path.unlink(missing_ok=True)

    def to_json(self) -> bytes:
        return orjson.dumps(
            {
                "spec": spec_to_json(self.spec),
                "data": str(self.data),
                "field": self.field.name,
                "schema": self.schema.to_json(),
                "output": str(self.output),
                "checkpoint": str(self.checkpoint),
                "checkpoint_seconds": self.checkpoint_seconds,
                "threads": self.threads,
                "expected": self.expected,
            }
        )


class Build:
    """A build in the queue, running, or ended. Its status only moves forward.

    over       set when it ended and whoever ordered it has heard
    cancelled  it is to end, or has ended, without being done
    queued_s   when it came into the queue, by the monotonic clock
    """

    def __init__(self, order: BuildOrder, ended: Callable[[Build], None]) -> None:
        self.order = order
        self.report: Mapping[str, Any] = {}
        self.over = threading.Event()
        self.cancelled = False
        self.queued_s = time.monotonic()
        self._asked_s = -AWAITED_SECONDS
        self._ended = ended
        self._status = BuildStatus(
            order.build_id,
            order.segment_id,
            BuildState.QUEUED,
            "queued",
            0,
            order.row_count,
            reason=order.earlier,
            attempt=order.attempt,
            estimated_bytes=order.estimate.peak_bytes,
            passes=order.estimate.passes,
        )

    @property
    def status(self) -> BuildStatus:
        return self._status

    def hurry(self) -> None:
        """Somebody waits for it."""
        self._asked_s = time.monotonic()

    @property
    def is_awaited(self) -> bool:
        return time.monotonic() - self._asked_s < AWAITED_SECONDS

    def progressed(self, told: Mapping[str, Any], worker: str) -> None:
        """What a worker tells: phase, rows_done, rows_per_second, seconds_left, resident_bytes, resumed_rows."""
        self._status = replace(
            self._status,
            state=BuildState.RUNNING,
            phase=told["phase"],
            rows_done=max(told["rows_done"], self._status.rows_done),
            rows_per_second=told["rows_per_second"],
            seconds_left=told["seconds_left"],
            memory_bytes=told["resident_bytes"],
            resumed_rows=told.get("resumed_rows", 0),
            worker=worker,
        )

    def end(self, state: BuildState, reason: str = "") -> None:
        """The last step: the status is final, then whoever ordered the build hears of it."""
        last = self._status
        self._status = replace(
            last,
            state=state,
            phase=state.value,
            rows_done=self.order.row_count if state is BuildState.FINISHED else last.rows_done,
            seconds_left=None,
            memory_bytes=0,
            reason=reason or self.order.earlier,
        )
        try:
            self._ended(self)
        finally:
            self.over.set()
