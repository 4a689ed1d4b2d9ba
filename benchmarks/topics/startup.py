"""How soon an empty server answers and what it weighs; how soon 60,000 indexed rows answer again."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.bench import Bench
from benchmarks.figures import number, verdict
from benchmarks.fleet import Loaded
from benchmarks.peers import Elanus
from benchmarks.processes import resident_mb
from benchmarks.table import Table

READY_LIMIT_S = 1.0
RESIDENT_LIMIT_MB = 200
REPORT_IMPORTS = {"PYTHONPROFILEIMPORTTIME": "1"}
IMPORT_TIME = re.compile(r"import time: +(\d+) \|")
"""Of one module without those it imports, in microseconds, as the interpreter reports it."""


@dataclass(frozen=True)
class Start:
    """imports_s is 0 when the interpreter was not asked to report its imports."""

    ready_s: float
    imports_s: float
    resident_mb: float


def run(bench: Bench) -> list[Table]:
    return [_empty(bench), _reopened(bench)]


def _empty(bench: Bench) -> Table:
    table = Table(
        "An empty server of Elanus",
        ["figure", "value", "limit"],
        f"Asked for: ready within {READY_LIMIT_S:.0f} s after imports, at most {RESIDENT_LIMIT_MB} MB resident. The "
        f"time after imports is of runs in which the interpreter reports its imports, which slows both a little.",
    )
    starts = [_start(bench, f"empty-{repeat}", {}) for repeat in range(bench.options.repeats)]
    profiled = [_start(bench, f"imports-{repeat}", REPORT_IMPORTS) for repeat in range(bench.options.repeats)]
    resident, after = median(s.resident_mb for s in starts), median(s.ready_s - s.imports_s for s in profiled)
    table.add("process start to first answer s", number(median(s.ready_s for s in starts)), "")
    table.add("after imports s", number(after), verdict(after, READY_LIMIT_S))
    table.add("resident MB", number(resident), verdict(resident, RESIDENT_LIMIT_MB))
    return table


def _reopened(bench: Bench) -> Table:
    table = Table(
        f"Stopped and started again ({bench.about})",
        ["database", "process start to first search answered s", "resident MB then"],
        "The client asks for the collection to be loaded, then searches, until both succeed.",
    )
    for each in bench.fleet.loaded:
        table.add(each.peer.version, number(_restart(each)), number(resident_mb(each.peer.pid)))
    return table


def _start(bench: Bench, name: str, environment: dict[str, str]) -> Start:
    peer = Elanus(bench.scratch(name), bench.fleet.exported)
    peer.environment = environment
    agent = peer.agent()
    since = time.time()
    peer.start()
    try:
        ready_s = agent.call("first_contact", uri=peer.uri, since=since)["seconds"]
        imports_s = sum(int(own_us) for own_us in IMPORT_TIME.findall(peer.log())) / 1e6
        return Start(ready_s, imports_s, resident_mb(peer.pid))
    finally:
        agent.stop()
        peer.stop()


def _restart(each: Loaded) -> float:
    each.peer.stop()
    since = time.time()
    each.peer.start()
    arguments = {"metric": each.metric, "params": {"ef": each.ef}}
    seconds: float = each.agent.call("first_answer", uri=each.peer.uri, since=since, **arguments)["seconds"]
    return seconds
