"""Any history of inserts, deletes and seals, read at any moment, answers as a row loop over the history does."""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.index.base import Floats
from elanus.schema.metric import Metric
from elanus.search import plan, query, search
from elanus.search.requests import QuerySpec, SearchSpec
from unit.search.views import DEFAULT, DIM, OTHER, TEXT_KEYS, Collection, FakeIndex, Row, ranked

KEYS = st.integers(-12, 12)
# Small whole numbers: every distance is exact in float32, and many tie.
VECTORS = st.tuples(*[st.integers(-3, 3).map(float)] * DIM)
QUERIES = st.lists(VECTORS, min_size=1, max_size=3).map(lambda rows: np.array(rows, np.float32))
FILTERS = {
    "": lambda row: True,
    "n > 2": lambda row: row.n > 2,
    "genre == 'a' or n == 0": lambda row: row.genre == "a" or row.n == 0,
    "genre is null": lambda row: row.genre is None,
    "twice < 5": lambda row: 2 * row.n < 5,
}


@dataclass(frozen=True)
class Moment:
    """A reader: where, when, and with which filter (a key of FILTERS)."""

    ts: int
    filter: str
    partitions: tuple[str, ...]

    def rows(self, collection: Collection) -> list[Row]:
        """What it may be answered."""
        ids = {"_default": DEFAULT, "other": OTHER}
        wanted = {ids[name] for name in self.partitions} or {DEFAULT, OTHER}
        ts = self.ts or collection.clock
        rows = [row for row in collection.rows if row.partition in wanted and FILTERS[self.filter](row)]
        return [row for row in rows if row.present(ts)]

    def live(self, collection: Collection) -> list[Row]:
        return [row for row in self.rows(collection) if row.live(self.ts or collection.clock)]


@st.composite
def histories(draw: st.DrawFn) -> Collection:
    text_keys = draw(st.booleans())
    collection = Collection(metric=draw(st.sampled_from([Metric.L2, Metric.IP])))
    if text_keys:
        collection.schema = TEXT_KEYS
    for _ in range(draw(st.integers(0, 8))):
        match draw(st.sampled_from(["insert", "insert", "delete", "seal", "index"])):
            case "insert":
                keys = draw(st.lists(KEYS, min_size=1, max_size=12, unique=True))
                rows = [_row(draw, f"k{key}" if text_keys else key) for key in keys]
                collection.insert(rows, draw(st.sampled_from([DEFAULT, OTHER])))
            case "delete":
                gone = draw(st.lists(KEYS, min_size=1, max_size=6, unique=True))
                collection.delete([f"k{key}" if text_keys else key for key in gone])
            case "seal":
                collection.seal()
            case "index":
                _seal_indexed(collection)
    return collection


def _row(draw: st.DrawFn, key: int | str) -> Row:
    return Row(key, draw(VECTORS), n=draw(st.integers(0, 5)), genre=draw(st.sampled_from([None, "a", "b"])))


def _seal_indexed(collection: Collection) -> None:
    growing = [segment for segment in collection.segments if segment.is_growing]
    if len(growing) == 1 and collection.metric is not None:
        vectors = np.concatenate([block.vectors("v") for block in growing[0].blocks])
        collection.seal(FakeIndex(vectors, collection.metric), collection.metric)


@st.composite
def moments(draw: st.DrawFn, collection: Collection) -> Moment:
    return Moment(
        draw(st.integers(0, collection.clock)),
        draw(st.sampled_from(list(FILTERS))),
        draw(st.sampled_from([(), ("_default",), ("other",), ("other", "_default")])),
    )


@given(st.data(), histories(), QUERIES, st.integers(1, 30), st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_search(data: st.DataObject, collection: Collection, asked: Floats, k: int, offset: int) -> None:
    # the few rows of a history would always be compared exactly: free graph visits bring the indexes in
    with patch.object(plan, "GRAPH_VISITS", data.draw(st.sampled_from([0, plan.GRAPH_VISITS]))):
        _check_search(data, collection, asked, k, offset)


def _check_search(data: st.DataObject, collection: Collection, asked: Floats, k: int, offset: int) -> None:
    moment = data.draw(moments(collection))
    spec = SearchSpec(
        k=k,
        offset=offset,
        filter=moment.filter,
        partitions=moment.partitions,
        snapshot_ts=moment.ts,
        output_fields=("n", "genre"),
    )
    metric = collection.metric or Metric.COSINE
    result = search(collection.view(), spec, asked)
    wanted = [ranked(moment.live(collection), query, metric)[offset : offset + k] for query in asked]
    assert result.counts == [len(rows) for rows in wanted]
    by_key = {row.id: row for row in moment.live(collection)}
    rows = [by_key[key] for key in _plain(result.ids)]
    assert len(set(_plain(result.ids)[: result.counts[0]])) == result.counts[0]
    assert result.columns["n"].to_pylist() == [row.n for row in rows]
    assert result.columns["genre"].to_pylist() == [row.genre for row in rows]
    # a tie within one part keeps the part's order, so scores are compared rather than keys
    scores = [_score(row, query, metric) for query, rows in zip(asked, wanted, strict=True) for row in rows]
    assert result.scores.tolist() == scores
    owners = np.repeat(np.arange(len(asked)), result.counts)
    assert [_score(row, asked[i], metric) for row, i in zip(rows, owners, strict=True)] == scores


@given(st.data(), histories(), QUERIES, st.integers(1, 9))
@settings(max_examples=80, deadline=None)
def test_iterator_gives_every_row_once(data: st.DataObject, collection: Collection, asked: Floats, batch: int) -> None:
    moment = data.draw(moments(collection))
    found: list[int | str] = []
    bound: float | None = None
    while True:
        spec = SearchSpec(
            k=batch,
            iterator_batch=batch,
            iterator_bound=bound,
            filter=moment.filter,
            partitions=moment.partitions,
            snapshot_ts=moment.ts,
        )
        page = search(collection.view(), spec, asked[:1])
        if not len(page.ids):
            break
        found += _plain(page.ids)
        bound = page.iterator_bound
    assert sorted(map(str, found)) == sorted(str(row.id) for row in moment.live(collection))


@given(st.data(), histories(), QUERIES, st.integers(1, 7), st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_strict_groups(data: st.DataObject, collection: Collection, asked: Floats, k: int, size: int) -> None:
    moment = data.draw(moments(collection))
    spec = SearchSpec(
        k=k,
        group_by="genre",
        group_size=size,
        strict_group_size=True,
        filter=moment.filter,
        partitions=moment.partitions,
        snapshot_ts=moment.ts,
    )
    result = search(collection.view(), spec, asked)
    live = moment.live(collection)
    members = {genre: sum(row.genre == genre for row in live) for genre in {row.genre for row in live}}
    assert result.group_values is not None
    first = result.group_values.to_pylist()[: result.counts[0]]
    assert len(set(first)) == min(k, len(members))
    assert all(first.count(genre) == min(size, members[genre]) for genre in set(first))
    assert len(set(_plain(result.ids)[: result.counts[0]])) == result.counts[0]


@given(st.data(), histories(), st.integers(1, 20), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_query_and_count(data: st.DataObject, collection: Collection, limit: int, offset: int) -> None:
    moment = data.draw(moments(collection))
    where = {"filter": moment.filter, "partitions": moment.partitions, "snapshot_ts": moment.ts}
    view = collection.view()
    keys = sorted((row.id for row in moment.live(collection)), key=_byte_order)
    page = query(view, QuerySpec(**where, limit=limit, offset=offset))
    assert page.columns["id"].to_pylist() == keys[offset : offset + limit]
    assert query(view, QuerySpec(**where, output_fields=("count(*)",))).count == len(moment.rows(collection))
    some = tuple(keys[::2])
    assert sorted(query(view, QuerySpec(**where, ids=some)).columns["id"].to_pylist(), key=_byte_order) == list(some)


def _plain(ids: object) -> list[int | str]:
    return ids.tolist() if isinstance(ids, np.ndarray) else ids.to_pylist()  # type: ignore[attr-defined, no-any-return]


def _byte_order(key: int | str) -> int | bytes:
    return key.encode() if isinstance(key, str) else key


def _score(row: Row, query: Floats, metric: Metric) -> float:
    left = np.array(row.v, np.float32)
    return float(((left - query) ** 2).sum() if metric is Metric.L2 else left @ query)
