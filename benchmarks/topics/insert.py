"""Rows in: through pymilvus until indexed, and Arrow columns straight into an embedded engine."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.embedded import EmbeddedEngine
from benchmarks.figures import number, ratio
from benchmarks.fleet import BATCH
from benchmarks.peers import LanceDB
from benchmarks.table import Table


def run(bench: Bench) -> list[Table]:
    return [_through_pymilvus(bench), _arrow(bench)]


def _through_pymilvus(bench: Bench) -> Table:
    table = Table(
        f"Bulk insert through pymilvus, {BATCH} rows a call ({bench.about})",
        ["database", "rows/s", "call p50 / p99 ms", "flush s", "index s", "empty to searchable by index s"],
        "One load each, as dictionaries of lists; an insert is durable when Elanus answers.",
    )
    figures = {each.peer.version: each.figures for each in bench.fleet.loaded}
    reference = next(each.figures for each in bench.fleet.loaded if each.name == bench.fleet.reference)
    for version, mine in figures.items():
        p50, p99 = mine.batch_ms
        table.add(
            version,
            ratio(mine.rows_per_second, reference.rows_per_second),
            f"{p50:.1f} / {p99:.1f}",
            number(mine.flush_s),
            number(mine.index_s),
            ratio(mine.ready_s, reference.ready_s),
        )
    return table


def _arrow(bench: Bench) -> Table:
    table = Table(
        f"Arrow columns into an embedded database, {BATCH} rows a call ({bench.about})",
        ["database", "rows/s", "call p50 ms"],
        "Durable when the call returns; no server, no client library. Medians of interleaved repeats.",
    )
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    for repeat in range(bench.options.repeats):
        ours.append(_into_elanus(bench, bench.scratch(f"arrow-{repeat}")))
        if not bench.options.elanus_only:
            theirs.append(_into_lancedb(bench, bench.folder / f"lancedb-{repeat}"))
    reference = median(_rate(bench, seconds) for seconds in theirs or ours)
    for name, repeats in (("elanus", ours), (LanceDB.version, theirs)):
        if repeats:
            rate = median(_rate(bench, seconds) for seconds in repeats)
            p50 = median(median(seconds) for seconds in repeats) * 1000
            table.add(name, ratio(rate, reference), number(p50))
    return table


def _into_elanus(bench: Bench, folder: Path) -> list[float]:
    with EmbeddedEngine(folder, bench.data) as engine:
        batches = [engine.rows(first, first + BATCH) for first in range(0, bench.data.row_count, BATCH)]
        seconds = []
        for rows in batches:
            begun = time.perf_counter()
            engine.collection.insert(rows)
            seconds.append(time.perf_counter() - begun)
        return seconds


def _into_lancedb(bench: Bench, folder: Path) -> list[float]:
    peer = LanceDB(folder, bench.fleet.exported)
    agent = peer.agent()
    try:
        agent.call("connect", uri=peer.uri)
        agent.call("create")
        seconds: list[float] = agent.call("insert", first=0, last=bench.data.row_count, batch=BATCH)["batch_s"]
        return seconds
    finally:
        agent.stop()


def _rate(bench: Bench, seconds: list[float]) -> float:
    return bench.data.row_count / sum(seconds)
