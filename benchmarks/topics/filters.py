"""Filters that keep one row in a hundred, in ten, in two: recall and speed at the ef of the unfiltered search."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.bench import Bench
from benchmarks.data import NUMBERS
from benchmarks.figures import Rate, ratio, recall
from benchmarks.fleet import K
from benchmarks.table import Table

PERCENTS = (1, 10, 50)


def run(bench: Bench) -> list[Table]:
    table = Table(
        f"Filtered search, nq=1, k=10, one client ({bench.about})",
        ["database", "rows kept", "recall@10", "QPS", "p50 / p99 ms"],
        "The filter compares an INT64 field without an index; ef is that of the unfiltered search at recall 0.95.",
    )
    for percent in PERCENTS:
        _measure(bench, percent, table)
    return [table]


def _measure(bench: Bench, percent: int, table: Table) -> None:
    below = NUMBERS * percent // 100
    truth = bench.data.neighbors(K, below)
    found: dict[str, float] = {}
    rates: dict[str, list[Rate]] = defaultdict(list)
    for _ in range(bench.options.repeats):
        for each in bench.fleet.loaded:
            answer = each.agent.call(
                "search", **each.arguments(filter=f"number < {below}", seconds=bench.options.seconds)
            )
            rates[each.name].append(Rate.together([answer]))
            found[each.name] = recall(answer["ids"], truth)
    reference = Rate.median(rates[bench.fleet.reference]).per_second
    for each in bench.fleet.loaded:
        rate = Rate.median(rates[each.name])
        qps = ratio(rate.per_second, reference)
        table.add(each.peer.version, f"{percent} %", f"{found[each.name]:.3f}", qps, rate.latency)
