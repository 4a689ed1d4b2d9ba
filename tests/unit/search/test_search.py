"""Search against a row loop in double precision."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from elanus.errors import CollectionNotLoaded, PartitionNotFound, PartitionNotLoaded
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType
from elanus.search import search
from elanus.search.requests import SearchSpec
from elanus.search.run import bind
from elanus.search.visible import LOGICAL_BITS
from unit.search.views import (
    OTHER,
    TEXT_KEYS,
    VECTOR_ID,
    Collection,
    FakeIndex,
    Row,
    indexed,
    queries,
    random_rows,
    ranked,
    score,
    serving,
)


def scattered(metric: Metric = Metric.L2) -> Collection:
    """Two sealed segments, a growing one of several blocks, another partition, and rows that left."""
    collection = Collection(metric=metric)
    collection.insert(random_rows(300, seed=1))
    collection.seal()
    collection.insert(random_rows(200, first=300, seed=2))
    collection.seal()
    for first in (500, 540, 545):
        collection.insert(random_rows(40 if first == 500 else 5, first=first, seed=first))
    collection.insert(random_rows(50, first=600, seed=3), partition=OTHER)
    collection.insert(random_rows(20, first=10, seed=4))
    collection.delete([0, 301, 502, 605, 12])
    return collection


def live(collection: Collection) -> list[Row]:
    return [row for row in collection.rows if row.live(collection.clock)]


@pytest.mark.parametrize("metric", metrics_of(DataType.FLOAT_VECTOR))
@pytest.mark.parametrize("nq", [1, 5])
def test_finds_the_nearest_live_rows_of_all_segments(metric: Metric, nq: int) -> None:
    collection = scattered(metric)
    asked = queries(nq)
    result = search(collection.view(), SearchSpec(k=20), asked)
    assert result.counts == [20] * nq
    for i, query in enumerate(asked):
        wanted = ranked(live(collection), query, metric)[:20]
        mine = slice(20 * i, 20 * i + 20)
        assert result.ids[mine].tolist() == [row.id for row in wanted]
        np.testing.assert_allclose(result.scores[mine], [score(row, query, metric) for row in wanted], rtol=1e-4)


@pytest.mark.parametrize("metric", metrics_of(DataType.FLOAT_VECTOR))
@pytest.mark.parametrize("nq", [1, 5])
@pytest.mark.parametrize("text", ["", "n < 3", "id > 600"])
def test_growing_rows_of_many_blocks_are_searched_as_one(metric: Metric, nq: int, text: str) -> None:
    collection = Collection(metric=metric)
    for first, count in ((0, 700), (700, 520), (1220, 30)):
        collection.insert(random_rows(count, first=first, seed=first))
    collection.delete([1, 5, 699, 1225])
    view, spec, asked = collection.view(), SearchSpec(k=20, filter=text), queries(nq)
    nearest, _ = bind(view, spec, asked)
    assert [len(run) for run in nearest.runs()] == [3]
    result = search(view, spec, asked)
    kept = [row for row in live(collection) if not text or (row.n < 3 if text == "n < 3" else row.id > 600)]
    for i, query in enumerate(asked):
        wanted = [row.id for row in ranked(kept, query, metric)[:20]]
        assert result.ids[20 * i : 20 * i + 20].tolist() == wanted


def test_growing_rows_with_a_block_left_out_are_two_runs() -> None:
    collection = Collection()
    for first in (0, 1000, 2000):
        collection.insert(random_rows(1000 - first // 10, first=first, seed=first))
    spec, asked = SearchSpec(k=5, filter="id < 900 or id >= 2000"), queries(1)
    nearest, _ = bind(collection.view(), spec, asked)
    assert [[kept.part.first for kept in run] for run in nearest.runs()] == [[0], [1900]]
    kept = [row for row in collection.rows if row.id < 900 or row.id >= 2000]
    found = search(collection.view(), spec, asked).ids.tolist()
    assert found == [row.id for row in ranked(kept, asked[0], Metric.L2)[:5]]


def test_a_primary_key_appears_once_with_its_newest_row() -> None:
    collection = scattered()
    result = search(collection.view(), SearchSpec(k=1000), queries(1))
    assert sorted(result.ids.tolist()) == sorted(row.id for row in live(collection))


def test_fewer_rows_than_k_are_simply_fewer() -> None:
    collection = Collection()
    collection.insert(random_rows(3))
    result = search(collection.view(), SearchSpec(k=10, output_fields=("n",)), queries(2))
    assert result.counts == [3, 3]
    assert len(result.ids) == len(result.scores) == len(result.columns["n"]) == 6


def test_an_empty_collection_answers_empty_typed_columns() -> None:
    result = search(Collection().view(), SearchSpec(output_fields=("*",)), queries(2))
    assert result.counts == [0, 0]
    assert result.ids.dtype == np.int64
    assert result.columns["genre"].type == pa.large_string()
    assert [len(column) for column in result.columns.values()] == [0] * 5


@pytest.mark.parametrize("sealed", [True, False])
def test_offset_skips_the_nearest(sealed: bool) -> None:
    collection = scattered()
    if sealed:
        collection.seal()
    everything = search(collection.view(), SearchSpec(k=30), queries(3))
    later = search(collection.view(), SearchSpec(k=10, offset=20), queries(3))
    assert later.ids.reshape(3, 10).tolist() == everything.ids.reshape(3, 30)[:, 20:].tolist()


def test_ties_between_parts_go_to_the_smaller_primary_key() -> None:
    collection = Collection()
    for keys in ((9, 4), (7, 1), (8, 2)):
        collection.insert([Row(key, (1, 0, 0, 0)) for key in keys])
        collection.seal()
    result = search(collection.view(), SearchSpec(k=3), np.zeros((1, 4), np.float32))
    assert result.ids.tolist() == [1, 2, 4]


def test_text_keys() -> None:
    collection = Collection(schema=TEXT_KEYS)
    rows = [replace(row, id=f"key{row.id}") for row in random_rows(60)]
    collection.insert(rows[:30])
    collection.seal()
    collection.insert(rows[30:])
    collection.delete(["key3", "key40"])
    query = queries(1)
    result = search(collection.view(), SearchSpec(k=58, output_fields=("id",)), query)
    assert isinstance(result.ids, pa.Array)
    wanted = [row.id for row in ranked(live(collection), query[0], Metric.L2)]
    assert result.ids.to_pylist() == wanted == result.columns["id"].to_pylist()


def test_text_keys_break_ties_bytewise() -> None:
    collection = Collection(schema=TEXT_KEYS)
    for key in ("b", "a", "B"):
        collection.insert([Row(key, (1, 0, 0, 0))])
        collection.seal()
    assert search(collection.view(), SearchSpec(k=2), queries(1)).ids.to_pylist() == ["B", "a"]


def test_output_fields_come_from_the_row_found() -> None:
    collection = scattered()
    result = search(collection.view(), SearchSpec(k=50, output_fields=("genre", "v", "n")), queries(2))
    by_id = {row.id: row for row in live(collection)}
    found = [by_id[key] for key in result.ids.tolist()]
    assert result.columns["genre"].to_pylist() == [row.genre for row in found]
    assert result.columns["n"].to_pylist() == [row.n for row in found]
    assert result.columns["v"].to_pylist() == [list(row.v) for row in found]
    assert result.columns["n"].type == pa.int32()


@pytest.mark.parametrize("decimals", [0, 2])
def test_round_decimal(decimals: int) -> None:
    collection = scattered()
    exact = search(collection.view(), SearchSpec(), queries(1)).scores
    rounded = search(collection.view(), SearchSpec(round_decimal=decimals), queries(1)).scores
    np.testing.assert_array_equal(rounded, np.round(exact, decimals))


def test_filter_keeps_matching_rows_only() -> None:
    collection = scattered()
    query = queries(1)
    result = search(collection.view(), SearchSpec(k=15, filter="n < 3 and genre == 'g1'"), query)
    passing = [row for row in live(collection) if row.n < 3 and row.genre == "g1"]
    assert result.ids.tolist() == [row.id for row in ranked(passing, query[0], Metric.L2)[:15]]


def test_filter_by_primary_keys() -> None:
    result = search(scattered().view(), SearchSpec(filter="id in [0, 5, 12, 303, 543, 700]"), queries(1))
    assert sorted(result.ids.tolist()) == [5, 303, 543]


def test_filter_that_nothing_can_pass() -> None:
    assert search(scattered().view(), SearchSpec(filter="id in []"), queries(3)).counts == [0, 0, 0]


def test_templates_of_equal_value_and_other_type_are_other_requests() -> None:
    collection = scattered()
    spec = SearchSpec(k=1000, filter="n == {x}")
    counts = [search(collection.view(), replace(spec, templates={"x": x}), queries(1)).counts[0] for x in (1, 2, 1)]
    wanted = [sum(row.n == x for row in live(collection)) for x in (1, 2, 1)]
    assert counts == wanted


def test_partitions() -> None:
    collection = scattered()
    result = search(collection.view(), SearchSpec(k=100, partitions=("other",)), queries(1))
    assert sorted(result.ids.tolist()) == sorted(row.id for row in live(collection) if row.partition == OTHER)
    with pytest.raises(PartitionNotFound, match=r"^partition not found\[partition=nowhere\]$"):
        search(collection.view(), SearchSpec(partitions=("nowhere",)), queries(1))


def test_only_loaded_partitions_are_read() -> None:
    collection = scattered()
    only_other = collection.view(loaded=frozenset({OTHER}))
    result = search(only_other, SearchSpec(k=1000), queries(1))
    assert sorted(result.ids.tolist()) == sorted(row.id for row in live(collection) if row.partition == OTHER)
    with pytest.raises(PartitionNotLoaded, match=r"partition=_default"):
        search(only_other, SearchSpec(partitions=("_default",)), queries(1))
    with pytest.raises(CollectionNotLoaded, match=r"^collection not loaded\[collection=films\]$"):
        search(collection.view(loaded=None), SearchSpec(), queries(1))


def test_ignore_growing() -> None:
    result = search(scattered().view(), SearchSpec(k=1000, ignore_growing=True), queries(1))
    assert max(result.ids.tolist()) < 500


def test_snapshot_sees_neither_later_inserts_nor_later_deletes() -> None:
    collection = Collection()
    collection.insert(random_rows(50))
    collection.insert(random_rows(20, first=50, seed=5))
    then = collection.clock
    before = search(collection.view(), SearchSpec(k=100), queries(2))
    collection.insert(random_rows(10, first=45, seed=6))
    collection.delete([1, 2, 3])
    collection.seal()
    after = search(collection.view(), SearchSpec(k=100, snapshot_ts=then), queries(2))
    assert after.ids.tolist() == before.ids.tolist()
    assert after.read_ts == collection.clock


def test_expired_rows_are_hidden() -> None:
    now_ms = time.time_ns() // 1_000_000
    collection = Collection(ttl_ms=60_000)
    collection.insert(random_rows(5), ts=now_ms - 61_000 << LOGICAL_BITS)
    collection.insert(random_rows(5, first=5), ts=now_ms - 30_000 << LOGICAL_BITS)
    assert sorted(search(collection.view(), SearchSpec(), queries(1)).ids.tolist()) == [5, 6, 7, 8, 9]
    long_ago = SearchSpec(snapshot_ts=now_ms - 40_000 << LOGICAL_BITS)
    assert sorted(search(collection.view(), long_ago, queries(1)).ids.tolist()) == [0, 1, 2, 3, 4]


def test_index_answers_a_large_sealed_segment() -> None:
    collection, fake = indexed(random_rows(2000))
    result = search(collection.view(), SearchSpec(k=5, params={"ef": 70}), queries(1))
    assert result.ids.tolist() == [row.id for row in ranked(collection.rows, queries(1)[0], Metric.L2)[:5]]
    [(k, mask, params)] = fake.calls
    assert (k, mask, params["ef"]) == (5, None, 70)
    assert "widened_k" not in params


def test_index_under_a_filter_gets_the_mask_and_wider_parameters() -> None:
    collection, fake = indexed(random_rows(4000))
    result = search(collection.view(), SearchSpec(k=5, filter="n != 0"), queries(1))
    [(_, mask, params)] = fake.calls
    assert mask is not None
    assert mask.tolist() == [row.n != 0 for row in collection.rows]
    assert params["widened_kept"] == pytest.approx(np.mean(mask))
    assert all(key % 7 for key in result.ids.tolist())


def test_few_deletes_mask_the_index_without_widening() -> None:
    collection, fake = indexed(random_rows(2000))
    collection.delete([3, 4])
    search(collection.view(), SearchSpec(), queries(1))
    [(_, mask, params)] = fake.calls
    assert mask is not None
    assert np.flatnonzero(~mask).tolist() == [3, 4]
    assert "widened_k" not in params


def test_few_kept_rows_are_compared_exactly() -> None:
    collection, fake = indexed(random_rows(2000))
    search(collection.view(), SearchSpec(filter="id < 100"), queries(1))
    assert fake.calls == []


def test_queries_the_index_left_short_are_answered_exactly() -> None:
    collection, fake = indexed(random_rows(2000), blind_from=4)
    result = search(collection.view(), SearchSpec(k=6), queries(3))
    assert len(fake.calls) == 1
    for i, query in enumerate(queries(3)):
        wanted = ranked(collection.rows, query, Metric.L2)[:6]
        assert result.ids[6 * i : 6 * i + 6].tolist() == [row.id for row in wanted]


def test_index_of_another_metric_is_not_used() -> None:
    collection, fake = indexed(random_rows(2000), metric=Metric.IP)
    collection.metric = Metric.L2
    result = search(collection.view(), SearchSpec(k=5), queries(1))
    assert fake.calls == []
    assert result.ids.tolist() == [row.id for row in ranked(collection.rows, queries(1)[0], Metric.L2)[:5]]


def test_indexed_and_growing_rows_are_merged() -> None:
    collection, fake = indexed(random_rows(2000))
    collection.insert(random_rows(100, first=5000, seed=9))
    query = queries(1)
    result = search(collection.view(), SearchSpec(k=40), query)
    assert len(fake.calls) == 1
    assert result.ids.tolist() == [row.id for row in ranked(collection.rows, query[0], Metric.L2)[:40]]
    assert max(result.ids.tolist()) >= 5000


def test_a_new_index_is_used_by_the_same_request() -> None:
    collection, first = indexed(random_rows(2000))
    spec = SearchSpec(params={"ef": 90})
    search(collection.view(), spec, queries(1))
    second = FakeIndex(first.vectors)
    [segment] = collection.segments
    collection.segments = [replace(segment, indexes={VECTOR_ID: serving(second, build_id=2)})]
    search(collection.view(), spec, queries(1))
    assert (len(first.calls), len(second.calls)) == (1, 1)
    assert second.calls[0][2]["ef"] == 90
