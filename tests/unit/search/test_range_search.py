from __future__ import annotations

import numpy as np
import pytest

from elanus.errors import ParameterInvalid
from elanus.index.base import Floats
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType
from elanus.search import search
from elanus.search.requests import SearchSpec
from unit.search.views import Collection, Row, indexed, queries, random_rows, ranked, score

BOUNDS = {Metric.L2: (6.0, 2.0), Metric.IP: (0.2, 1.5), Metric.COSINE: (0.1, 0.6)}


def within(rows: list[Row], query: Floats, metric: Metric) -> list[Row]:
    """Rows of the ring, by Milvus's two rules."""
    radius, inner = BOUNDS[metric]
    if metric is Metric.L2:
        inside = [row for row in rows if inner <= score(row, query, metric) < radius]
    else:
        inside = [row for row in rows if radius < score(row, query, metric) <= inner]
    return ranked(inside, query, metric)


@pytest.mark.parametrize("metric", metrics_of(DataType.FLOAT_VECTOR))
@pytest.mark.parametrize(("k", "offset"), [(5, 0), (40, 0), (10, 7), (2000, 0)])
def test_hits_lie_between_the_bounds(metric: Metric, k: int, offset: int) -> None:
    collection, _ = indexed(random_rows(1500), metric=metric)
    collection.insert(random_rows(80, first=3000, seed=8))
    radius, inner = BOUNDS[metric]
    spec = SearchSpec(k=k, offset=offset, radius=radius, range_filter=inner)
    result = search(collection.view(), spec, queries(3))
    wanted = [within(collection.rows, query, metric)[offset : offset + k] for query in queries(3)]
    assert result.counts == [len(rows) for rows in wanted]
    ends = np.cumsum(result.counts)[:-1]
    by_id = {row.id: row for row in collection.rows}
    for query, rows, ids in zip(queries(3), wanted, np.split(np.array(result.ids), ends), strict=True):
        assert sorted(ids.tolist()) == sorted(row.id for row in rows)
        in_order = [score(by_id[key], query, metric) for key in ids.tolist()]
        # rows whose scores float32 cannot tell apart may stand either way round
        assert in_order == pytest.approx([score(row, query, metric) for row in rows], abs=1e-6)


def test_radius_alone_needs_one_search_of_the_index() -> None:
    collection, fake = indexed(random_rows(2000))
    result = search(collection.view(), SearchSpec(k=20, radius=0.5), queries(4))
    assert len(fake.calls) == 1
    assert (result.scores < 0.5).all()


def test_an_inner_bound_makes_the_search_wider() -> None:
    collection, fake = indexed(random_rows(3000))
    result = search(collection.view(), SearchSpec(k=5, radius=90.0, range_filter=0.8), queries(1))
    assert result.counts == [5]
    assert [k for k, _, _ in fake.calls] == sorted({k for k, _, _ in fake.calls})
    assert len(fake.calls) > 1


def test_ends_of_the_ring() -> None:
    collection = Collection()
    collection.insert([Row(i, (float(i), 0, 0, 0)) for i in range(6)])
    spec = SearchSpec(radius=16.0, range_filter=4.0)
    assert search(collection.view(), spec, np.zeros((1, 4), np.float32)).scores.tolist() == [4.0, 9.0]


def test_ends_of_the_ring_of_a_similarity() -> None:
    collection = Collection(metric=Metric.IP)
    collection.insert([Row(i, (float(i), 0, 0, 0)) for i in range(6)])
    spec = SearchSpec(radius=2.0, range_filter=4.0)
    assert search(collection.view(), spec, np.array([[1, 0, 0, 0]], np.float32)).scores.tolist() == [4.0, 3.0]


def test_a_returned_score_is_its_own_bound() -> None:
    collection = Collection(metric=Metric.COSINE)
    collection.insert(random_rows(50))
    scores = search(collection.view(), SearchSpec(k=50), queries(1)).scores
    nearer = search(collection.view(), SearchSpec(k=50, radius=float(scores[20])), queries(1))
    farther = search(collection.view(), SearchSpec(k=50, radius=-2.0, range_filter=float(scores[20])), queries(1))
    assert nearer.scores.tolist() == scores[:20].tolist()
    assert farther.scores.tolist() == scores[20:].tolist()


@pytest.mark.parametrize(
    ("metric", "radius", "inner", "text"),
    [
        (Metric.L2, 1.0, 2.0, r"metric type \(L2\), range_filter\(2\) must be less than radius\(1\)"),
        (Metric.L2, 1.0, 1.0, "must be less than radius"),
        (Metric.IP, 2.0, 1.5, r"metric type \(IP\), range_filter\(1.5\) must be greater than radius\(2\)"),
    ],
)
def test_radius_must_be_the_outer_bound(metric: Metric, radius: float, inner: float, text: str) -> None:
    with pytest.raises(ParameterInvalid, match=text):
        search(Collection(metric=metric).view(), SearchSpec(radius=radius, range_filter=inner), queries(1))


def test_range_filter_needs_a_radius() -> None:
    with pytest.raises(ParameterInvalid, match="range_filter requires radius"):
        search(Collection().view(), SearchSpec(range_filter=1.0), queries(1))
