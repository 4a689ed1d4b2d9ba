"""What a build and a steady stream of inserts do to searches, and what the data costs in memory.

It adds rows to the loaded collections, so nothing that compares answers may come after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Rate, number, verdict
from benchmarks.fleet import BATCH, Loaded
from benchmarks.processes import memory_of
from benchmarks.table import Table

BESIDE = "beside"
"""The second collection, whose index is built while the first is searched."""

ROWS_PER_SECOND = 500
NEW_IDS = 10_000_000
MEMORY_LIMIT = 1.3
LINK_BYTES = 2 * 16 * 4 + 8
"""Of one row in a graph of M=16: the links of the ground level, and about 8 for the levels above."""


def run(bench: Bench) -> list[Table]:
    return [_memory(bench), _latency(bench)]


def _memory(bench: Bench) -> Table:
    vectors_mb = bench.data.base.nbytes / 2**20
    index_mb = vectors_mb + bench.data.row_count * LINK_BYTES / 2**20
    table = Table(
        f"Memory of the server with all rows indexed and loaded ({bench.about})",
        ["database", "when", "resident MB", "of it not mapped files MB", "resident to vectors + index", "limit"],
        f"Vectors {vectors_mb:.0f} MB, float HNSW index {index_mb:.0f} MB (the vectors again, and links); asked for: "
        f"at most {MEMORY_LIMIT} times their sum when ready. Exact searches map the vectors too, and keep them mapped.",
    )
    for each in bench.fleet.loaded:
        for when, memory in ("ready", each.ready), ("after all topics", memory_of(each.peer.pid)):
            times = memory.resident_mb / (vectors_mb + index_mb)
            judged = verdict(times, MEMORY_LIMIT) if each.name == "elanus" and when == "ready" else ""
            shown = (number(memory.resident_mb), number(memory.anonymous_mb), f"{times:.2f}x")
            table.add(each.peer.version, when, *shown, judged)
    return table


def _latency(bench: Bench) -> Table:
    situations: dict[str, Callable[[Loaded, Bench], Rate]] = {
        "idle": _idle,
        "during a build": _during_build,
        f"{ROWS_PER_SECOND} rows/s inserted": _during_inserts,
    }
    table = Table(
        f"Searches beside other work, nq=1, one client ({bench.about})",
        ["database", "situation", "QPS", "p50 / p99 ms", "p99 to idle"],
        "The build is of an HNSW index on a second collection with the same rows.",
    )
    rates: dict[str, dict[str, Rate]] = defaultdict(dict)
    for situation, measure in situations.items():
        for each in bench.fleet.loaded:
            rates[each.name][situation] = measure(each, bench)
    for each in bench.fleet.loaded:
        for situation, rate in rates[each.name].items():
            times = rate.p99_ms / rates[each.name]["idle"].p99_ms
            table.add(each.peer.version, situation, number(rate.per_second), rate.latency, f"{times:.2f}x")
    return table


def _idle(each: Loaded, bench: Bench) -> Rate:
    return Rate.together([each.agent.call("search", **each.arguments(seconds=bench.options.seconds))])


def _during_build(each: Loaded, bench: Bench) -> Rate:
    with each.clients(1) as (builder,):
        builder.call("create", collection=BESIDE)
        builder.call("insert", collection=BESIDE, first=0, last=bench.data.row_count, batch=BATCH)
        builder.call("flush", collection=BESIDE)
        peer = each.peer
        declared = {"index_type": peer.index_type, "metric": each.metric, "params": peer.index_params}
        builder.post("index", collection=BESIDE, **declared)
        answers: list[dict[str, Any]] = []
        while not answers or not builder.answered():
            answers.append(each.agent.call("search", **each.arguments(seconds=0.5)))
        builder.answer()
        builder.call("drop", collection=BESIDE)
    return _in_sequence(answers)


def _during_inserts(each: Loaded, bench: Bench) -> Rate:
    seconds = 2 * bench.options.seconds
    with each.clients(1) as (writer,):
        writer.post("trickle", first=NEW_IDS, per_second=ROWS_PER_SECOND, seconds=seconds)
        answer = each.agent.call("search", **each.arguments(seconds=seconds))
        writer.answer()
    return Rate.together([answer])


def _in_sequence(answers: list[dict[str, Any]]) -> Rate:
    """Of one client's searches, asked for in several commands."""
    latencies = [latency for answer in answers for latency in answer["latencies_us"]]
    return Rate.of(latencies, sum(answer["elapsed_s"] for answer in answers))
