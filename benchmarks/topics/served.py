"""Searches through a server, from 1, 4 and 16 client processes, at equal recall."""

from __future__ import annotations

import time
from collections import defaultdict

from benchmarks.bench import Bench
from benchmarks.figures import Rate, number, ratio
from benchmarks.fleet import Loaded
from benchmarks.peers.agent import call_together
from benchmarks.processes import cpu_s
from benchmarks.table import Table

CLIENTS = (1, 4, 16)
BATCH = 100


def run(bench: Bench) -> list[Table]:
    return [_single(bench), _batches(bench)]


def _single(bench: Bench) -> Table:
    columns = ["database", "ef", "recall@10"]
    for clients in CLIENTS:
        columns += [f"QPS, {clients} clients", "p50 / p99 ms"]
    table = Table(
        f"Served search, nq=1, k=10 ({bench.about})",
        [*columns, "server CPU ms a query"],
        "ef is each database's smallest with recall@10 >= 0.95 over 500 queries; a client is a process.",
    )
    rates = _interleaved(bench)
    costs = {each.name: _cpu_ms(each, bench.options.seconds) for each in bench.fleet.loaded}
    for each in bench.fleet.loaded:
        cells = [each.peer.version, str(each.ef), f"{each.recall:.3f}"]
        for clients in CLIENTS:
            mine, reference = rates[each.name, clients], rates[bench.fleet.reference, clients]
            cells += [ratio(mine.per_second, reference.per_second), mine.latency]
        table.add(*cells, number(costs[each.name]))
    return table


def _batches(bench: Bench) -> Table:
    table = Table(
        f"Served search, nq={BATCH}, one client ({bench.about})", ["database", "vectors a second", "p50 / p99 ms"]
    )
    rates = defaultdict(list)
    for _ in range(bench.options.repeats):
        for each in bench.fleet.loaded:
            rates[each.name].append(measured(each, 1, bench.options.seconds, nq=BATCH))
    reference = Rate.median(rates[bench.fleet.reference]).per_second * BATCH
    for each in bench.fleet.loaded:
        rate = Rate.median(rates[each.name])
        table.add(each.peer.version, ratio(rate.per_second * BATCH, reference), rate.latency)
    return table


def measured(each: Loaded, clients: int, seconds: float, nq: int = 1, filter: str = "") -> Rate:
    """Searches from that many new client processes, all starting at the same moment."""
    with each.clients(clients) as agents:
        start_at = time.time() + 0.5 + 0.05 * clients
        arguments = each.arguments(nq=nq, filter=filter, seconds=seconds, start_at=start_at)
        return Rate.together(call_together(agents, "search", **arguments))


def _interleaved(bench: Bench) -> dict[tuple[str, int], Rate]:
    rates: dict[tuple[str, int], list[Rate]] = defaultdict(list)
    for _ in range(bench.options.repeats):
        for clients in CLIENTS:
            for each in bench.fleet.loaded:
                rates[each.name, clients].append(measured(each, clients, bench.options.seconds))
    return {key: Rate.median(repeats) for key, repeats in rates.items()}


def _cpu_ms(each: Loaded, seconds: float) -> float:
    before = cpu_s(each.peer.pid)
    answer = each.agent.call("search", **each.arguments(seconds=seconds))
    return 1000 * (cpu_s(each.peer.pid) - before) / (len(answer["latencies_us"]) + 1)
