"""A scalar build is a function too: a column and a spec in, a finished index file out.

The column comes in slices, because getting it may be the work (values out of JSON documents); what is written is asked
for some values of the column, and must find what reading the column finds, before the file gets its name.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import BuildFailed
from elanus.index.base import BuildEstimate
from elanus.index.file import Trailer, write_trailer
from elanus.index.progress import BuildPhase, Meter, Report
from elanus.index.scalar._entries import sorted_entries
from elanus.index.scalar._json_params import JSON_CAST_TYPE
from elanus.index.scalar.base import Found, Payload, ScalarIndex, ScalarSpec
from elanus.index.scalar.file import open_payload, write_payload
from elanus.index.scalar.types import scalar_type
from elanus.storage.files import durable_write

PROBES = 32
_ROW_BYTES = 64
"""Of a value, its row number, and what belongs to them in the file. An estimate: texts vary."""
_COPIES = 4
"""Of everything, while it is sorted."""


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
    return BuildEstimate(stored * (_COPIES * (4 if lengths else 1) + 2 * lengths), 0, stored * max(1, 2 * lengths))


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
        facts["probes"] = _verified(path, task.spec, column)
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


def _verified(path: Path, spec: ScalarSpec, column: pa.Array) -> int:
    """How many values were looked up. Raises BuildFailed when the index names other rows than hold one of them."""
    entries = sorted_entries(column)
    index = open_payload(path, spec, len(column))
    places = np.linspace(0, len(entries.values) - 1, PROBES if len(entries.values) else 0).astype(np.int64)
    probed = 0
    for value in entries.values.take(pa.array(places)).unique():
        found = _rows_of(index, value)
        if found is None:
            continue
        probed += 1
        rows = np.unique(found.rows())
        wanted = entries.rows[pc.equal(entries.values, value).to_numpy(zero_copy_only=False)]
        if not np.isin(wanted, rows).all() or (found.exact and len(rows) != len(wanted)):
            raise BuildFailed(f"the {spec.type} index names other rows for {value} than the column holds")
    return probed


def _rows_of(index: ScalarIndex, value: pa.Scalar) -> Found | None:
    found = index.equal(pa.array([value.as_py()], value.type))
    if found is None and pa.types.is_large_string(value.type):
        return index.like(re.sub(r"([%_\\])", r"\\\1", value.as_py()))
    return found
