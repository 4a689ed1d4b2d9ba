"""What the planner chooses under a filter, beside the two things it chooses between: exact search, and the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.bench import Bench
from benchmarks.cases import NPROBES
from benchmarks.clock import Cost, timed
from benchmarks.data import NUMBERS, Ints
from benchmarks.embedded import EmbeddedEngine
from benchmarks.fleet import EFS, TARGET_RECALL
from benchmarks.kinds import K, Kind
from benchmarks.one_core import one_core
from benchmarks.table import Table
from elanus.engine.requests import IndexRequest
from elanus.index.base import Bits, Hits, Queries
from elanus.index.exact import exact_search
from elanus.search.nearest import Nearest
from elanus.search.requests import SearchSpec
from elanus.search.ring import EVERYWHERE
from elanus.search.run import bind

PERCENTS = (1, 3, 6, 10, 25, 50, 99)
LIMIT = 1.3
QUERIES, QUICK_QUERIES = 300, 60
TYPES: dict[str, tuple[dict[str, str], str, Sequence[int]]] = {
    "HNSW": ({"M": "16", "efConstruction": "200"}, "ef", EFS),
    "AUTOINDEX": ({}, "ef", EFS),
    "IVF_FLAT": ({"nlist": "256"}, "nprobe", NPROBES),
}
"""Build parameters, and the search parameter that is raised until a search without a filter has the recall."""

Search = Callable[[Queries], Hits]


@dataclass(frozen=True)
class Found:
    recall: float
    cost: Cost

    @property
    def text(self) -> str:
        return f"{self.recall:.3f} / {self.cost.cpu * 1e6:,.0f}"


def run(bench: Bench) -> list[Table]:
    table = Table(
        f"What is chosen under a filter, k=10, one core ({bench.about})",
        ["type", "nq", "rows kept", "exact: recall / CPU us", "index", "chosen", "by planner", "to the best", "limit"],
        f"The parts of a search alone, the mask already known; the search parameter is the least with recall "
        f"{TARGET_RECALL} without a filter. The best is the faster of exact and of an index with that recall; asked "
        f"for: recall {TARGET_RECALL} within {LIMIT} times its time.",
    )
    with one_core(), EmbeddedEngine(bench.scratch("filtered"), bench.data) as engine:
        engine.insert_all()
        for name, (build, effort, efforts) in TYPES.items():
            metric = {"index_type": name, "metric_type": bench.data.metric}
            engine.index(IndexRequest("vector", "vector", metric | build))
            least = _least(engine, _queries(bench, engine), effort, efforts)
            for percent in PERCENTS:
                for nq in (1, 100):
                    _measure(bench, engine, _Question(name, {effort: least}, percent, nq), table)
            engine.collection.release()
            engine.collection.indexes.definitions.drop("vector")
    return [table]


@dataclass(frozen=True)
class _Question:
    type: str
    params: dict[str, int]
    percent: int
    nq: int

    @property
    def below(self) -> int:
        return NUMBERS * self.percent // 100

    def bound(self, engine: EmbeddedEngine) -> Nearest:
        spec = SearchSpec("vector", K, params=self.params, filter=f"number < {self.below}")
        return bind(engine.collection.view, spec, engine.kind.queries[:1])[0]


def _queries(bench: Bench, engine: EmbeddedEngine) -> Queries:
    return engine.kind.queries[: QUICK_QUERIES if bench.options.quick else QUERIES]


def _least(engine: EmbeddedEngine, queries: Queries, effort: str, efforts: Sequence[int]) -> int:
    for value in efforts:
        nearest, _ = bind(engine.collection.view, SearchSpec("vector", K, params={effort: value}), queries)
        if engine.kind.recall(nearest(queries, K).rows) >= TARGET_RECALL:
            return value
    return efforts[-1]


def _measure(bench: Bench, engine: EmbeddedEngine, question: _Question, table: Table) -> None:
    nearest = question.bound(engine)
    kept = nearest.kept[0]
    serving = nearest.serving(kept.part)
    assert serving is not None, "the rows have no index"
    assert len(nearest.kept) == 1, "the rows are in more than one segment"
    params = nearest.params(serving, kept, K)
    sides: dict[str, Search] = {
        "exact": lambda queries: nearest.exactly(queries, K, EVERYWHERE),
        "index": lambda queries: serving.index.search(queries, K, mask=kept.mask, params=params),
        "planner": lambda queries: nearest(queries, K),
    }
    found = _raced(
        sides, _queries(bench, engine), question, _Truth(engine.kind, bench.data.numbers < question.below), bench
    )
    usable = [found["exact"].cost.cpu] + [found["index"].cost.cpu] * (found["index"].recall >= TARGET_RECALL)
    times = found["planner"].cost.cpu / min(usable)
    kept_well = times <= LIMIT and found["planner"].recall >= TARGET_RECALL
    cells = [found[name].text for name in ("exact", "index")]
    table.add(
        question.type, str(question.nq), f"{question.percent} %", *cells, str(nearest.step(kept, K, question.nq)),
        found["planner"].text, f"{times:.2f}x", "met" if kept_well else "missed",
    )  # fmt: skip


class _Truth:
    """What exact search finds among the rows that may be returned; ties count."""

    def __init__(self, kind: Kind, mask: Bits) -> None:
        self._kind = kind
        self._rows = np.flatnonzero(mask)

    def recall(self, ids: Ints) -> float:
        some = self._kind.queries[: len(ids)]
        wanted = exact_search(self._kind.base, some, K, self._kind.metric, rows=self._rows).rows
        hits = sum(np.isin(own, best).sum() for own, best in zip(ids, wanted, strict=True))
        return float(hits) / wanted.size


def _raced(
    sides: dict[str, Search], queries: Queries, question: _Question, truth: _Truth, bench: Bench
) -> dict[str, Found]:
    """By side, in turn."""
    calls = [queries[at : at + question.nq] for at in range(0, len(queries), question.nq)]
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    rows: dict[str, Ints] = {}
    for turn in range(2 * bench.options.repeats + 1):
        for name, side in sides.items():
            hits: list[Ints] = []
            cost = timed(lambda side=side, hits=hits: hits.extend(side(call).rows for call in calls))  # type: ignore[misc]
            costs[name].extend([cost.shared(len(queries))] if turn else [])  # the first round warms up
            rows[name] = np.concatenate(hits)
    return {name: Found(truth.recall(rows[name]), Cost.of(costs[name])) for name in sides}
