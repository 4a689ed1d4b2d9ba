"""Every vector index type beside the raw libraries of its method: builds, and searches at equal recall, on one core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.cases import Case, cases
from benchmarks.clock import Cost, timed, timed_with_workers
from benchmarks.data import Ints
from benchmarks.embedded import EmbeddedEngine
from benchmarks.figures import number, ratio
from benchmarks.kinds import K, Kind
from benchmarks.one_core import one_core
from benchmarks.raw import Raw
from benchmarks.table import Table
from elanus.engine.requests import IndexRequest
from elanus.index.base import Queries
from elanus.search.requests import SearchSpec
from elanus.search.run import search

RECALLS = (0.95, 0.99)
BUILD_LIMIT = 1.15
ENGINE_LIMIT = 1.10
OURS = "Elanus"
MANY = 100
"""Queries of a large call."""
QUERIES, QUICK_QUERIES = 1000, 200

Search = Callable[[Queries, int], Ints]
"""Queries and an effort -> (nq, K) row numbers."""


def run(bench: Bench) -> list[Table]:
    builds = Table(
        f"Index builds by type, one core ({bench.about})",
        ["type", "beside", "its s", "its CPU s", "Elanus s", "Elanus CPU s", "CPU ratio", "limit"],
        f"Elanus: from create_index until finished, with worker, file, check, recall probe and curve; asked for: "
        f"at most {BUILD_LIMIT} times the first library. One build each.",
    )
    searches = Table(
        f"Searches by type at equal recall, k=10, one core ({bench.about})",
        ["type", "by", "recall asked", "effort", "recall", "QPS, nq=1", "CPU us", "QPS, nq=100", "CPU us", "limit"],
        f"By its engine, view and planner included; smallest effort that reaches the recall; ratios to the first "
        f"library. Asked for: engine within {ENGINE_LIMIT} times its CPU time at nq=100.",
    )
    with one_core():
        for case in cases(bench.data):
            print(f"types: {case.type}")
            try:
                _measure(bench, case, builds, searches)
            except RuntimeError as failed:
                print(f"{case.type} is not measured: {failed}")
    return [builds, searches]


def _measure(bench: Bench, case: Case, builds: Table, searches: Table) -> None:
    kind = case.kind(bench.data)
    raws = [raw for raw in case.raws(kind) if _can_be_measured(raw)]
    if not raws:
        return
    with EmbeddedEngine(bench.scratch(f"types-{case.type}"), bench.data, kind) as engine:
        engine.insert_all()
        ours = timed_with_workers(lambda: _index(engine, case))
        for raw in raws:
            _add_build(builds, case, raw, timed(raw.build), ours)
        sides: dict[str, Search] = {raw.label: raw.search for raw in raws}
        sides[OURS] = _engine_search(engine, case)
        queries = QUICK_QUERIES if bench.options.quick else QUERIES
        for asked in RECALLS:
            _compare(_Race(kind, case, sides, kind.queries[:queries], asked), searches, 2 * bench.options.repeats)


def _can_be_measured(raw: Raw) -> bool:
    if not raw.is_there:
        print(f"{raw.label} is not measured: the package {raw.needs} is not installed")
    return raw.is_there


def _index(engine: EmbeddedEngine, case: Case) -> None:
    given = {name: str(value) for name, value in case.build.items()}
    request = {"index_type": case.type, "metric_type": engine.kind.metric.value, **given}
    engine.index(IndexRequest("vector", "vector", request))


def _engine_search(engine: EmbeddedEngine, case: Case) -> Search:
    specs = {effort: SearchSpec("vector", K, params=case.params(effort)) for effort in case.efforts}
    collection = engine.collection

    def run_one(queries: Queries, effort: int) -> Ints:
        found: Ints = search(collection.view, specs[effort], queries).ids.reshape(len(queries), K)
        return found

    return run_one


def _add_build(table: Table, case: Case, raw: Raw, theirs: Cost, ours: Cost) -> None:
    times = ours.cpu / theirs.cpu if theirs.cpu > 0.05 else 0.0
    judged = ("met" if times <= BUILD_LIMIT else "missed") if times else ""
    figures = [number(value) for value in (theirs.wall, theirs.cpu, ours.wall, ours.cpu)]
    table.add(case.type, raw.label, *figures, f"{times:.2f}x" if times else "", judged)


@dataclass(frozen=True)
class _Race:
    """One recall to reach, by several sides."""

    kind: Kind
    case: Case
    sides: dict[str, Search]
    queries: Queries
    asked: float

    def least(self, side: Search) -> tuple[int, float] | None:
        """The smallest effort that reaches the recall, and what it reaches; None when none does."""
        for effort in self.case.efforts:
            reached = self.kind.recall(side(self.queries, effort))
            if reached >= self.asked:
                return effort, reached
        return None


def _compare(race: _Race, table: Table, repeats: int) -> None:
    reached = {name: race.least(side) for name, side in race.sides.items()}
    costs: dict[tuple[str, int], list[Cost]] = {}
    for turn in range(repeats + 1):
        for name, nq in ((name, nq) for name in race.sides if reached[name] for nq in (1, MANY)):
            cost = _searched(race.sides[name], race.queries, nq, (reached[name] or (0, 0.0))[0])
            costs.setdefault((name, nq), []).extend([cost] if turn else [])  # the first round warms up
    middle = {key: Cost.of(found) for key, found in costs.items()}
    first = next(iter(race.sides))
    for name in race.sides:
        mine, theirs = ([middle.get((who, nq)) for nq in (1, MANY)] for who in (name, first))
        _add_search(table, race, name, reached[name], [*mine, *theirs])


def _add_search(
    table: Table, race: _Race, name: str, reached: tuple[int, float] | None, costs: Sequence[Cost | None]
) -> None:
    one, many, first_one, first_many = costs
    asked = f"{race.asked}"
    if reached is None or one is None or many is None:
        table.add(race.case.type, name, asked, "none", "not reached", "", "", "", "", "")
        return
    cells = []
    for mine, theirs in ((one, first_one), (many, first_many)):
        cells.append(ratio(1 / mine.wall, 1 / theirs.wall if theirs else None))
        times = f" ({mine.cpu / theirs.cpu:.2f}x)" if theirs and theirs.cpu else ""
        cells.append(f"{mine.cpu * 1e6:.0f}{times}")
    judged = ""
    if name == OURS and first_many:
        judged = "met" if many.cpu <= ENGINE_LIMIT * first_many.cpu else "missed"
    table.add(race.case.type, name, asked, str(reached[0]) or "", f"{reached[1]:.3f}", *cells, judged)


def _searched(side: Search, queries: Queries, nq: int, effort: int) -> Cost:
    """Of one query, when so many are asked at a time."""
    calls = [queries[at : at + nq] for at in range(0, len(queries), nq)]

    def every() -> None:
        for call in calls:
            side(call, effort)

    return timed(every).shared(len(queries))
