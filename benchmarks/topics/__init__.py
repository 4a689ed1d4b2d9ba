"""One question per file. Each has ``TITLE`` and ``run(bench) -> list[Table]``.

The order is that of a run: a topic that changes the rows of the loaded peers comes after those that compare answers.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.bench import Bench
from benchmarks.table import Table
from benchmarks.topics import build, embedded, filtered, filters, insert, interference, scalar, served, startup, types

TOPICS: dict[str, Callable[[Bench], list[Table]]] = {
    "embedded": embedded.run,
    "build": build.run,
    "insert": insert.run,
    "served": served.run,
    "filters": filters.run,
    "scalar": scalar.run,
    "types": types.run,
    "filtered": filtered.run,
    "interference": interference.run,
    "startup": startup.run,
}
