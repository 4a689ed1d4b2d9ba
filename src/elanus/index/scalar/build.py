"""A scalar build is a function too: a column and a spec in, a finished index file out.

The column comes in slices, because getting it may be the work (values out of JSON documents); what is written is asked
for some values of the column, and must find what reading the column finds, before the file gets its name.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from elanus.index.base import BuildEstimate
from elanus.index.file import Trailer, write_trailer
from elanus.index.progress import BuildPhase, Meter, Report
from elanus.index.scalar._json_params import JSON_CAST_TYPE
from elanus.index.scalar.base import Payload, ScalarSpec
from elanus.index.scalar.file import open_payload, write_payload
from elanus.index.scalar.probe import probed
from elanus.index.scalar.types import scalar_type
from elanus.storage.files import durable_write

_ROW_BYTES = 64
"""Of a value, its row number, and what belongs to them in the file. An estimate: texts vary."""


@dataclass(frozen=True, slots=True)
class ScalarTask:
    """slices  the column, in order, ``row_count`` rows in all; path: the finished file"""

    spec: ScalarSpec
    slices: Iterable[pa.Array]
    row_count: int
    path: Path


@dataclass(frozen=True, slots=True)
class ScalarReport:
    """probes  values looked up in the written index and compared with the column"""

    path: Path
    row_count: int
    seconds: float
    file_bytes: int
    probes: int


def estimate_scalar(spec: ScalarSpec, row_count: int) -> BuildEstimate:
    """What a build over so many rows will need, roughly: it depends on the values. Runs of characters are many."""
    lengths = int(spec.params.get("max_gram", 0)) - int(spec.params.get("min_gram", 1)) + 1
    stored = row_count * _ROW_BYTES
    peak = stored * (scalar_type(spec.type).copies + 2 * lengths)
    return BuildEstimate(peak, 0, stored * max(1, 2 * lengths))


def build_scalar(task: ScalarTask, report: Report) -> ScalarReport:
    """Builds the index and gives its file the final name. Raises OutOfDisk, BuildFailed."""
    started = time.monotonic()
    meter = Meter(task.row_count, report, float)
    column = _column(task, meter)
    facts: dict[str, Any] = {}

    def write(path: Path) -> None:
        meter.tell(BuildPhase.WRITING)
        write_payload(path, _payload(task.spec, column))
        meter.tell(BuildPhase.VERIFYING)
        facts["probes"] = probed(open_payload(path, task.spec, task.row_count), column)
        facts["file_bytes"] = path.stat().st_size
        facts["seconds"] = round(time.monotonic() - started, 3)
        write_trailer(path, Trailer(task.spec, task.row_count, task.row_count, facts))

    durable_write(task.path, write)
    return ScalarReport(task.path, task.row_count, **facts)


def _column(task: ScalarTask, meter: Meter) -> pa.Array:
    meter.start_adding(0)
    parts = []
    for part in task.slices:
        parts.append(part)
        meter.added(len(part))
    return pa.chunked_array(parts).combine_chunks()


def _payload(spec: ScalarSpec, column: pa.Array) -> Payload:
    """Of a JSON path where a number has no exact float64 (NaN stands for it): nothing."""
    values = column.flatten() if pa.types.is_large_list(column.type) else column
    if JSON_CAST_TYPE in spec.params and pa.types.is_floating(values.type) and pc.any(pc.is_nan(values)).as_py():
        return {}
    return scalar_type(spec.type).build(column, spec.params)
