from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from elanus.errors import ParameterInvalid
from elanus.index.base import Floats
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType
from elanus.search import search
from elanus.search.nearest import Nearest
from elanus.search.requests import SearchResult, SearchSpec
from unit.search.views import DIM, VECTOR_ID, Collection, FakeIndex, Row, indexed, queries, random_rows, ranked, serving


def pages(collection: Collection, spec: SearchSpec, query: Floats) -> Iterator[SearchResult]:
    """Every page until the empty one, as pymilvus asks for them."""
    while True:
        result = search(collection.view(), spec, query)
        yield result
        if not len(result.ids):
            return
        spec = replace(spec, iterator_bound=result.iterator_bound)


def ids(results: list[SearchResult]) -> list[int]:
    return [key for result in results for key in result.ids.tolist()]


@pytest.mark.parametrize("metric", metrics_of(DataType.FLOAT_VECTOR))
def test_pages_give_every_row_once_and_in_order(metric: Metric) -> None:
    collection, _ = indexed(random_rows(900), metric=metric)
    collection.insert(random_rows(150, first=2000, seed=5))
    query = queries(1)
    found = list(pages(collection, SearchSpec(k=100, iterator_batch=100), query))
    assert [len(result.ids) for result in found] == [100] * 10 + [50, 0]
    assert ids(found) == [row.id for row in ranked(collection.rows, query[0], metric)]


def test_rows_at_the_same_distance_stay_on_one_page() -> None:
    collection = Collection()
    collection.insert([Row(i, (float(i // 30), 0, 0, 0)) for i in range(60)])
    collection.seal()
    collection.insert([Row(100 + i, (float(i // 30), 0, 0, 0)) for i in range(60)])
    found = list(pages(collection, SearchSpec(k=4, iterator_batch=4), np.zeros((1, DIM), np.float32)))
    assert [len(result.ids) for result in found] == [60, 60, 0]
    assert sorted(ids(found)) == [*range(60), *range(100, 160)]


def test_the_last_page_keeps_the_bound() -> None:
    collection, _ = indexed(random_rows(30))
    *_, last, empty = pages(collection, SearchSpec(k=20, iterator_batch=20), queries(1))
    assert last.iterator_bound == float(last.scores[-1])
    assert empty.iterator_bound == last.iterator_bound


def test_rounded_scores_do_not_move_the_bound() -> None:
    collection, _ = indexed(random_rows(200))
    spec = SearchSpec(k=7, iterator_batch=7, round_decimal=0)
    assert sorted(ids(list(pages(collection, spec, queries(1))))) == list(range(200))


def test_a_pinned_iterator_sees_no_write_and_no_index_switch() -> None:
    collection, fake = indexed(random_rows(1000))
    query = queries(1)
    spec = SearchSpec(k=300, iterator_batch=300, snapshot_ts=collection.clock)
    wanted = [row.id for row in ranked(collection.rows, query[0], Metric.L2)]
    first, second = (result for result, _ in zip(pages(collection, spec, query), range(2), strict=False))
    collection.delete(wanted[600:700])
    collection.insert(random_rows(50, first=5000, seed=3))
    [sealed] = [segment for segment in collection.segments if not segment.is_growing]
    other = serving(FakeIndex(fake.vectors, blind_from=10), build_id=9)
    collection._put(replace(sealed, indexes={VECTOR_ID: other}))
    rest = list(pages(collection, replace(spec, iterator_bound=second.iterator_bound), query))
    assert ids([first, second, *rest]) == wanted


def test_filter_and_radius_hold_for_every_page() -> None:
    collection, _ = indexed(random_rows(600))
    query = queries(1)
    spec = SearchSpec(k=20, iterator_batch=20, filter="n == 2", radius=5.0)
    found = list(pages(collection, spec, query))
    passing = [row for row in ranked(collection.rows, query[0], Metric.L2) if row.n == 2]
    assert all(score < 5.0 for result in found for score in result.scores.tolist())
    assert ids(found) == [row.id for row in passing][: len(ids(found))]
    assert len(ids(found)) > 20


def test_one_vector_only() -> None:
    with pytest.raises(ParameterInvalid, match="exactly one vector"):
        search(Collection().view(), SearchSpec(iterator_batch=5), queries(2))


@pytest.mark.parametrize("ties", [1, 7, 45])
def test_one_scan_serves_several_pages(ties: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two iterators side by side over one view, with many rows at the same distance."""
    collection = Collection()
    collection.insert([Row(i, (float(i // ties), 0, 0, 0)) for i in range(900)])
    view, scans = collection.view(), 0
    exactly = Nearest.exactly

    def counted(nearest: Nearest, *given: object) -> object:
        nonlocal scans
        scans += 1
        return exactly(nearest, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Nearest, "exactly", counted)
    specs = [SearchSpec(k=20, iterator_batch=20), SearchSpec(k=20, iterator_batch=20, filter="id >= 450")]
    found: list[list[int]] = [[], []]
    for _ in range(50):
        for number, spec in enumerate(specs):
            result = search(view, spec, np.zeros((1, DIM), np.float32))
            found[number] += result.ids.tolist()
            specs[number] = replace(spec, iterator_bound=result.iterator_bound)
    assert [sorted(ids) for ids in found] == [list(range(900)), list(range(450, 900))]
    assert [ids == sorted(ids, key=lambda i: i // ties) for ids in found] == [True, True]
    assert scans <= 20
