"""The process that builds indexes: orders come on standard input, one JSON object a line, answers on standard output.

Answers: ``{"phase": ...}`` while it works, then ``{"finished": report}`` or ``{"failed": reason}``. It ends when its
standard input ends, also in the middle of a build: a worker never outlives its server.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import orjson
import pyarrow as pa

from elanus.engine.indexes.column import slices_of
from elanus.engine.indexes.specs import spec_from_json
from elanus.index.base import Foreseen, IndexSpec
from elanus.index.build import BuildReport, BuildTask, build
from elanus.index.progress import BuildProgress, Report
from elanus.index.scalar.base import ScalarSpec
from elanus.index.scalar.build import ScalarReport, ScalarTask, build_scalar
from elanus.schema.collection import CollectionSchema
from elanus.schema.lean import keep_pandas_out
from elanus.segment.block import Block
from elanus.segment.vectors import present_vectors
from elanus.storage.segment_files import map_segment

LOW_PRIORITY = 19


def main() -> None:
    with suppress(OSError):
        os.nice(LOW_PRIORITY)
    keep_pandas_out()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not look like an answer
    orders: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_orders, args=(orders,), daemon=True).start()
    while True:
        _do(orjson.loads(orders.get()), answers)


def _read_orders(orders: queue.SimpleQueue[bytes]) -> None:
    with os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0) as lines:  # no lock to be found held at the end
        for line in lines:
            orders.put(line)
    _end()


def _end() -> NoReturn:
    """The server is gone: end now, in the middle of whatever it is."""
    os._exit(0)


def _do(order: Mapping[str, Any], answers: BinaryIO) -> None:
    try:
        report = _built(order, lambda progress: _answer(answers, _told(progress)))
    except MemoryError:
        _answer(answers, {"failed": "not enough memory for the build"})
    except Exception as error:  # this process's door: whatever it was, who ordered the build must hear of it
        _answer(answers, {"failed": f"{type(error).__name__}: {error}"})
    else:
        _answer(answers, {"finished": {**asdict(report), "path": str(report.path)}})


def _built(order: Mapping[str, Any], report: Report) -> BuildReport | ScalarReport:
    spec = spec_from_json(order["spec"])
    stored = map_segment(Path(order["data"]))
    block = Block(stored.batch, written_ts=stored.written_ts).under(CollectionSchema.from_json(order["schema"]))
    column = block.column(order["field"])
    if isinstance(spec, ScalarSpec):
        task = ScalarTask(spec, slices_of(column, spec), len(column), Path(order["output"]))
        return build_scalar(task, report)
    return build(_task(order, spec, column), report)


def _task(order: Mapping[str, Any], spec: IndexSpec, column: pa.Array) -> BuildTask:
    return BuildTask(
        spec=spec,
        vectors=present_vectors(column),
        path=Path(order["output"]),
        checkpoint_path=Path(order["checkpoint"]),
        checkpoint_seconds=order["checkpoint_seconds"],
        threads=order["threads"],
        expected=None if order["expected"] is None else Foreseen(**order["expected"]),
    )


def _told(progress: BuildProgress) -> dict[str, Any]:
    return {**asdict(progress), "phase": progress.phase.value}


def _answer(answers: BinaryIO, answer: Mapping[str, Any]) -> None:
    try:
        answers.write(orjson.dumps(answer) + b"\n")
    except BrokenPipeError:
        _end()


if __name__ == "__main__":
    main()
