from __future__ import annotations

from dataclasses import replace

import pytest

from elanus.errors import (
    CollectionNotLoaded,
    FilterInvalid,
    ParameterInvalid,
    PartitionNotFound,
    PartitionNotLoaded,
    Rejected,
)
from elanus.search import query
from elanus.search.requests import QuerySpec
from unit.search.views import OTHER, TEXT_KEYS, Collection, Row, random_rows


def scattered() -> Collection:
    collection = Collection()
    collection.insert(random_rows(100, first=200))
    collection.seal()
    collection.insert(random_rows(60, first=40, seed=2))
    collection.insert(random_rows(30, first=150, seed=3), partition=OTHER)
    collection.insert(random_rows(10, first=205, seed=4))
    collection.delete([41, 207, 290])
    return collection


def live(collection: Collection) -> list[Row]:
    return [row for row in collection.rows if row.live(collection.clock)]


def ids(collection: Collection, **spec: object) -> list[int]:
    return query(collection.view(), QuerySpec(**spec)).columns["id"].to_pylist()  # type: ignore[arg-type]


def test_a_filter_gives_every_matching_row() -> None:
    collection = scattered()
    assert sorted(ids(collection, filter="n == 3")) == sorted(row.id for row in live(collection) if row.n == 3)


def test_pages_are_in_primary_key_order() -> None:
    collection = scattered()
    wanted = sorted(row.id for row in live(collection))
    assert ids(collection, limit=25) == wanted[:25]
    assert ids(collection, limit=25, offset=30) == wanted[30:55]
    assert ids(collection, limit=5, offset=1000) == []
    assert ids(collection, filter="n < 4", in_key_order=True) == sorted(row.id for row in live(collection) if row.n < 4)


def test_a_query_iterator_reads_everything_once() -> None:
    collection = scattered()
    then = collection.clock
    wanted = sorted(row.id for row in live(collection))
    found: list[int] = []
    while page := ids(
        collection, filter=f"id > {found[-1]}" if found else "", limit=40, in_key_order=True, snapshot_ts=then
    ):
        found += page
        collection.delete(wanted[-2:])
        collection.insert(random_rows(3, first=10_000, seed=5))
    assert found == wanted


def test_text_keys_in_bytewise_order() -> None:
    collection = Collection(schema=TEXT_KEYS)
    collection.insert([replace(row, id=key) for row, key in zip(random_rows(4), ("b", "é", "B", "a"), strict=True)])
    collection.seal()
    collection.insert([replace(row, id="aa") for row in random_rows(1)])
    found = query(collection.view(), QuerySpec(limit=4, in_key_order=True))
    assert found.columns["id"].to_pylist() == ["B", "a", "aa", "b"]
    assert query(collection.view(), QuerySpec(ids=("é", "no", "aa"))).columns["id"].to_pylist() == ["é", "aa"]


def test_ids_find_the_newest_row_and_skip_the_unknown() -> None:
    collection = scattered()
    found = query(collection.view(), QuerySpec(ids=(206, 41, 150, 9999), output_fields=("v",)))
    newest = {row.id: list(row.v) for row in live(collection)}
    assert dict(zip(found.columns["id"].to_pylist(), found.columns["v"].to_pylist(), strict=True)) == {
        206: newest[206],
        150: newest[150],
    }


def test_ids_and_filter_must_both_hold() -> None:
    collection = scattered()
    wanted = [row.id for row in live(collection) if row.id in range(200, 220) and row.n == 2]
    assert sorted(ids(collection, ids=tuple(range(200, 220)), filter="n == 2")) == sorted(wanted)


@pytest.mark.parametrize("given", [("a",), (1.5,), (2**70,), (None,)])
def test_ids_of_another_type_are_refused(given: tuple[int, ...]) -> None:
    with pytest.raises(ParameterInvalid, match="primary key field id is Int64"):
        query(scattered().view(), QuerySpec(ids=given))


def test_columns_hold_the_values_of_their_rows() -> None:
    collection = scattered()
    found = query(collection.view(), QuerySpec(filter="n >= 0", output_fields=("*",)))
    by_id = {row.id: row for row in live(collection)}
    rows = [by_id[key] for key in found.columns["id"].to_pylist()]
    assert len(rows) == len(by_id)
    assert found.columns["n"].to_pylist() == [row.n for row in rows]
    assert found.columns["genre"].to_pylist() == [row.genre for row in rows]
    assert found.columns["v"].to_pylist() == [list(row.v) for row in rows]
    assert found.columns["$meta"].to_pylist() == [b'{"twice": %d}' % (2 * row.n) for row in rows]
    assert found.dynamic_keys == ()


def test_the_primary_key_is_always_among_the_columns() -> None:
    found = query(scattered().view(), QuerySpec(limit=1, output_fields=("n", "twice")))
    assert list(found.columns) == ["id", "n", "$meta"]
    assert found.dynamic_keys == ("twice",)
    assert found.output_fields == ("id", "n", "twice")


def test_count_counts_superseded_rows_and_not_deleted_ones() -> None:
    collection = scattered()
    present = [row for row in collection.rows if row.present(collection.clock)]
    assert len(present) > len(live(collection))
    view = collection.view()
    assert query(view, QuerySpec(output_fields=("count(*)",))).count == len(present)
    with_filter = QuerySpec(output_fields=("count(*)",), filter="n == 1")
    assert query(view, with_filter).count == sum(row.n == 1 for row in present)
    with_ids = QuerySpec(output_fields=("count(*)",), ids=(206, 208, 41))
    assert query(view, with_ids).count == sum(row.id in (206, 208, 41) for row in present)


def test_count_at_a_snapshot() -> None:
    collection = scattered()
    then = collection.clock
    spec = QuerySpec(output_fields=("count(*)",))
    before = query(collection.view(), spec).count
    collection.delete([42, 43])
    collection.insert(random_rows(5, first=900))
    assert query(collection.view(), spec).count == (before or 0) + 3
    assert query(collection.view(), replace(spec, snapshot_ts=then)).count == before


def test_partitions_and_growing_rows() -> None:
    collection = scattered()
    other = [row.id for row in live(collection) if row.partition == OTHER]
    assert ids(collection, filter="n >= 0", partitions=("other",)) == other
    sealed = ids(collection, filter="n >= 0", ignore_growing=True)
    assert sorted(sealed) == sorted(
        row.id for row in live(collection) if row.id >= 200 and row.id not in range(205, 215)
    )


def test_errors_of_what_is_read() -> None:
    collection = scattered()
    with pytest.raises(CollectionNotLoaded):
        query(collection.view(loaded=None), QuerySpec(limit=1))
    with pytest.raises(PartitionNotFound):
        query(collection.view(), QuerySpec(limit=1, partitions=("x",)))
    with pytest.raises(PartitionNotLoaded):
        query(collection.view(loaded=frozenset({1})), QuerySpec(limit=1, partitions=("other",)))
    with pytest.raises(FilterInvalid):
        query(collection.view(), QuerySpec(filter="n ==="))


@pytest.mark.parametrize(
    ("spec", "error", "text"),
    [
        (QuerySpec(), ParameterInvalid, "^empty expression should be used with limit$"),
        (QuerySpec(filter="  "), ParameterInvalid, "empty expression should be used with limit"),
        (QuerySpec(limit=0), Rejected, r"^\(offset\+limit\) should be in range \[1, 16384\], but got 0$"),
        (QuerySpec(limit=16385), Rejected, r"but got 16385$"),
        (QuerySpec(limit=16384, offset=1), Rejected, r"but got 16385$"),
        (QuerySpec(limit=5, offset=-1), Rejected, r"offset \[-1\] is invalid"),
        (QuerySpec(limit=5, output_fields=("count(*)",)), Rejected, "^count entities with pagination is not allowed$"),
        (QuerySpec(output_fields=("count(*)", "n")), ParameterInvalid, "must be the only output field"),
    ],
)
def test_limits(spec: QuerySpec, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        query(scattered().view(), spec)
