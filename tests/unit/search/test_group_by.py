from __future__ import annotations

from dataclasses import replace

import pytest

from elanus.errors import ParameterInvalid
from elanus.index.base import Floats
from elanus.schema.metric import Metric
from elanus.search import search
from elanus.search.requests import SearchSpec
from unit.search.views import Collection, Row, indexed, queries, random_rows, ranked


def grouped(rows: list[Row], query: Floats, field: str, size: int) -> list[list[Row]]:
    """Groups by their nearest row, at most ``size`` rows of each."""
    groups: dict[object, list[Row]] = {}
    for row in ranked(rows, query, Metric.L2):
        groups.setdefault(getattr(row, field), []).append(row)
    return [members[:size] for members in groups.values()]


def large_and_growing() -> Collection:
    collection, _ = indexed(random_rows(1200))
    collection.insert([replace(row, genre=None) for row in random_rows(30, first=4000, seed=9)])
    return collection


@pytest.mark.parametrize("field", ["n", "genre"])
@pytest.mark.parametrize(("k", "offset"), [(1, 0), (2, 0), (2, 1), (50, 0)])
def test_one_row_for_each_group(field: str, k: int, offset: int) -> None:
    collection = large_and_growing()
    spec = SearchSpec(k=k, offset=offset, group_by=field)
    result = search(collection.view(), spec, queries(4))
    wanted = [grouped(collection.rows, query, field, 1)[offset : offset + k] for query in queries(4)]
    assert result.counts == [len(groups) for groups in wanted]
    assert result.ids.tolist() == [row.id for groups in wanted for [row] in groups]
    assert result.group_values is not None
    assert result.group_values.to_pylist() == [getattr(row, field) for groups in wanted for [row] in groups]


@pytest.mark.parametrize("k", [2, 4])
def test_strict_groups_are_filled(k: int) -> None:
    collection = large_and_growing()
    spec = SearchSpec(k=k, group_by="genre", group_size=5, strict_group_size=True)
    result = search(collection.view(), spec, queries(3))
    wanted = [grouped(collection.rows, query, "genre", 5)[:k] for query in queries(3)]
    assert result.ids.tolist() == [row.id for groups in wanted for group in groups for row in group]


def test_a_strict_group_may_have_fewer_rows_than_asked() -> None:
    collection = Collection()
    collection.insert([Row(i, (float(i), 0, 0, 0), n=int(i == 0)) for i in range(40)])
    spec = SearchSpec(k=2, group_by="n", group_size=3, strict_group_size=True)
    result = search(collection.view(), spec, queries(1) * 0)
    assert result.ids.tolist() == [0, 1, 2, 3]


def test_a_loose_group_takes_what_was_found_on_the_way() -> None:
    collection = large_and_growing()
    result = search(collection.view(), SearchSpec(k=3, group_by="n", group_size=4), queries(1))
    full = grouped(collection.rows, queries(1)[0], "n", 4)[:3]
    by_group = [[row.id for row in group] for group in full]
    found = set(result.ids.tolist())
    assert found <= {key for group in by_group for key in group}
    assert {group[0] for group in by_group} <= found


def test_a_rare_group_far_away_is_found() -> None:
    rows = [Row(i, (float(i), 0, 0, 0), n=int(i == 1999)) for i in range(2000)]
    collection, _ = indexed(rows)
    result = search(collection.view(), SearchSpec(k=2, group_by="n"), queries(1) * 0)
    assert result.ids.tolist() == [0, 1999]


def test_groups_of_the_filtered_rows_only() -> None:
    collection = large_and_growing()
    result = search(collection.view(), SearchSpec(k=10, group_by="n", filter="n > 4"), queries(1))
    assert result.group_values is not None
    assert sorted(result.group_values.to_pylist()) == [5, 6]


def test_an_empty_collection_has_no_groups() -> None:
    result = search(Collection().view(), SearchSpec(group_by="n"), queries(2))
    assert result.counts == [0, 0]
    assert result.group_values is not None


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (SearchSpec(group_by="n", radius=1.0), "Not allowed to do range-search when doing search-group-by"),
        (SearchSpec(group_by="n", iterator_batch=5), "Not allowed to do groupBy when doing iteration"),
        (SearchSpec(group_by="n", group_size=11), "input group size:11 exceeds configured max group size:10"),
        (SearchSpec(group_by="n", group_size=0), "input group size:0 is negative or zero"),
        (SearchSpec(group_by="v"), "cannot group by field v of type FloatVector"),
        (SearchSpec(group_by="$meta"), "cannot group by field .meta of type JSON"),
    ],
)
def test_refused(spec: SearchSpec, text: str) -> None:
    with pytest.raises(ParameterInvalid, match=text):
        search(Collection().view(), spec, queries(1))
