from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from elanus.filter.field_index import Place
from elanus.index.base import Hits
from elanus.index.scalar import stl_sort
from elanus.index.scalar.base import ScalarSpec
from elanus.search import explain
from elanus.search.plan import Step
from elanus.search.requests import SearchSpec
from elanus.segment.view import ServingScalar
from unit.search.views import indexed, queries, random_rows


def test_explain_tells_the_step_of_each_part() -> None:
    collection, fake = indexed(random_rows(4000))
    collection.insert(random_rows(20, first=9000))
    told = explain(collection.view(), SearchSpec(filter="n < 5", params={"ef": 80}), queries(1))
    assert (told.field, told.metric, told.filter) == ("v", "L2", "n < 5")
    sealed, growing = told.parts
    assert (sealed.step, sealed.index_type, sealed.is_growing) == (Step.MASKED_INDEX, "HNSW", False)
    assert sealed.kept == sum(row.n < 5 for row in collection.rows[:4000])
    assert sealed.params["ef"] == 80
    assert (growing.step, growing.index_type, growing.row_count) == (Step.EXACT_KEPT, "", 20)
    assert len(fake.calls) == 1, "it is searched once"


def test_parts_without_a_row_to_return_are_left_out() -> None:
    collection, _ = indexed(random_rows(4000))
    collection.insert(random_rows(20, first=9000))
    [part] = explain(collection.view(), SearchSpec(filter="id == 9001"), queries(1)).parts
    assert (part.kept, part.step) == (1, Step.EXACT_KEPT)


def test_explain_tells_which_indexes_the_filter_takes_rows_from() -> None:
    collection, _ = indexed(random_rows(4000))
    view = collection.view()
    segment = view.segments[0]
    spec = ScalarSpec("STL_SORT", {})
    payload = stl_sort.build(segment.blocks[0].column("id"), {})
    serving = ServingScalar(1, 1, spec, stl_sort.DECLARATION.open(payload, 4000))
    view = replace(view, segments=(replace(segment, scalars={Place("id"): serving}), *view.segments[1:]))
    [part] = explain(view, SearchSpec(filter="id < 40 and n < 5"), queries(1)).parts
    assert part.filtered_by == ("id",)
    [part] = explain(view, SearchSpec(filter="n < 5"), queries(1)).parts
    assert part.filtered_by == ()


def test_the_times_are_those_of_the_steps() -> None:
    """A slow index shows in its part alone, and all steps together take no longer than the call."""
    collection, fake = indexed(random_rows(4000))
    collection.insert(random_rows(20, first=9000))
    search = fake.search

    def slow(*args: Any, **kwargs: Any) -> Hits:
        time.sleep(0.05)
        return search(*args, **kwargs)

    fake.search = slow  # type: ignore[method-assign]
    started = time.perf_counter()
    told = explain(collection.view(), SearchSpec(k=5, output_fields=("genre",)), queries(1))
    took_us = (time.perf_counter() - started) * 1e6
    sealed, growing = told.parts
    assert sealed.search_us > 50_000 > growing.search_us > 0
    times = told.times
    assert times.search_us == pytest.approx(sealed.search_us + growing.search_us)
    assert min(times.plan_us, times.filter_us, times.merge_us, times.fetch_us) > 0
    together = times.plan_us + times.filter_us + times.search_us + times.merge_us + times.fetch_us
    assert together <= took_us
