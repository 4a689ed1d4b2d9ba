"""A build is a function: rows and a spec in, a finished index file out.

It samples, trains, adds slice by slice, writes beside the final name, searches what it wrote, and only then gives the
file its name. Stopped at any moment it leaves no half file, at most a checkpoint to go on from.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from elanus.errors import ParameterInvalid
from elanus.index.base import BuildEstimate, Foreseen, IndexBuilder, IndexSpec, Queries, Vectors
from elanus.index.checkpoint import Checkpoint
from elanus.index.curve import CurvePoint
from elanus.index.file import Trailer, read_trailer, write_trailer
from elanus.index.probe import Measured, measure, measured_curve, probe_seconds, sample_rows
from elanus.index.progress import NOTHING_FORESEEN, BuildPhase, Meter, Report
from elanus.index.registry import index_type
from elanus.index.stored import picked
from elanus.storage.files import durable_write

WORKER_BYTES, PROBE_BYTES = 38 << 20, 16 << 20
"""Of a process that builds, besides the index: Python with its libraries; then the probe, when the build itself is over
and the index is open."""

CURVE_SECONDS, CURVE_SHARE = (0.5, 2.0), 0.025
"""A curve is left as far as it came after this share of the time the index took, within bounds."""


@dataclass(frozen=True, slots=True)
class BuildTask:
    """What to build, from what, into which file, with which means.

    vectors             the rows in their stored type, usually mapped from the segment's file
    path                the finished file; nothing is there until it is complete
    checkpoint_path     None = no checkpoints
    checkpoint_seconds  time between checkpoints
    threads             native threads; 0 = all of the machine
    seed                of the training sample and of the probe's queries
    expected            what an earlier build like it took; None = there was none
    """

    spec: IndexSpec
    vectors: Vectors
    path: Path
    checkpoint_path: Path | None = None
    checkpoint_seconds: float = 60.0
    threads: int = 0
    seed: int = 0
    expected: Foreseen | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was built; all but the path is in the file's trailer too.

    seconds       from start to measured, of this run
    file_bytes    of the file without its trailer
    resumed_rows  rows that came from a checkpoint
    curve         what more effort in a search buys; empty for a type without such a parameter
    passes        times that the rows were gone through
    spent         processor seconds: what a build like it may expect; all of this run
    """

    path: Path
    row_count: int
    seconds: float
    file_bytes: int
    resident_bytes: int
    resumed_rows: int
    measured: Measured
    curve: tuple[CurvePoint, ...] = ()
    passes: int = 1
    spent: Foreseen = NOTHING_FORESEEN


EXPECTED_CURVE_SECONDS = 1.0
"""Of processor, seen with most types of some 10,000 rows; an earlier build knows better."""


def estimate(spec: IndexSpec, row_count: int) -> BuildEstimate:
    """What a build of this spec over so many rows will need, its process included; zeros when nothing is built."""
    builder = index_type(spec.type).builder
    if builder is None:
        return BuildEstimate(0, 0, 0)
    needed = builder.estimate(spec, row_count)
    highest = max(needed.peak_bytes, needed.resident_bytes + PROBE_BYTES)
    return replace(needed, peak_bytes=WORKER_BYTES + highest, passes=builder.passes)


def build(task: BuildTask, report: Report) -> BuildReport:
    """Builds the index and gives its file the final name.

    report  told of every phase and about twice a second while adding; raising from it ends the build, and the last
            checkpoint stays

    Raises ParameterInvalid for a type that has nothing to build, OutOfDisk.
    """
    started = time.monotonic()
    _check_builds(task.spec)

    def write(path: Path) -> None:
        meter, facts = _built(task, path, report)
        with meter.during(BuildPhase.VERIFYING):
            facts |= _verified(task, path, CURVE_SHARE * (time.monotonic() - started))
        facts |= {"seconds": round(time.monotonic() - started, 3), "spent": asdict(meter.spent())}
        write_trailer(path, Trailer(task.spec, len(task.vectors), len(task.vectors), facts))

    durable_write(task.path, write)
    if task.checkpoint_path is not None:
        task.checkpoint_path.unlink(missing_ok=True)
    return read_report(task.path)


def read_report(path: Path) -> BuildReport:
    """What the build of this finished file reported. Raises DataCorrupted."""
    trailer = read_trailer(path)
    facts = {**trailer.report, "measured": Measured(**trailer.report["measured"])}
    facts["spent"] = Foreseen(**trailer.report.get("spent", {}))
    facts["curve"] = tuple(CurvePoint(**point) for point in trailer.report.get("curve", ()))
    return BuildReport(path=path, row_count=trailer.row_count, **facts)


def _check_builds(spec: IndexSpec) -> None:
    if index_type(spec.type).builder is None:
        raise ParameterInvalid(f"index type {spec.type} has nothing to build")


def _built(task: BuildTask, path: Path, report: Report) -> tuple[Meter, dict[str, Any]]:
    """Builds and saves; how it went about it. Its memory is free when it returns."""
    builder = _builder(task)
    expected = task.expected or Foreseen(closing_s=probe_seconds(task.spec, task.vectors, EXPECTED_CURVE_SECONDS))
    meter = Meter(len(task.vectors), report, builder.work, builder.passes, expected)
    resumed_rows = _fill(task, builder, meter)
    with meter.during(BuildPhase.WRITING):
        builder.finish(path, _again(task, builder, meter))
    meter.forget_work()
    return meter, {"resumed_rows": resumed_rows, "passes": builder.passes}


def _builder(task: BuildTask) -> IndexBuilder:
    make = index_type(task.spec.type).builder
    assert make is not None  # checked before
    builder = make(task.spec, len(task.vectors))
    builder.threads = task.threads
    return builder


def _fill(task: BuildTask, builder: IndexBuilder, meter: Meter) -> int:
    """Trains and adds every row; the number of rows that came from a checkpoint."""
    checkpoint = Checkpoint(task.checkpoint_path, task.spec, len(task.vectors), task.checkpoint_seconds)
    resumed = checkpoint.resume(builder, task.vectors)
    if resumed is None:
        _train(task, builder, meter)
        if builder.needs_training:
            checkpoint.save_when_due(builder, 0)
    done = resumed = resumed or 0
    meter.start_adding(done)
    while done < len(task.vectors):
        vectors = task.vectors[done : done + builder.slice_rows]
        builder.add(vectors)
        done += len(vectors)
        meter.added(len(vectors))
        if done < len(task.vectors) * builder.passes:
            checkpoint.save_when_due(builder, done // builder.passes)
    return resumed // builder.passes


def _again(task: BuildTask, builder: IndexBuilder, meter: Meter) -> Iterator[Vectors]:
    """Every row once more, counted when it is done."""
    for at in range(0, len(task.vectors), builder.slice_rows):
        vectors = task.vectors[at : at + builder.slice_rows]
        yield vectors
        meter.added(len(vectors))


def _train(task: BuildTask, builder: IndexBuilder, meter: Meter) -> None:
    meter.tell(BuildPhase.SAMPLING)
    sample = _sample(task, builder) if builder.needs_training else None
    if sample is None:
        meter.tell(BuildPhase.TRAINING)
        return
    meter.train(builder.train(sample))


def _sample(task: BuildTask, builder: IndexBuilder) -> Queries:
    return picked(task.vectors, sample_rows(len(task.vectors), builder.sample_rows, task.seed))


def _verified(task: BuildTask, written: Path, curve_s: float) -> dict[str, Any]:
    """Opens what was written and measures it, the curve for about so long."""
    opened = index_type(task.spec.type).open
    assert opened is not None  # a type with a builder can be opened
    index = opened(written, task.spec, task.vectors)
    try:
        patience_s = min(max(curve_s, CURVE_SECONDS[0]), CURVE_SECONDS[1])
        curve = measured_curve(index, task.spec, task.vectors, task.seed + 1, patience_s)
        return {
            "file_bytes": written.stat().st_size,
            "resident_bytes": index.resident_bytes,
            "measured": asdict(measure(index, task.spec, task.vectors, task.seed)),
            "curve": [asdict(point) for point in curve],
        }
    finally:
        index.close()
