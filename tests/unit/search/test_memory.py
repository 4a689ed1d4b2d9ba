"""What is remembered between searches, and that nothing outlives the view it belongs to."""

from __future__ import annotations

import gc
import weakref

from elanus.search import query, search
from elanus.search.prepare import prepare
from elanus.search.requests import QuerySpec, SearchSpec
from unit.search.views import Collection, indexed, queries, random_rows


def test_the_mask_of_a_filter_is_computed_once_for_a_block() -> None:
    collection, fake = indexed(random_rows(4000))
    for k in (5, 6):
        search(collection.view(), SearchSpec(k=k, filter="n != 0"), queries(1))
    (_, first, _), (_, second, _) = fake.calls
    assert first is not None
    assert first is second


def test_equal_requests_are_prepared_once() -> None:
    schema = Collection().schema
    first = prepare(SearchSpec(filter="n > 1", params={"ef": 64}), schema)
    assert prepare(SearchSpec(filter="n > 1", params={"ef": 64}), schema) is first
    assert prepare(SearchSpec(filter="n > 1", params={"ef": 65}), schema) is not first


def test_a_list_among_the_parameters_is_allowed() -> None:
    collection, _ = indexed(random_rows(20))
    spec = SearchSpec(params={"hints": ["iterative_filter"]}, filter="n in {x}", templates={"x": [1, 2]})
    assert search(collection.view(), spec, queries(1)).counts == [6]


def test_a_view_no_longer_read_frees_its_blocks() -> None:
    collection = Collection()
    collection.insert(random_rows(100))
    view = collection.view()
    search(view, SearchSpec(filter="n > 1", group_by="genre"), queries(2))
    query(view, QuerySpec(filter="id in [1, 2]"))
    block = weakref.ref(view.segments[0].blocks[0])
    gc.disable()
    try:
        collection.segments.clear()
        del view
        assert block() is None
    finally:
        gc.enable()
