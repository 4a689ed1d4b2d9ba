"""A recall is asked for instead of an effort: by the index, or by a search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.indexes.measuring import measured, stored_rows
from elanus.engine.indexes.recent import Asked, Workload
from elanus.errors import ParameterInvalid
from elanus.search.explain import explain
from elanus.search.requests import SearchSpec
from elanus.segment.vectors import vectors_of
from unit.engine.samples import WIDE, indexed, opened, rows, sealed

LISTS = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "40"}


def queries(count: int = 1) -> np.ndarray:
    return vectors_of(rows(range(count + 1), schema=WIDE).column("v"))[:count]


def efforts(collection: Collection, **params: object) -> set[object]:
    plan = explain(collection.view, SearchSpec(k=10, params=params), queries())
    return {value for part in plan.parts for value in part.params.values()}


def test_an_index_that_is_to_reach_a_recall_says_what_it_chose_and_why(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, {"metric_type": "L2", "target_recall": "0.9"})
    [status] = collection.indexes.statuses()
    [effort] = efforts(collection)
    assert status.chosen.startswith(f"ef {effort} for recall 0.9: ")
    assert efforts(collection, ef=20) == {20}, "who gives an effort gets it"
    engine.close()
    again = opened(path)
    assert again.collection("", "films").indexes.statuses()[0].chosen == status.chosen
    assert efforts(again.collection("", "films")) == {effort}
    again.close()


def test_a_search_gets_the_recall_it_asks_for(engine: Engine) -> None:
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, LISTS)
    assert collection.indexes.statuses()[0].chosen == ""
    asked = stored_rows(collection.view, "v", 80, seed=2).asked
    before = 0.0
    for target in (0.5, 0.8, 0.95):
        moved = [Asked(SearchSpec(k=10, params={"target_recall": target}), one.queries + 0.1) for one in asked]
        recall = measured(collection.view, Workload(moved, "moved rows")).recall
        assert recall >= target - 0.01
        assert recall >= before
        before = recall
    assert min(efforts(collection, target_recall=0.5)) < min(efforts(collection, target_recall=0.95))  # type: ignore[type-var]


def test_a_recall_that_is_none_is_refused(engine: Engine) -> None:
    collection = sealed(engine, 3000, WIDE)
    indexed(collection, LISTS)
    for wrong in (0, 1.5, "high"):
        with pytest.raises(ParameterInvalid, match="target_recall"):
            efforts(collection, target_recall=wrong)


@pytest.mark.parametrize("wrong", ["2", "0.1", "much"])
def test_an_index_cannot_reach_more_than_all(engine: Engine, wrong: str) -> None:
    collection = sealed(engine)
    with pytest.raises(ParameterInvalid):
        indexed(collection, {"metric_type": "L2", "target_recall": wrong})
    assert collection.indexes.statuses() == []
